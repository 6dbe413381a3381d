/**
 * What is said when nobody could connect.
 *
 * @module
 */

import type { NodeOptions } from "../node/node_types.ts";

/** Between two such lines, in milliseconds: the cause may last. */
const QUIET_MS = 60_000;

/** Says that nobody could connect, and why; not more than once a minute. */
export function logTrouble(
  { clock, log }: Pick<NodeOptions, "clock" | "log">,
): (why: string) => void {
  let saidMs = -Infinity;
  return (why) => {
    const nowMs = clock.elapsedMs();
    if (nowMs - saidMs < QUIET_MS) return;
    saidMs = nowMs;
    log("warn", `nobody could connect here: ${why}; listening anew`);
  };
}
