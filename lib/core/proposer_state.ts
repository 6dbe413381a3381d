/**
 * What a proposer remembers, and how it is told to wait.
 *
 * @module
 */

import type { Slot, WindowSettings } from "./schedule.ts";
import type { WindowRule } from "./windows.ts";
import {
  type AcceptorSet,
  type Ballot,
  compareTimestamps,
  type LearnerSet,
  type ProposerIndex,
  type Timestamp,
  type ValueHash,
} from "./types.ts";

/** How a proposer waits between ballots. */
export interface BackoffSettings {
  /** The first wait is between half of this and this, in milliseconds. */
  readonly backoffMsMin: number;
  /** Each wait may be twice the one before, up to this, in milliseconds. */
  readonly backoffMsMax: number;
  /** How far ahead of the clock a ballot may be to be taken, in milliseconds; no bound if absent. */
  readonly clockSkewMsMax?: number;
}

/**
 * By what a proposer times its ballots: pauses at random, windows that proposers share among
 * themselves, or windows that acceptors keep.
 */
export type Pace = BackoffSettings | WindowSettings | KeptWindows;

/** Windows that acceptors keep: a ballot that is not in one of them waits there. */
export interface KeptWindows {
  /** What acceptors keep. */
  readonly rule: WindowRule;
  /** How far ahead of the clock a ballot may be to be taken, in milliseconds. */
  readonly clockSkewMsMax: number;
  /** How long a ballot takes here, about, in milliseconds; 0, if absent, tears each down by the next. */
  readonly roundMs?: number;
  /** The only ballot that is known has so much time before another is offered, in milliseconds; 0 if absent. */
  readonly patienceMs?: number;
}

/** State of one proposer in one instance. Changed in place by {@linkcode stepProposer}. */
export interface ProposerState {
  /** The value it offers where it is free to choose. */
  readonly own: ValueHash;
  /** Whose ballots they are. */
  readonly self: ProposerIndex;
  /** The learners whose decisions it waits for. */
  readonly serves: LearnerSet;
  /** Offers ballots even when they have decided. */
  readonly forever: boolean;
  /** Ballots offered so far. */
  ballots: number;
  /** With back-off: when the pause began that it makes now. */
  pausedAt: Timestamp | undefined;
  /** With back-off: no new ballot before. */
  notBefore: Timestamp | undefined;
  /** With windows: the slot of its latest ballot. */
  slot: Slot | undefined;
  /** When it first looked. */
  startedAt: Timestamp | undefined;
  /** When it first saw a ballot. */
  heardAt: Timestamp | undefined;
  /** The highest ballot seen so far, its own included. */
  highest: Ballot | undefined;
  /** When it saw that. */
  highestAt: Timestamp | undefined;
  /** Its own latest ballot since the clock was set back. */
  offered: Ballot | undefined;
  /** When it last looked. */
  seenAt: Timestamp | undefined;
  /** How often the instance's clock had been set back then. */
  setBacks: number;
  /** Learners that it serves and has found to be starved. */
  starved: LearnerSet;
  /** Who was caught then: when somebody else is, it looks again. */
  caught: AcceptorSet;
  /** Of the starved, those whom nothing frees any more. */
  forGood: LearnerSet;
  /** All learners it serves have decided or are starved for good. */
  done: boolean;
}

/**
 * A proposer that has offered nothing. With back-off it offers a ballot at its first step.
 *
 * @param self Whom its ballots name.
 */
export function newProposer(
  own: ValueHash,
  serves: LearnerSet,
  self: ProposerIndex,
  forever = false,
): ProposerState {
  return {
    own,
    self,
    serves,
    forever,
    ballots: 0,
    pausedAt: undefined,
    notBefore: undefined,
    slot: undefined,
    startedAt: undefined,
    heardAt: undefined,
    highest: undefined,
    highestAt: undefined,
    offered: undefined,
    seenAt: undefined,
    setBacks: 0,
    starved: 0n,
    caught: 0n,
    forGood: 0n,
    done: false,
  };
}

/** Forgets when it did what, by a clock that was ahead. */
export function timeAnew(state: ProposerState, now: Timestamp): void {
  const earlier = (at: Timestamp | undefined) =>
    at !== undefined && compareTimestamps(at, now) > 0 ? now : at;
  state.startedAt = earlier(state.startedAt);
  state.heardAt = earlier(state.heardAt);
  state.highestAt = earlier(state.highestAt);
  state.pausedAt = undefined;
  state.notBefore = undefined;
  state.slot = undefined;
  state.offered = undefined;
  state.seenAt = undefined;
}
