/**
 * Time, as the rest of the runtime sees it: so that tests can bring their own.
 *
 * @module
 */

import type { Timestamp } from "../core/types.ts";

/** Takes back a timer; does nothing if it has fired. */
export type Cancel = () => void;

/** A clock with timers. */
export interface Clock {
  /** Wall-clock time since 1970. */
  now(): Timestamp;
  /** Milliseconds that never run backwards, from an arbitrary start. */
  elapsedMs(): number;
  /** Calls back once, after at least `ms` milliseconds. */
  after(ms: number, callback: () => void): Cancel;
}

/** Longest delay that the platform's timers take, in milliseconds. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** The clock of this machine. */
export const SYSTEM_CLOCK: Clock = {
  now() {
    const ms = Date.now();
    return { seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 };
  },
  elapsedMs: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, ms), TIMER_MS_MAX));
    return () => clearTimeout(timer);
  },
};
