/**
 * What waits in a process stays within its limits, whoever sends what.
 *
 * @module
 */

import type { CoreLimits, InstanceState } from "../core/instance.ts";

/** Which limit is exceeded, in words; undefined if none is. */
export function exceededLimit(
  { accounts: { inbox, future } }: InstanceState,
  { inboxRefsPerPeerMax, futureProposalsMax }: CoreLimits,
): string | undefined {
  for (const [source, refs] of inbox) {
    if (refs > inboxRefsPerPeerMax) return `${refs} refs of process ${source} wait`;
  }
  for (const [source, count] of future) {
    if (count > futureProposalsMax) return `${count} 1as of process ${source} wait`;
  }
  return undefined;
}
