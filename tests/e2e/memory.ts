/**
 * How much memory processes take. Linux only.
 *
 * @module
 */

/** Resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  return readStatus(pid, "VmRSS");
}

/** The most resident memory that a process has had, in bytes. */
export function peakBytes(pid: number): number {
  return readStatus(pid, "VmHWM");
}

/** Deno lets nobody read /proc who may not do everything. */
function readStatus(pid: number, field: string): number {
  const { stdout } = new Deno.Command("cat", { args: [`/proc/${pid}/status`] }).outputSync();
  const status = new TextDecoder().decode(stdout);
  const [, kilobytes] = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status) ?? [];
  if (kilobytes === undefined) throw new Error(`process ${pid} does not run`);
  return Number(kilobytes) * 1024;
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
