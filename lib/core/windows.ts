/**
 * Windows that acceptors keep, so that nobody spoils another's time (PROTOCOL section 6).
 *
 * The time of an instance, from the first 1a delivered there, is cut into windows 0, 1, 2, ... of
 * `windowMsMin` times 1, 2, 3, ... Window 0 belongs to the proposer of that first 1a, the others to
 * the members of the rotation in turn and then, if anybody else may propose, to all others together.
 * Each window is as long as it takes in the end, and since they grow, origins that differ by a
 * bounded time, whatever causes it, differ by an ever smaller part of a window.
 *
 * @module
 */

import { fullSet } from "./acceptor_set.ts";
import type { Inbox } from "./inbox.ts";
import type { LearnerGraph } from "./learner_graph.ts";
import { windowAt, windowStartMs } from "./schedule.ts";
import {
  addMs,
  type Ballot,
  compareBallots,
  compareTimestamps,
  type MessageId,
  msBetween,
  type Proposal,
  type ProposerIndex,
  type Timestamp,
} from "./types.ts";

/** What all acceptors of a cluster agree on: part of the configuration digest. */
export interface WindowRule {
  /** Whose windows follow each other. Not empty, nobody twice. */
  readonly rotation: readonly ProposerIndex[];
  /** Whether anybody else may propose: then a window for all of these follows each round. */
  readonly hasOthers: boolean;
  /** Length of the first window in whole milliseconds. Each next one is longer by as much. */
  readonly windowMsMin: number;
}

/** Where the windows of an instance begin, as one process sees it. */
export interface WindowState {
  /** When the first 1a was delivered; undefined before. */
  origin: Timestamp | undefined;
  /** Who made that. */
  first: ProposerIndex | undefined;
  /** When this acceptor last answered a 1a; undefined if it has not, or its clock has been set back. */
  answeredAt: Timestamp | undefined;
  /** Whether a 2a may be due that is put off (`quiet.ts`). */
  isPutOff: boolean;
}

/** Where windows begin in an instance in which nothing has happened. */
export function newWindows(): WindowState {
  return { origin: undefined, first: undefined, answeredAt: undefined, isPutOff: false };
}

/** From this window on there is room for more ballots in each, and acceptors are quiet before them. */
export const LONG_FROM = 4;

/** The parts of such a window: the first quarter is the guard, the others have a ballot each. */
export const PARTS = 8;

/** Whose a window is. */
export type Owner = ProposerIndex | "others";

/**
 * A part of a window, from its beginning, that its owner leaves unused: what was delivered elsewhere at
 * the end of the window before gets through in it.
 */
export const GUARD = 1 / 4;

/** In this part of a window ballots still pass for older than it. Half of {@linkcode GUARD}. */
const BELATED = GUARD / 2;

/** So far back an origin is put at most when an instance comes back to memory, in milliseconds. */
const RESTORED_AGE_MS_MAX = 600_000;

/** Whose window `index` is. */
export function ownerOf(
  { rotation, hasOthers }: WindowRule,
  first: ProposerIndex | undefined,
  index: number,
): Owner | undefined {
  if (index === 0) return first;
  const position = (index - 1) % (rotation.length + (hasOthers ? 1 : 0));
  return rotation[position] ?? "others";
}

/** Whether a proposer's 1as are delivered in window `index`. */
export function mayIn(
  rule: WindowRule,
  first: ProposerIndex | undefined,
  index: number,
  proposer: ProposerIndex,
): boolean {
  const owner = ownerOf(rule, first, index);
  return owner === "others" ? !rule.rotation.includes(proposer) : owner === proposer;
}

/**
 * The next window from `index` on in which a proposer's 1as are delivered. Costs O(rotation).
 *
 * @throws RangeError if there is none: somebody outside a rotation that leaves others no window.
 */
export function nextTurn(
  rule: WindowRule,
  first: ProposerIndex | undefined,
  proposer: ProposerIndex,
  index: number,
): number {
  // Window 0 is its first proposer's; then a whole round is looked at.
  const last = index + rule.rotation.length + 1;
  for (let next = index; next <= last; next++) {
    if (mayIn(rule, first, next, proposer)) return next;
  }
  throw new RangeError(`proposer ${proposer} has no window`);
}

/**
 * Takes note of a 1a that is delivered: the first one sets the origin.
 *
 * @param restored Whether it comes from the journal, which does not say when it was delivered. Then
 * the origin is the time of its ballot, for that was not later; but not long ago, or a forged time
 * would make windows so long that they silence everybody.
 */
export function noteDelivered(
  windows: WindowState,
  ballot: Ballot,
  now: Timestamp,
  restored: boolean,
): void {
  if (windows.origin !== undefined) return;
  windows.first = ballot.proposer;
  const earliest = addMs(now, -RESTORED_AGE_MS_MAX);
  const { seconds, nanos } = ballot;
  windows.origin = !restored || compareTimestamps(ballot, now) > 0
    ? now
    : compareTimestamps(ballot, earliest) < 0
    ? earliest
    : { seconds, nanos };
}

/** The clock has been set back: the windows do not begin in its future. */
export function noteSetBack(windows: WindowState, now: Timestamp): void {
  if (windows.origin !== undefined && compareTimestamps(windows.origin, now) > 0) {
    windows.origin = now;
  }
  windows.answeredAt = undefined;
}

/** What decides whether a 1a is delivered. */
export interface WindowView {
  /** Who decides by what. */
  readonly graph: LearnerGraph;
  /** Kept by this acceptor. */
  readonly rule: WindowRule;
  /** Of the instance. */
  readonly windows: WindowState;
  /** The highest ballot that the acceptor has taken, or knows to be taken. */
  readonly taken: Ballot | undefined;
  /** What waits for refs, perhaps for the 1a. */
  readonly inbox: Inbox;
  /** 1as that wait for their windows, by id. */
  readonly held: ReadonlyMap<MessageId, { readonly proposal: Proposal }>;
  /** By the acceptor's clock. */
  readonly now: Timestamp;
}

/**
 * Whether a 1a may be delivered now: it is the first; or it is in nobody's way, for a higher one has
 * been taken; or its proposer may in this window; or it was offered in an earlier one in which its
 * proposer might, and is late; or others have taken it before the window began, and what they say waits
 * for it.
 *
 * The last is for messages that were delivered elsewhere at the end of the window before: were they
 * held, all that those acceptors say would have to wait. Neither they nor late ones spoil the window,
 * whatever time a liar gives them: its owner leaves the first part of it unused, so that its ballots are
 * higher.
 */
export function mayDeliver(view: WindowView, { id, ballot }: Proposal): boolean {
  const { rule, windows: { origin, first }, taken, inbox, now } = view;
  if (origin === undefined) return true;
  if (taken !== undefined && compareBallots(ballot, taken) < 0) return true;
  const { windowMsMin } = rule;
  const index = windowAt(windowMsMin, msBetween(origin, now));
  if (mayIn(rule, first, index, ballot.proposer)) return true;
  const offeredIn = windowAt(windowMsMin, msBetween(origin, ballot));
  if (offeredIn < index && mayIn(rule, first, offeredIn, ballot.proposer)) return true;
  if (!inbox.waitingFor.has(id)) return false;
  if (index === 0) {
    return compareTimestamps(ballot, addMs(origin, -windowMsMin)) < 0 || isSplit(view);
  }
  const belatedMs = windowStartMs(windowMsMin, index) + windowMsMin * (index + 1) * BELATED;
  return compareTimestamps(ballot, addMs(origin, belatedMs)) < 0;
}

/**
 * Two have proposed first, at once: so many acceptors have taken what is held here that the others are
 * a quorum of nobody. Then the ballot taken here leads nowhere.
 */
function isSplit({ graph, inbox, taken, held }: WindowView): boolean {
  let others = fullSet(graph.acceptorCount);
  for (const { message, missing } of inbox.waiting.values()) {
    for (const ref of missing) {
      const proposal = held.get(ref)?.proposal;
      if (proposal === undefined) continue;
      if (taken !== undefined && compareBallots(proposal.ballot, taken) < 0) continue;
      others &= ~(1n << BigInt(message.signer));
    }
  }
  return !graph.quorums.some((quorum) => quorum.satisfiedBy(others));
}

/** When it is to be looked again whether a held 1a may be delivered, if nothing else happens. */
export function lookAgainAt(
  rule: WindowRule,
  { origin, first }: WindowState,
  { ballot }: Proposal,
  isWaitedFor: boolean,
  now: Timestamp,
): Timestamp {
  const { windowMsMin } = rule;
  const index = windowAt(windowMsMin, msBetween(origin!, now));
  const next = isWaitedFor ? index + 1 : nextTurn(rule, first, ballot.proposer, index + 1);
  return addMs(origin!, windowStartMs(windowMsMin, next));
}
