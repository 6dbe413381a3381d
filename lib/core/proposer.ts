/**
 * The proposer's step: when to offer which value in which ballot (PROTOCOL section 6).
 *
 * @module
 */

import { membersOf } from "./acceptor_set.ts";
import type { Entry } from "./dag.ts";
import type { InstanceState } from "./instance.ts";
import { hasDecided } from "./learner.ts";
import type { LearnerGraph } from "./learner_graph.ts";
import {
  addMs,
  type Ballot,
  compareBallots,
  compareTimestamps,
  type LearnerIndex,
  type LearnerSet,
  type Timestamp,
  type ValueHash,
} from "./types.ts";

/** How a proposer waits between ballots. */
export interface BackoffSettings {
  /** The first wait is between half of this and this, in milliseconds. */
  readonly backoffMsMin: number;
  /** Each wait may be twice the one before, up to this, in milliseconds. */
  readonly backoffMsMax: number;
}

/** State of one proposer in one instance. Changed in place by {@linkcode stepProposer}. */
export interface ProposerState {
  /** The value it offers where it is free to choose. */
  readonly own: ValueHash;
  /** The learners whose decisions it waits for. */
  readonly serves: LearnerSet;
  /** Offers ballots even when they have decided. */
  readonly forever: boolean;
  /** Ballots offered so far. */
  ballots: number;
  /** No new ballot before. */
  notBefore: Timestamp | undefined;
  /** The highest ballot seen so far, its own included. */
  highest: Ballot | undefined;
  /** All learners it serves have decided. */
  done: boolean;
}

/** What a proposer wants done. */
export type ProposerEffect =
  /** Make a 1a of this ballot, deliver it, and broadcast it with its value. */
  | { readonly kind: "propose"; readonly ballot: Ballot; readonly learner: LearnerIndex }
  /** Call again at that time, or when something has been delivered. */
  | { readonly kind: "wake"; readonly at: Timestamp }
  /** All learners served have decided. */
  | { readonly kind: "done" };

/** After so many ballots for one learner the next undecided one has its turn. */
const BALLOTS_PER_TURN = 3;

/** A proposer that has offered nothing; it offers its first ballot at its first step. */
export function newProposer(own: ValueHash, serves: LearnerSet, forever = false): ProposerState {
  return {
    own,
    serves,
    forever,
    ballots: 0,
    notBefore: undefined,
    highest: undefined,
    done: false,
  };
}

/**
 * Looks at what is known and offers a ballot if it is time to.
 *
 * It serves one undecided learner at a time and offers the value of the highest 2a known for that
 * learner or one still connected to it; its own value only if there is none, for a lock and a
 * stubborn proposer would wait on each other for ever. While it sees others' ballots arrive it
 * holds back, so that theirs can complete.
 *
 * @param entropy Uniform in [0, 1).
 */
export function stepProposer(
  graph: LearnerGraph,
  instance: InstanceState,
  state: ProposerState,
  settings: BackoffSettings,
  now: Timestamp,
  entropy: number,
): ProposerEffect[] {
  if (state.done) return [];
  const undecided = membersOf(state.serves)
    .filter((a) => state.forever || !hasDecided(instance.learner, a));
  if (undecided.length === 0) {
    state.done = true;
    return [{ kind: "done" }];
  }
  yieldToOthers(instance, state, settings, now, entropy);
  if (state.notBefore !== undefined && compareTimestamps(state.notBefore, now) > 0) {
    return [{ kind: "wake", at: state.notBefore }];
  }
  const turn = Math.floor(state.ballots / BALLOTS_PER_TURN);
  const learner = undecided[turn % undecided.length]!;
  const valueHash = valueFor(graph, instance, state, learner);
  const ballot = { ...ballotTime(state, now), valueHash };
  state.ballots++;
  state.highest = ballot;
  state.notBefore = addMs(now, backoffMs(state.ballots, settings, entropy));
  return [{ kind: "propose", ballot, learner }, { kind: "wake", at: state.notBefore }];
}

/** The value that a new ballot for a learner has to have (PROTOCOL section 6). */
export function valueFor(
  graph: LearnerGraph,
  instance: InstanceState,
  state: Pick<ProposerState, "own">,
  learner: LearnerIndex,
): ValueHash {
  const { view } = instance;
  const bound = graph.connected(view.caught)[learner]! | (1n << BigInt(learner));
  let highest: Entry | undefined;
  for (const other of membersOf(bound)) {
    const best = view.highest2a[other]?.best;
    if (best === undefined) continue;
    if (
      highest === undefined || compareBallots(best.facts.ballot, highest.facts.ballot) > 0
    ) highest = best;
  }
  return highest?.facts.ballot.valueHash ?? state.own;
}

/** A higher ballot by someone else puts our next one off, so that it can complete. */
function yieldToOthers(
  { view }: InstanceState,
  state: ProposerState,
  settings: BackoffSettings,
  now: Timestamp,
  entropy: number,
): void {
  const seen = view.highest1a?.facts.ballot;
  if (seen === undefined) return;
  if (state.highest !== undefined && compareBallots(seen, state.highest) <= 0) return;
  state.highest = seen;
  const until = addMs(now, backoffMs(Math.max(1, state.ballots), settings, entropy));
  if (state.notBefore === undefined || compareTimestamps(until, state.notBefore) > 0) {
    state.notBefore = until;
  }
}

/** Now, or just above the highest ballot seen if a faster clock made that. */
function ballotTime(state: ProposerState, now: Timestamp): Timestamp {
  if (state.highest === undefined || compareTimestamps(now, state.highest) > 0) {
    return { seconds: now.seconds, nanos: now.nanos };
  }
  return addMs({ seconds: state.highest.seconds, nanos: state.highest.nanos }, 0.001);
}

/** Between half and all of a bound that doubles with every ballot, up to the cap. */
function backoffMs(ballots: number, settings: BackoffSettings, entropy: number): number {
  const { backoffMsMin, backoffMsMax } = settings;
  const bound = Math.min(backoffMsMax, backoffMsMin * 2 ** Math.min(ballots - 1, 30));
  return bound * (0.5 + entropy / 2);
}
