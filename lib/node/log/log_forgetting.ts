/**
 * Deletes the messages below the floor, a few at a time, so that nothing else has to wait.
 *
 * @module
 */

import type { Position } from "../../log/types.ts";
import type { Cancel, Clock } from "../clock.ts";

/** Messages deleted at once. */
const AT_ONCE = 512;

/** Pause before more are, in milliseconds. */
const PAUSE_MS = 20;

/** What can forget. */
export interface Forgets {
  /** Deletes messages below an instance, so many at most; tells whether there may be more. */
  forget(below: bigint, count: number): boolean;
}

/** Forgets for one process. */
export class LogForgetting {
  readonly #journal: Forgets;
  readonly #clock: Clock;
  #below: Position = 0;
  #cancel: Cancel | undefined;
  #closed = false;

  /** Nothing is forgotten yet. */
  constructor(journal: Forgets, clock: Clock) {
    this.#journal = journal;
    this.#clock = clock;
  }

  /** Messages of instances below may go: that is kept. */
  below(floor: Position): void {
    this.#below = Math.max(this.#below, floor);
    if (this.#below > 0) this.#goOn();
  }

  /** Forgets nothing more. */
  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  #goOn(): void {
    if (this.#closed) return;
    this.#cancel ??= this.#clock.after(PAUSE_MS, () => {
      this.#cancel = undefined;
      if (this.#journal.forget(BigInt(this.#below), AT_ONCE)) this.#goOn();
    });
  }
}
