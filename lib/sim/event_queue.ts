/**
 * Virtual time: things happen at the moment they were put off to, and in the order in which they
 * were put off if the moment is the same.
 *
 * @module
 */

import { Agenda } from "./agenda.ts";

/** What is still to happen, soonest first. */
export class EventQueue {
  /** The time of what happened last, in milliseconds since the beginning. */
  nowMs = 0;
  /** How much has happened. */
  count = 0;
  readonly #agenda = new Agenda<() => void>();

  /** Lets something happen at a time; at once, but after all that is due now, if that has passed. */
  at(atMs: number, act: () => void): void {
    this.#agenda.put(Math.max(atMs, this.nowMs), act);
  }

  /** Lets something happen in a number of milliseconds. */
  after(ms: number, act: () => void): void {
    this.at(this.nowMs + ms, act);
  }

  /** Lets the next thing happen; false if there is none. */
  advance(): boolean {
    if (this.#agenda.isEmpty) return false;
    const { atMs, what: act } = this.#agenda.take();
    this.nowMs = atMs;
    this.count++;
    act();
    return true;
  }
}
