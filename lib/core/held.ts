/**
 * 1as that wait for a window in which they may be delivered: bounded, the newest of each proposer.
 *
 * @module
 */

import type { FutureAccounts, FutureLimits, FutureProposal } from "./future.ts";
import { chargeProposal, giveBackProposal, hasRoomFor } from "./future.ts";
import type { Inbox } from "./inbox.ts";
import { reject, type Rejection } from "./rejection.ts";
import { compareBallots, type MessageId } from "./types.ts";

/** 1as that wait for a window, by id. */
export type Held = Map<MessageId, FutureProposal>;

/** A 1a that is not held any more, or not at all. */
export interface Unheld {
  /** As it came. */
  readonly gone: FutureProposal;
  /** Why. */
  readonly rejection: Rejection;
}

/**
 * Lets a 1a wait. Of each proposer the newest waits, and besides those for which something waits in
 * the inbox, which is bounded itself. They count as 1as that wait for the clock do.
 *
 * @returns What had to go: an older one of the proposer, or the new one itself.
 */
export function hold(
  held: Held,
  inbox: Inbox,
  accounts: FutureAccounts,
  limits: FutureLimits,
  arrived: FutureProposal,
): Unheld[] {
  const { id, ballot } = arrived.proposal;
  const gone: Unheld[] = [];
  const rejection = reject("OVERTAKEN", "a newer 1a of its proposer waits for its window");
  for (const other of [...held.values()]) {
    if (other.proposal.ballot.proposer !== ballot.proposer) continue;
    const isOlder = compareBallots(other.proposal.ballot, ballot) < 0;
    const older = isOlder ? other : arrived;
    if (inbox.waitingFor.has(older.proposal.id)) continue;
    if (!isOlder) return [...gone, { gone: arrived, rejection }];
    unhold(held, accounts, other);
    gone.push({ gone: other, rejection });
  }
  if (!hasRoomFor(accounts, limits, arrived)) {
    const full = reject("FUTURE_FULL", "too many 1as, or bytes, wait for their windows");
    return [...gone, { gone: arrived, rejection: full }];
  }
  chargeProposal(accounts, arrived);
  held.set(id, arrived);
  return gone;
}

/** Takes one out. */
export function unhold(held: Held, accounts: FutureAccounts, waiting: FutureProposal): void {
  held.delete(waiting.proposal.id);
  giveBackProposal(accounts, waiting);
}

/** All have decided: takes out those for which nothing waits. */
export function overtaken(held: Held, inbox: Inbox, accounts: FutureAccounts): Unheld[] {
  const rejection = reject("OVERTAKEN", "all learners have decided before its window came");
  return [...held.values()]
    .filter(({ proposal: { id } }) => !inbox.waitingFor.has(id))
    .map((gone) => {
      unhold(held, accounts, gone);
      return { gone, rejection };
    });
}

/** Drops everything, silently. */
export function clearHeld(held: Held, accounts: FutureAccounts): void {
  for (const waiting of [...held.values()]) unhold(held, accounts, waiting);
}
