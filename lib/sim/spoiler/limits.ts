/**
 * Bounds of the core in a world of the spoiler.
 *
 * @module
 */

import type { CoreLimits } from "../../core/instance.ts";

/** Room for everything: what is bounded by peer is not what is tried here. */
export const LIMITS: CoreLimits = {
  inboxRefsPerPeerMax: 1_000_000,
  inboxWaitMsMax: 1_000_000_000,
  futureProposalsMax: 1_000_000,
  clockSkewMsMax: 10_000,
};

/** For what a liar says: it minds no clock. */
export const ROOMY: CoreLimits = { ...LIMITS, clockSkewMsMax: 1_000_000_000 };
