/**
 * How long to wait before trying again.
 *
 * @module
 */

/** Shortest and longest delay, in milliseconds. */
export interface BackoffRange {
  /** At least so long. */
  readonly minMs: number;
  /** At most so long. */
  readonly maxMs: number;
}

/**
 * The delay before try `attempt` (0 for the first retry), in milliseconds: uniform between `minMs`
 * and a ceiling that doubles from `2 * minMs` with each attempt, up to `maxMs`. All of it is random,
 * so that those who lost the same server do not return together.
 *
 * @param random Returns a number in [0, 1).
 */
export function nextDelayMs(attempt: number, random: () => number, range: BackoffRange): number {
  const { minMs, maxMs } = range;
  // 2 ** 1024 is infinite, and infinity is still capped.
  const ceilingMs = Math.max(minMs, Math.min(maxMs, minMs * 2 ** (Math.max(0, attempt) + 1)));
  return minMs + random() * (ceilingMs - minMs);
}
