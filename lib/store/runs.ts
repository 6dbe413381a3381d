/**
 * How a journal has grown: in runs, one for each time it was opened, each under an epoch of its own.
 *
 * @module
 */

import { checkCount } from "./checks.ts";

/** Messages from `start` on, to the next run's, were added under the same `epoch`. */
export interface JournalRun {
  /** Random, 32 hex digits. */
  readonly epoch: string;
  /** How many messages there were before. */
  readonly start: number;
}

/** A run that begins now, when there are `start` messages. */
export function newRun(start: number): JournalRun {
  return { epoch: crypto.getRandomValues(new Uint8Array(16)).toHex(), start };
}

/**
 * What {@linkcode Journal.commonLength} says of a journal with these runs and `length` messages.
 *
 * @throws RangeError if the position is no count.
 */
export function commonLength(
  { runs, length }: { readonly runs: readonly JournalRun[]; readonly length: number },
  epoch: string,
  position: number,
): number {
  checkCount(position);
  const index = runs.findIndex((run) => run.epoch === epoch);
  return index < 0 ? 0 : Math.min(position, runs[index + 1]?.start ?? length);
}
