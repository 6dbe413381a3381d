/**
 * When what has happened is kept: at the end of the turn of the loop in which something of our own,
 * or a decision, came of it, together with all else of that turn; what others have signed, and that
 * nothing of ours rests on, waits a little, for it can be had again.
 *
 * @module
 */

import type { Cancel, Clock } from "./clock.ts";

/** How much of a hurry there is. */
export type Urgency = "none" | "waits" | "urgent";

/** What a {@linkcode Keeping} needs. */
export interface KeepingOptions {
  readonly clock: Clock;
  /** What can wait is kept after so long, in milliseconds, if nothing takes it along before. */
  readonly waitMs: number;
  /** How urgent the most urgent thing is that is not kept. */
  urgency(): Urgency;
  /** Keeps everything, and tells. */
  keep(): void;
}

/** Says when to flush one node. */
export class Keeping {
  readonly #options: KeepingOptions;
  #scheduled: Urgency = "none";
  #cancel: Cancel = () => {};
  #waiting: (() => void)[] = [];

  /** Nothing has happened yet. */
  constructor(options: KeepingOptions) {
    this.#options = options;
  }

  /** Something has happened: sees to it that it is kept in time. */
  settled(): void {
    const urgency = this.#options.urgency();
    if (urgency === "none" || urgency === this.#scheduled || this.#scheduled === "urgent") return;
    this.#cancel();
    this.#scheduled = urgency;
    const delayMs = urgency === "urgent" ? 0 : this.#options.waitMs;
    this.#cancel = this.#options.clock.after(delayMs, () => this.#options.keep());
  }

  /** Calls back once all that has happened so far is kept: at once if it is. */
  whenKept(callback: () => void): void {
    if (this.#options.urgency() === "none") callback();
    else this.#waiting.push(callback);
  }

  /** All is kept. */
  kept(): void {
    this.stop();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) callback();
  }

  /** Nothing will be kept unless it is asked for. */
  stop(): void {
    this.#cancel();
    this.#cancel = () => {};
    this.#scheduled = "none";
  }
}
