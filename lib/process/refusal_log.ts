/**
 * Logs refused connections.
 *
 * @module
 */

import type { ServeOptions } from "../net/server.ts";
import type { NodeOptions } from "../node/node_types.ts";

/** Between two warnings that an identity is refused connections, in milliseconds. */
const REFUSAL_WARNINGS_MS = 60_000;

/**
 * Logs refused connections: those of an identity as a warning, which is for us to know, but not more
 * than once a minute; those of strangers, who come and go, for who asks.
 */
export function logRefusals(
  { clock, log }: Pick<NodeOptions, "clock" | "log">,
): ServeOptions["onRefused"] {
  const warnedMs = new Map<string, number>();
  return (reason, remote, detail, owner) => {
    const nowMs = clock.elapsedMs();
    const quiet = owner === undefined ||
      nowMs - (warnedMs.get(owner) ?? -Infinity) < REFUSAL_WARNINGS_MS;
    if (!quiet) warnedMs.set(owner, nowMs);
    log(quiet ? "debug" : "warn", `refused a connection from ${remote}: ${detail}`, {
      reason,
      remote,
      ...owner === undefined ? {} : { peer: owner },
    });
  };
}
