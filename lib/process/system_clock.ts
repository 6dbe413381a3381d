/**
 * The time of this machine.
 *
 * @module
 */

import type { Clock } from "../node/clock.ts";

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
    if (ms <= 0) {
      const turn = setImmediate(callback);
      return () => clearImmediate(turn);
    }
    const timer = setTimeout(callback, Math.min(Math.max(0, ms), TIMER_MS_MAX));
    return () => clearTimeout(timer);
  },
};
