/**
 * The proposer's step: when to offer which value in which ballot (PROTOCOL section 6).
 *
 * @module
 */

import type { InstanceState } from "./instance.ts";
import type { LearnerGraph } from "./learner_graph.ts";
import {
  originOf,
  type Slot,
  slotAfter,
  slotAt,
  windowAt,
  type WindowSettings,
} from "./schedule.ts";
import { ballotTime } from "./ballot_time.ts";
import { awaited, undecided, valuesFor } from "./serving.ts";
import { mayCompleteUntilMs, slotInWindow } from "./slots.ts";
import { nextTurn } from "./windows.ts";
import { checkTime } from "./passing.ts";
import {
  type BackoffSettings,
  type KeptWindows,
  type Pace,
  type ProposerState,
  timeAnew,
} from "./proposer_state.ts";
import { findStarvedForGood } from "./freeing.ts";
import { findStarved } from "./starvation.ts";
import {
  addMs,
  type Ballot,
  compareBallots,
  compareTimestamps,
  type LearnerIndex,
  type LearnerSet,
  msBetween,
  type Timestamp,
  type ValueHash,
} from "./types.ts";

export type { BackoffSettings, KeptWindows, Pace, ProposerState } from "./proposer_state.ts";
export { newProposer } from "./proposer_state.ts";
export { isIdle, valuesFor } from "./serving.ts";

/** What a proposer wants done. */
export type ProposerEffect =
  /** Make a 1a of this ballot, deliver it, and broadcast it with its value. */
  | { readonly kind: "propose"; readonly ballot: Ballot; readonly learner: LearnerIndex }
  /** Call again at that time, or when something has been delivered. */
  | { readonly kind: "wake"; readonly at: Timestamp }
  /** These have been found to be starved, and are not served until somebody else is caught. */
  | { readonly kind: "starved"; readonly learners: LearnerSet }
  /** All learners served have decided, or are starved for good: `state.forGood` holds these. */
  | { readonly kind: "done" };

/** Ballots for one learner before the next undecided one has its turn. */
const BALLOTS_PER_TURN = 3;

/**
 * Looks at what is known and offers a ballot if it is time to.
 *
 * It serves one undecided learner at a time and offers the value of the highest 2a known for that
 * learner or one still connected to it; its own value only if there is none, for a lock and a
 * stubborn proposer would wait on each other for ever. If all learners have had their turn in vain,
 * it goes on to the next of {@linkcode valuesFor}. Before each ballot it looks who is starved,
 * and does not serve them while nobody else is caught: that may free them. While another's ballot with another value may still complete it holds
 * back: with back-off a pause, with windows at most half a slot. When the clock has been set back it
 * times anew, for what it had planned by the wrong time may be far off.
 *
 * @param entropy Uniform in [0, 1). Windows do not use it.
 * @throws InvariantError if `now` is before that of the step before, and the instance has not been told that
 * the clock was set back.
 */
export function stepProposer(
  graph: LearnerGraph,
  instance: InstanceState,
  state: ProposerState,
  pace: Pace,
  now: Timestamp,
  entropy: number,
): ProposerEffect[] {
  if (state.done) return [];
  if (state.setBacks !== instance.setBacks) timeAnew(state, now);
  state.setBacks = instance.setBacks;
  checkTime(state.seenAt, now);
  state.seenAt = now;
  state.startedAt ??= now;
  const isNews = notice(instance, state, now);
  // Starvation rests on who is known to lie.
  if (state.caught !== instance.view.caught) state.starved = state.forGood;
  state.caught = instance.view.caught;
  if (awaited(instance, state).length === 0) return finish(state);
  const run = { graph, instance, state, now };
  if ("rule" in pace) return stepInKeptWindow(run, pace);
  return "members" in pace
    ? stepInWindow(run, pace, state.startedAt)
    : stepWithBackoff(run, pace, entropy, isNews);
}

interface Run {
  readonly graph: LearnerGraph;
  readonly instance: InstanceState;
  readonly state: ProposerState;
  readonly now: Timestamp;
}

/**
 * A higher ballot by someone else puts our next one off, so that it can complete; but not beyond the
 * longest that this pause might have been, or a stream of ballots would silence us.
 */
function stepWithBackoff(
  run: Run,
  settings: BackoffSettings,
  entropy: number,
  isNews: boolean,
): ProposerEffect[] {
  const { instance, state, now } = run;
  if (isNews) {
    state.pausedAt ??= now;
    const latest = addMs(state.pausedAt, backoffMs(Math.max(1, state.ballots), settings, 1));
    const wished = addMs(now, backoffMs(Math.max(1, state.ballots), settings, entropy));
    const until = compareTimestamps(wished, latest) < 0 ? wished : latest;
    if (state.notBefore === undefined || compareTimestamps(until, state.notBefore) > 0) {
      state.notBefore = until;
    }
  }
  if (state.notBefore !== undefined && compareTimestamps(state.notBefore, now) > 0) {
    return [{ kind: "wake", at: state.notBefore }];
  }
  const effects = dropStarved(run);
  if (state.done) return effects;
  if (undecided(instance, state).length === 0) return [...effects, rest(run, settings, entropy)];
  const turn = Math.floor(state.ballots / BALLOTS_PER_TURN);
  effects.push(offer(run, settings, nextOffer(run, turn)));
  return [...effects, rest(run, settings, entropy)];
}

function rest({ state, now }: Run, settings: BackoffSettings, entropy: number): ProposerEffect {
  state.pausedAt = now;
  state.notBefore = addMs(now, backoffMs(Math.max(1, state.ballots), settings, entropy));
  return { kind: "wake", at: state.notBefore };
}

/** One ballot in each of the slots of its windows. */
function stepInWindow(
  run: Run,
  settings: WindowSettings,
  startedAt: Timestamp,
): ProposerEffect[] {
  const { instance, state, now } = run;
  const lowest = instance.lowest1a?.facts.ballot;
  const origin = originOf({ startedAt, heardAt: state.heardAt, lowest }, settings.clockSkewMsMax);
  const elapsedMs = msBetween(origin, now);
  const slot = slotAt(settings, elapsedMs);
  const wakeAt = (ms: number): ProposerEffect => ({ kind: "wake", at: addMs(origin, ms) });
  if (elapsedMs < slot.startMs) return [wakeAt(slot.startMs)];
  const next = wakeAt(slotAfter(settings, slot).startMs);
  const { startMs, endMs } = slot;
  const isUsed = state.slot !== undefined && slot.startMs <= state.slot.startMs;
  // Late in a slot there is no time left for a ballot to complete in it.
  if (isUsed || elapsedMs > startMs + (endMs - startMs) * 3 / 4) return [next];
  const effects = dropStarved(run);
  if (state.done) return effects;
  if (undecided(instance, state).length === 0) {
    state.slot = slot;
    return [...effects, next];
  }
  const turnAt = ({ index }: Slot) => Math.floor(index / settings.members);
  const first = slotAt(settings, Math.max(0, msBetween(origin, startedAt)));
  const next1a = nextOffer(run, turnAt(slot), turnAt(first));
  const holdMs = holdUntilMs(state, next1a.valueHash, origin, slot);
  if (elapsedMs < holdMs) return [...effects, wakeAt(holdMs)];
  state.slot = slot;
  return [...effects, offer(run, settings, next1a), next];
}

/**
 * Until when a slot's ballot waits for one with another value to complete: half a slot after that
 * has been heard of, but never longer than half the slot, or a stream of ballots would silence us.
 */
function holdUntilMs(
  { highest, highestAt }: ProposerState,
  valueHash: ValueHash,
  origin: Timestamp,
  { startMs, endMs }: Slot,
): number {
  if (highest === undefined || highest.valueHash === valueHash) return startMs;
  const halfMs = Math.floor((endMs - startMs) / 2);
  return Math.min(Math.ceil(msBetween(origin, highestAt!)), startMs) + halfMs;
}

/**
 * The first ballot of an instance at once; after it three in each window in which acceptors let ours
 * pass, equally spaced behind the part that is to be left unused; fewer as long as windows are too short
 * for so many, or a ballot may still complete.
 */
function stepInKeptWindow(run: Run, pace: KeptWindows): ProposerEffect[] {
  const { instance: { windows: { origin, first } }, state, now } = run;
  const { rule, roundMs = 0 } = pace;
  if (origin === undefined) {
    return offerIfAnybodyWaits(run, pace, addMs(now, rule.windowMsMin));
  }
  const elapsedMs = msBetween(origin, now);
  const index = Math.max(1, windowAt(rule.windowMsMin, elapsedMs));
  const turn = (from: number) => nextTurn(rule, first, state.self, from);
  let slot = slotInWindow(rule, state.self, turn(index), elapsedMs, roundMs);
  if (slot === undefined) slot = slotInWindow(rule, state.self, turn(index + 1), 0, roundMs)!;
  if (elapsedMs < slot.startMs) return [{ kind: "wake", at: addMs(origin, slot.startMs) }];
  const { startMs, endMs } = slot;
  const next = slotInWindow(rule, state.self, slot.index, endMs, roundMs) ??
    slotInWindow(rule, state.self, turn(slot.index + 1), 0, roundMs)!;
  const wake = addMs(origin, next.startMs);
  const { slot: used } = state;
  const isUsed = used?.index === slot.index && used.part >= slot.part;
  // Late in a slot there is no time left for a ballot to complete in it.
  const lastMs = startMs + (endMs - startMs) * 3 / 4;
  const freeMs = mayCompleteUntilMs(run.instance, state, origin, pace);
  if (isUsed || Math.max(elapsedMs, freeMs) > lastMs) return [{ kind: "wake", at: wake }];
  if (elapsedMs < freeMs) return [{ kind: "wake", at: addMs(origin, freeMs) }];
  state.slot = slot;
  return offerIfAnybodyWaits(run, pace, wake);
}

function offerIfAnybodyWaits(run: Run, pace: Pace, at: Timestamp): ProposerEffect[] {
  const { instance, state } = run;
  const effects = dropStarved(run);
  if (state.done) return effects;
  if (undecided(instance, state).length > 0) {
    const turn = Math.floor(state.ballots / BALLOTS_PER_TURN);
    effects.push(offer(run, pace, nextOffer(run, turn)));
  }
  return [...effects, { kind: "wake", at }];
}

interface Offer {
  readonly learner: LearnerIndex;
  readonly valueHash: ValueHash;
}

/** Whom to serve in a turn, and with what value: another each time that all have had a turn. */
function nextOffer({ graph, instance, state }: Run, turn: number, firstTurn = 0): Offer {
  const learners = undecided(instance, state);
  const learner = learners[turn % learners.length]!;
  const values = valuesFor(graph, instance, state, learner);
  const round = Math.floor((turn - firstTurn) / learners.length);
  return { learner, valueHash: values[round % values.length]! };
}

function offer(run: Run, pace: Pace, { learner, valueHash }: Offer): ProposerEffect {
  const { instance, state, now } = run;
  const time = ballotTime(instance, state.offered, pace.clockSkewMsMax, now);
  const ballot = { ...time, valueHash, proposer: state.self };
  state.offered = ballot;
  state.heardAt ??= now;
  state.ballots++;
  state.highest = ballot;
  state.highestAt = now;
  return { kind: "propose", ballot, learner };
}

/** Looks for learners not to be served, for now or for good. */
function dropStarved({ graph, instance, state }: Run): ProposerEffect[] {
  if (state.forever) return [];
  const starved = findStarved(graph, instance) & state.serves;
  const learners = starved & ~state.starved;
  state.starved |= starved;
  state.forGood |= findStarvedForGood(graph, instance, starved & ~state.forGood);
  const effects: ProposerEffect[] = learners === 0n ? [] : [{ kind: "starved", learners }];
  return awaited(instance, state).length === 0 ? [...effects, ...finish(state)] : effects;
}

function finish(state: ProposerState): ProposerEffect[] {
  state.done = true;
  return [{ kind: "done" }];
}

/** Takes note of the ballots known. Returns whether there is a higher one, by someone else. */
function notice({ view }: InstanceState, state: ProposerState, now: Timestamp): boolean {
  const seen = view.highest1a?.facts.ballot;
  if (seen === undefined) return false;
  state.heardAt ??= now;
  if (state.highest !== undefined && compareBallots(seen, state.highest) <= 0) return false;
  state.highest = seen;
  state.highestAt = now;
  return true;
}

/** Between half and all of a bound that doubles with every ballot, up to the cap. */
function backoffMs(ballots: number, settings: BackoffSettings, entropy: number): number {
  const { backoffMsMin, backoffMsMax } = settings;
  const bound = Math.min(backoffMsMax, backoffMsMin * 2 ** Math.min(ballots - 1, 30));
  return bound * (0.5 + entropy / 2);
}
