/**
 * Names the disk when it is slow: while a journal makes its batch durable, the process stands still,
 * and peers that wait for it blame the network.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import type { Logger } from "./logger.ts";

/** What a batch may take before it is said, in milliseconds. */
export const SLOW_MS = 1_000;

/** Between two such lines, in milliseconds. */
const QUIET_MS = 60_000;

/**
 * Times what is done through it, and warns when it was slow; at most once a minute, with how often
 * and how long that has been since.
 */
export function namingSlowDisk(clock: Clock, log: Logger): (commit: () => void) => void {
  let saidMs = -Infinity;
  let [count, longestMs] = [0, 0];
  return (commit) => {
    const beganMs = clock.elapsedMs();
    commit();
    const nowMs = clock.elapsedMs();
    const tookMs = Math.round(nowMs - beganMs);
    if (tookMs < SLOW_MS) return;
    count++;
    longestMs = Math.max(longestMs, tookMs);
    if (nowMs - saidMs < QUIET_MS) return;
    log(
      "warn",
      `the disk is slow: the journal took ${longestMs} ms to keep a batch, and everything waits ` +
        "meanwhile; see what else writes there, or set dataDir to another disk",
      { count, longestMs },
    );
    saidMs = nowMs;
    [count, longestMs] = [0, 0];
  };
}
