/**
 * What whoever keeps or verifies the log of a cluster must know.
 *
 * @module
 */

import type { LogContext } from "../log/types.ts";
import { logContext } from "../log/verifying.ts";
import type { ClusterConfiguration } from "./cluster.ts";

/** The context of the log that a configuration has; undefined if it has none. */
export function logContextOf(
  { graph, digest, acceptors, log }: ClusterConfiguration,
): LogContext | undefined {
  if (log === undefined) return undefined;
  const keys = acceptors.map(({ certificate }) => certificate);
  return logContext({ graph, configDigest: digest.whole, keys, settings: log });
}
