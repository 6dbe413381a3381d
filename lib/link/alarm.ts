/**
 * One timer that is set again and again: one that fires too early does no harm, and to make one for
 * each envelope costs more.
 *
 * @module
 */

import type { Cancel, Clock } from "../node/clock.ts";

/** The timer of one link. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #cancel: Cancel = () => {};
  #dueMs = Infinity;

  /** @param ring Called when it is time, or sooner: whoever is called sets it again. */
  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings at a time on the clock of `elapsedMs`, if not before; undefined leaves it as it is. */
  set(dueMs: number | undefined): void {
    if (dueMs === undefined || dueMs >= this.#dueMs) return;
    this.#cancel();
    this.#dueMs = dueMs;
    this.#cancel = this.#clock.after(dueMs - this.#clock.elapsedMs(), () => {
      this.#dueMs = Infinity;
      this.#ring();
    });
  }

  /** Rings no more. */
  stop(): void {
    this.#cancel();
    this.#dueMs = Infinity;
  }
}
