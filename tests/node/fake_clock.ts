/**
 * Time that passes only when a test says so. All processes of a test share it.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { addMs, type Timestamp } from "../../lib/core/types.ts";
import type { Cancel, Clock } from "../../lib/node/clock.ts";

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

const START: Timestamp = { seconds: 1_700_000_000, nanos: 0 };

/** Settles when everything that can happen without time passing has happened. */
export function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** A clock with timers that fire in order of their times, those of one time in order of making. */
export class FakeClock implements Clock {
  #elapsedMs = 0;
  /** In order of firing. */
  readonly #timers: Timer[] = [];

  /** Timers that have neither fired nor been taken back. */
  get pending(): number {
    return this.#timers.length;
  }

  now(): Timestamp {
    return addMs(START, this.#elapsedMs);
  }

  elapsedMs(): number {
    return this.#elapsedMs;
  }

  after(ms: number, callback: () => void): Cancel {
    const timer = { dueMs: this.#elapsedMs + Math.max(0, ms), callback };
    let place = this.#timers.length;
    while (place > 0 && this.#timers[place - 1]!.dueMs > timer.dueMs) place--;
    this.#timers.splice(place, 0, timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  }

  /** The same clock as a machine sees it whose wall clock is wrong by so many milliseconds. */
  skewed(ms: number): Clock {
    return {
      now: () => addMs(this.now(), ms),
      elapsedMs: () => this.elapsedMs(),
      after: (delayMs, callback) => this.after(delayMs, callback),
    };
  }

  /** Lets time pass, and everything happen that becomes due meanwhile. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#elapsedMs + ms;
    await this.#run(endMs, () => false);
    this.#elapsedMs = endMs;
  }

  /** Lets time pass while nothing happens, as when the process stands still. */
  stall(ms: number): void {
    this.#elapsedMs += ms;
  }

  /** Lets time pass until `condition` holds, at most so long. Tells whether it does. */
  async until(condition: () => boolean, limitMs = 120_000): Promise<boolean> {
    await this.#run(this.#elapsedMs + limitMs, condition);
    return condition();
  }

  async #run(endMs: number, condition: () => boolean): Promise<void> {
    await settled();
    while (!condition() && (this.#timers[0]?.dueMs ?? Infinity) <= endMs) {
      this.#elapsedMs = Math.max(this.#elapsedMs, this.#timers[0]!.dueMs);
      while ((this.#timers[0]?.dueMs ?? Infinity) <= this.#elapsedMs) {
        this.#timers.shift()!.callback();
      }
      await settled();
    }
  }
}
