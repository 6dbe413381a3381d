/**
 * Time, as a node sees it: given by whoever runs it, be it a process, a test or a simulation.
 *
 * @module
 */

import { compareTimestamps, msBetween, type Timestamp } from "../core/types.ts";

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

/** Something that has one timer. */
export interface OneTimer {
  /** The time it is set for; undefined if it is not set. */
  wakeAt: Timestamp | undefined;
  /** Takes it back; does nothing if it is not set. */
  cancelWake: Cancel;
}

/** Calls back once it is `at` or later, unless the timer is set for no later than that already. */
export function setTimer(
  timer: OneTimer,
  clock: Clock,
  at: Timestamp,
  callback: () => void,
): void {
  if (timer.wakeAt !== undefined && compareTimestamps(timer.wakeAt, at) <= 0) return;
  timer.cancelWake();
  timer.wakeAt = at;
  const delayMs = Math.ceil(Math.max(0, msBetween(clock.now(), at))) + 1;
  timer.cancelWake = clock.after(delayMs, () => {
    timer.wakeAt = undefined;
    callback();
  });
}
