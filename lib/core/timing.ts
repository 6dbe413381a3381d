/**
 * When a 1a is delivered: an acceptor's clock must have passed its time, and it must be in a window in
 * which it is in nobody's way (PROTOCOL section 6). Until then it waits, bounded.
 *
 * @module
 */

import { type FutureProposal, postpone, refuseFarAhead, takeDue } from "./future.ts";
import { hold, overtaken, unhold } from "./held.ts";
import type { CoreContext, InstanceState } from "./instance.ts";
import { hasDecided } from "./learner.ts";
import type { Rejection } from "./rejection.ts";
import { compareBallots, compareTimestamps, type MessageId, type Timestamp } from "./types.ts";
import { mayDeliver, type WindowView } from "./windows.ts";

/** An instance in a step, as far as 1as and their time are concerned. */
export interface Timing {
  /** Who decides by what, and whether windows are kept. */
  readonly context: CoreContext;
  /** Changed in place. */
  readonly state: InstanceState;
  /** By the clock of this process. */
  readonly now: Timestamp;
  /** Delivers one whose time has come. */
  deliver(arrived: FutureProposal): void;
  /** Refuses one. */
  drop(gone: FutureProposal, why: Rejection): void;
}

/**
 * A 1a has come. Observers do not wait: they sign nothing. One that is too far ahead is refused by
 * them too: a proposer that believed it would offer its own ballots above it, where no acceptor takes
 * them. One that waits already goes on waiting: it waits in one place, and is not refused by a clock
 * that has been set back since.
 */
export function receive1a(timing: Timing, arrived: FutureProposal): void {
  const { context: { limits }, state: { acceptor, future, held, accounts }, now } = timing;
  const { proposal } = arrived;
  if (held.has(proposal.id) || future.some((one) => one.proposal.id === proposal.id)) return;
  const tooFar = refuseFarAhead(proposal, limits, now);
  if (tooFar !== undefined) return timing.drop(arrived, tooFar);
  if (acceptor === undefined) return timing.deliver(arrived);
  if (compareTimestamps(proposal.ballot, now) <= 0) return takeTimely(timing, arrived);
  const { gone, rejection } = postpone(future, accounts, limits, arrived);
  for (const each of gone) timing.drop(each, rejection);
}

/** Delivers what has waited long enough, for the clock and for a window. */
export function deliverWaiting(timing: Timing): void {
  const { state: { future, accounts }, now } = timing;
  for (const due of takeDue(future, accounts, now)) takeTimely(timing, due);
  deliverHeld(timing);
}

/** The 1as that are here and wait. */
export function waitingProposals({ future, held }: InstanceState): ReadonlySet<MessageId> {
  return new Set([...future.map(({ proposal }) => proposal.id), ...held.keys()]);
}

/** Delivers a 1a, or lets it wait for a window in which it may be delivered. */
function takeTimely(timing: Timing, arrived: FutureProposal): void {
  const { context: { limits }, state: { held, inbox, accounts } } = timing;
  const view = viewOf(timing);
  if (view === undefined || mayDeliver(view, arrived.proposal)) return timing.deliver(arrived);
  for (const { gone, rejection } of hold(held, inbox, accounts, limits, arrived)) {
    timing.drop(gone, rejection);
  }
}

/** The highest first: what is below it is then in nobody's way. */
function deliverHeld(timing: Timing): void {
  const { context: { graph }, state: { held, inbox, accounts, learner } } = timing;
  if (held.size === 0) return;
  for (let next = takeReady(timing); next !== undefined; next = takeReady(timing)) {
    timing.deliver(next);
  }
  if (graph.quorums.some((_, a) => !hasDecided(learner, a))) return;
  for (const { gone, rejection } of overtaken(held, inbox, accounts)) timing.drop(gone, rejection);
}

function takeReady(timing: Timing): FutureProposal | undefined {
  const { held, accounts } = timing.state;
  if (held.size === 0) return undefined;
  const view = viewOf(timing);
  const ready = [...held.values()]
    .sort((a, b) => compareBallots(b.proposal.ballot, a.proposal.ballot))
    .find(({ proposal }) => view === undefined || mayDeliver(view, proposal));
  if (ready !== undefined) unhold(held, accounts, ready);
  return ready;
}

/** What decides whether a 1a is delivered; undefined if all are. */
function viewOf({ context, state, now }: Timing): WindowView | undefined {
  const { graph, windows: rule } = context;
  const { acceptor, windows, inbox, held } = state;
  if (rule === undefined || acceptor === undefined) return undefined;
  const taken = acceptor.past.highest1a?.facts.ballot;
  return { graph, rule, windows, taken, inbox, held, now };
}
