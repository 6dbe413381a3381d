/** Limits of an instance that no history of these tests meets. */
export const UNMET_LIMITS = {
  inboxRefsPerPeerMax: 1_000_000,
  inboxWaitMsMax: 1_000_000,
  futureProposalsMax: 1_000,
  clockSkewMsMax: 1_000,
} as const;
