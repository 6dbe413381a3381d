/**
 * The clock of a simulated process: virtual time, with timers that can be taken back.
 *
 * @module
 */

import { addMs, type Timestamp } from "../../core/types.ts";
import type { Cancel, Clock } from "../../node/clock.ts";
import type { EventQueue } from "../event_queue.ts";

/** The moment at which every world begins. */
const BEGINNING: Timestamp = { seconds: 1_700_000_000, nanos: 0 };

/** A clock that is ahead by so many milliseconds, and nothing of which fires once it is stopped. */
export class VirtualClock implements Clock {
  readonly #queue: EventQueue;
  readonly #skewMs: number;
  #isStopped = false;

  constructor(queue: EventQueue, skewMs: number) {
    this.#queue = queue;
    this.#skewMs = skewMs;
  }

  /** Ahead of the world's. */
  now(): Timestamp {
    return addMs(BEGINNING, this.#queue.nowMs + this.#skewMs);
  }

  /** The world's. */
  elapsedMs(): number {
    return this.#queue.nowMs;
  }

  /** Never fires once the clock is stopped. */
  after(ms: number, callback: () => void): Cancel {
    let isPending = true;
    this.#queue.after(Math.max(0, ms), () => {
      if (isPending && !this.#isStopped) callback();
    });
    return () => isPending = false;
  }

  /** Its process has ended. */
  stop(): void {
    this.#isStopped = true;
  }
}
