/**
 * From a seed to a world for the spoiler: who is honest, who proposes what, how fast everything is.
 *
 * @module
 */

import { type LearnerGraph, makeLearnerGraph } from "../../core/learner_graph.ts";
import { type SetRule, thresholdOf } from "../../core/quorum.ts";
import { makePrng, type Prng } from "../prng.ts";
import type { AcceptorIndex, BurialRule } from "../../core/types.ts";

/** An honest acceptor that proposes. */
export interface Offering {
  /** Who; its own value is named after it. */
  readonly acceptor: AcceptorIndex;
  /** When it is asked to, in milliseconds. */
  readonly atMs: number;
}

/** Everything about a world but what the spoiler does in it. */
export interface SpoilScenario {
  /** What it was drawn from. */
  readonly seed: number;
  /** How many there are; proposers that are no acceptors have the numbers after these. */
  readonly acceptorCount: number;
  /** Those the spoiler controls: at most as many as the learners tolerate. */
  readonly liars: readonly AcceptorIndex[];
  /** Acceptors that make up a quorum of every learner, if `needs` says no more of it. */
  readonly quorum: number;
  /** By learner: honest acceptors that its quorums contain besides. */
  readonly needs: readonly (readonly AcceptorIndex[])[];
  /** Whether the learners must agree with each other, and not only with themselves. */
  readonly areConnected: boolean;
  /** Which rule buries a 2a. */
  readonly burial: BurialRule;
  /** A message between honest acceptors takes between these, in milliseconds. */
  readonly delayMsMin: number;
  /** The longest delay: the unit of the bound. */
  readonly delayMs: number;
  /** By acceptor: how far its clock is ahead of the slowest, in milliseconds. */
  readonly clockMs: readonly number[];
  /** What honest proposers take a ballot to last, in milliseconds. */
  readonly roundMs: number;
  /** What they give the only ballot that they know, in milliseconds. */
  readonly patienceMs: number;
  /** Length of the first window in milliseconds; each next one is longer by as much. */
  readonly windowMsMin: number;
  /** Who owns the windows in turn. */
  readonly rotation: readonly number[];
  /** Whether there is an open window after each turn of the rotation. */
  readonly hasOthers: boolean;
  /** Honest acceptors that propose, at least one of which is in the rotation. */
  readonly offerings: readonly Offering[];
  /** Proposers that are no acceptors: all of them the spoiler's. */
  readonly strangers: number;
  /** The spoiler may begin at 0, so much before the first honest proposer, in milliseconds. */
  readonly headStartMs: number;
  /** The spoiler leaves so much time between 1as of its own, in milliseconds. */
  readonly gapMs: number;
  /** How often, of a hundred moments, it does something before it must. */
  readonly mischief: number;
}

/**
 * By what 1as are kept to windows: acceptors hold others; or nothing does, and proposers keep to theirs;
 * or those of another time than their proposer's are not well-formed (`timestamps.ts`).
 */
export type WindowKeeping = "acceptors" | "proposers" | "timestamps";

/** What may be fixed rather than drawn. */
export interface SpoilOptions {
  /** 4, 7 or 10. */
  readonly acceptorCount?: number | undefined;
  /** Who sees to it that windows are kept; acceptors if it is not said. */
  readonly windows?: WindowKeeping | undefined;
  /** Length of the first window, or of all by timestamps, in longest delays. */
  readonly windowDelays?: number | undefined;
  /** The spoiler does nothing. */
  readonly isQuiet?: boolean | undefined;
}

const SIZES = [4, 4, 4, 4, 7, 7, 10] as const;

/** Draws the scenario of a seed. */
export function drawSpoilScenario(seed: number, options: SpoilOptions = {}): SpoilScenario {
  const prng = makePrng(seed);
  const acceptorCount = options.acceptorCount ?? prng.pick(SIZES)!;
  const most = (acceptorCount - 1) / 3;
  const everybody = Array.from({ length: acceptorCount }, (_, index) => index);
  const count = prng.chance(0.85) ? most : prng.between(1, most);
  const liars = prng.shuffled(everybody).slice(0, count).sort((a, b) => a - b);
  const honest = everybody.filter((index) => !liars.includes(index));
  const delayMs = prng.pick([4, 10, 20])!;
  const skewMs = prng.pick([0, 0, 1, 1, 5])! * delayMs;
  const strangers = prng.between(0, 2);
  const rotation = drawRotation(prng, honest, acceptorCount, strangers);
  const drawnDelays = prng.pick([1, 2, 5, 10])!;
  const headStartMs = prng.chance(0.4) && !options.isQuiet ? prng.between(1, 40) * delayMs : 0;
  return {
    ...{ seed, acceptorCount, liars },
    quorum: acceptorCount - most,
    ...drawLearners(prng, honest),
    burial: prng.chance(0.8) ? "TECHNICAL_REPORT" : "HP2",
    delayMsMin: prng.chance(0.3) ? delayMs : 1,
    delayMs,
    clockMs: everybody.map(() => prng.between(0, skewMs)),
    roundMs: prng.pick([0, 0, 1, 3])! * delayMs,
    windowMsMin: (options.windowDelays ?? drawnDelays) * delayMs,
    rotation,
    hasOthers: strangers > 0 || rotation.length < acceptorCount || prng.chance(0.3),
    offerings: drawOfferings(prng, honest, headStartMs, delayMs),
    strangers,
    headStartMs,
    gapMs: prng.pick([0, 0, 1, 3])! * delayMs,
    mischief: options.isQuiet ? 0 : prng.pick([0, 3, 10, 30])!,
    patienceMs: prng.pick([0, 10, 100])! * delayMs,
  };
}

/** All acceptors, honest ones alone, or besides all acceptors proposers that are the spoiler's. */
function drawRotation(
  prng: Prng,
  honest: readonly AcceptorIndex[],
  acceptorCount: number,
  strangers: number,
): readonly number[] {
  const kind = prng.below(10);
  if (kind < 2) return honest;
  if (kind < 4) return prng.shuffled(honest);
  const members = kind < 9 ? acceptorCount : acceptorCount + strangers;
  return Array.from({ length: members }, (_, index) => index);
}

/** One learner, two alike, or two of which one trusts fewer; they must agree or not. */
function drawLearners(
  prng: Prng,
  honest: readonly AcceptorIndex[],
): Pick<SpoilScenario, "needs" | "areConnected"> {
  const kind = prng.below(10);
  if (kind < 6) return { needs: [[]], areConnected: true };
  if (kind < 8) return { needs: [[], []], areConnected: true };
  const needs = [[], prng.shuffled(honest).slice(0, prng.between(1, 2))];
  return { needs, areConnected: kind === 8 };
}

function drawOfferings(
  prng: Prng,
  honest: readonly AcceptorIndex[],
  firstMs: number,
  delayMs: number,
): Offering[] {
  const count = prng.chance(0.4) ? 1 : prng.between(1, honest.length);
  return prng.shuffled(honest).slice(0, count).map((acceptor, index) => ({
    acceptor,
    atMs: firstMs + (index === 0 ? 0 : prng.pick([0, 1, delayMs, 3 * delayMs])!),
  }));
}

/** Largest difference between two honest clocks, in milliseconds. */
export function skewOf({ clockMs, liars }: SpoilScenario): number {
  const honest = clockMs.filter((_, acceptor) => !liars.includes(acceptor));
  return Math.max(...honest) - Math.min(...honest);
}

/** All acceptors alike but where a learner needs some of them. */
export function graphOf(
  { acceptorCount, quorum, needs, areConnected, burial }: SpoilScenario,
): LearnerGraph {
  const acceptors = Array.from({ length: acceptorCount }, (_, index) => index);
  const learners = needs.map((_, index) => index);
  const enough = thresholdOf(quorum, acceptors);
  return makeLearnerGraph({
    acceptors: acceptors.map((index) => `A${index}`),
    learners: learners.map((index) => `L${index}`),
    quorums: needs.map((needed): SetRule =>
      needed.length === 0 ? enough : {
        kind: "threshold",
        threshold: 2,
        of: [enough, thresholdOf(needed.length, needed)],
      }
    ),
    safety: learners.flatMap((a) =>
      learners.slice(a).filter((b) => a === b || areConnected).map((b) => ({ a, b, safe: enough }))
    ),
    burial,
  });
}
