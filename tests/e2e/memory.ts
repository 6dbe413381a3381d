/**
 * How much memory processes take.
 *
 * @module
 */

/** Resident memory of a process, in bytes. Linux only. */
export function residentBytes(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
}

/** Calls `look` every so many milliseconds until `over` settles; returns or throws as that does. */
export async function meanwhile<T>(over: Promise<T>, ms: number, look: () => void): Promise<T> {
  const timer = setInterval(look, ms);
  try {
    return await over;
  } finally {
    clearInterval(timer);
  }
}

/** The median. */
export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}

/** Bytes as megabytes. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
