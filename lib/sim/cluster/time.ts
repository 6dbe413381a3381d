/**
 * The clock of a simulated process: virtual time, with timers that can be taken back.
 *
 * @module
 */

import { addMs, type Timestamp } from "../../core/types.ts";
import type { Cancel, Clock } from "../../node/clock.ts";
import type { EventQueue } from "../event_queue.ts";

/** The moment at which every world begins. */
export const BEGINNING: Timestamp = { seconds: 1_700_000_000, nanos: 0 };

/** For a while a clock is further ahead, and then it is set back. */
export interface Leap {
  /** From then on, in milliseconds. */
  readonly fromMs: number;
  /** Until then. */
  readonly toMs: number;
  /** By so much. */
  readonly byMs: number;
}

/** A clock that is ahead by so many milliseconds, and nothing of which fires once it is stopped. */
export class VirtualClock implements Clock {
  readonly #queue: EventQueue;
  readonly #skewMs: number;
  #isStopped = false;

  readonly #leap: Leap | undefined;

  constructor(queue: EventQueue, skewMs: number, leap?: Leap) {
    this.#queue = queue;
    this.#skewMs = skewMs;
    this.#leap = leap;
  }

  /** Ahead of the world's. */
  now(): Timestamp {
    const { nowMs } = this.#queue;
    const { fromMs, toMs, byMs } = this.#leap ?? { fromMs: 0, toMs: 0, byMs: 0 };
    const leaptMs = fromMs <= nowMs && nowMs < toMs ? byMs : 0;
    return addMs(BEGINNING, nowMs + this.#skewMs + leaptMs);
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
