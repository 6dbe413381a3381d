/**
 * The one timer of an instance.
 *
 * @module
 */

import { compareTimestamps, msBetween, type Timestamp } from "../core/types.ts";
import type { Clock } from "./clock.ts";
import type { RunningInstance } from "./node_types.ts";

/** Calls back once it is `at` or later, unless the timer is set for no later than that already. */
export function setTimer(
  running: RunningInstance,
  clock: Clock,
  at: Timestamp,
  callback: () => void,
): void {
  if (running.wakeAt !== undefined && compareTimestamps(running.wakeAt, at) <= 0) return;
  running.cancelWake();
  running.wakeAt = at;
  const delayMs = Math.ceil(Math.max(0, msBetween(clock.now(), at))) + 1;
  running.cancelWake = clock.after(delayMs, () => {
    running.wakeAt = undefined;
    callback();
  });
}
