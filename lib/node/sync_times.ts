/**
 * How long the journal takes to keep batches.
 *
 * @module
 */

import type { Clock } from "./clock.ts";

/** The longest is that of this time and of the one before, in milliseconds. */
const SPAN_MS = 60_000;

/** Times what is done through it. */
export class SyncTimes {
  /** Batches. */
  count = 0;
  /** What all of them took, in milliseconds. */
  totalMs = 0;
  readonly #clock: Clock;
  #span = 0;
  #longestMs = 0;
  #longestBeforeMs = 0;

  /** Nothing has been kept. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Does something, and counts it, also if it throws. */
  time(act: () => void): void {
    const beganMs = this.#clock.elapsedMs();
    try {
      act();
    } finally {
      const nowMs = this.#clock.elapsedMs();
      this.#turn(nowMs);
      this.count++;
      this.totalMs += nowMs - beganMs;
      this.#longestMs = Math.max(this.#longestMs, nowMs - beganMs);
    }
  }

  /** The longest of the last minute or two, in milliseconds; 0 if there was none. */
  get longestMs(): number {
    this.#turn(this.#clock.elapsedMs());
    return Math.max(this.#longestMs, this.#longestBeforeMs);
  }

  #turn(nowMs: number): void {
    const span = Math.floor(nowMs / SPAN_MS);
    if (span === this.#span) return;
    this.#longestBeforeMs = span === this.#span + 1 ? this.#longestMs : 0;
    this.#longestMs = 0;
    this.#span = span;
  }
}
