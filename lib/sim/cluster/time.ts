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

/** How wrong a clock is. */
export interface ClockSettings {
  /** It is ahead by so much at first; behind if negative. */
  readonly skewMs: number;
  /** How many times as fast as time it runs at first. */
  readonly drift: number;
  /** For a while it is further ahead; undefined for never. */
  readonly leap?: Leap | undefined;
}

/** From then on it runs as fast as time: it has drifted far enough. */
const DRIFTS_UNTIL_MS = 5_000;

/** A clock by its settings, nothing of which fires once it is stopped. */
export class VirtualClock implements Clock {
  /**
   * Until then its process stands still, in a write to its disk: to the process it is later already.
   * In milliseconds since the beginning.
   */
  busyUntilMs = 0;
  readonly #queue: EventQueue;
  readonly #settings: ClockSettings;
  #isStopped = false;

  constructor(queue: EventQueue, settings: ClockSettings) {
    this.#queue = queue;
    this.#settings = settings;
  }

  /** As wrong as it is set. */
  now(): Timestamp {
    const { skewMs, drift, leap } = this.#settings;
    const nowMs = this.elapsedMs();
    const leaptMs = leap !== undefined && leap.fromMs <= nowMs && nowMs < leap.toMs ? leap.byMs : 0;
    const driftedMs = (drift - 1) * Math.min(nowMs, DRIFTS_UNTIL_MS);
    return addMs(BEGINNING, nowMs + skewMs + driftedMs + leaptMs);
  }

  /** The world's, or when its process goes on. */
  elapsedMs(): number {
    return Math.max(this.#queue.nowMs, this.busyUntilMs);
  }

  /** Its process stands still for so long, in milliseconds. */
  stand(ms: number): void {
    this.busyUntilMs = this.elapsedMs() + ms;
  }

  /** Never fires once the clock is stopped, and not while its process stands still. */
  after(ms: number, callback: () => void): Cancel {
    let isPending = true;
    const fire = () => {
      if (!isPending || this.#isStopped) return;
      if (this.busyUntilMs > this.#queue.nowMs) this.#queue.at(this.busyUntilMs, fire);
      else callback();
    };
    this.#queue.at(this.elapsedMs() + Math.max(0, ms), fire);
    return () => isPending = false;
  }

  /** Its process has ended. */
  stop(): void {
    this.#isStopped = true;
  }
}
