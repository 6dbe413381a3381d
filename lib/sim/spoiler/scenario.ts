/**
 * From a seed to a world for the spoiler: who is honest, who proposes what, how fast everything is.
 *
 * @module
 */

import { type LearnerGraph, makeLearnerGraph } from "../../core/learner_graph.ts";
import { thresholdOf } from "../../core/quorum.ts";
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
  /** Those the spoiler controls: as many as the learners tolerate. */
  readonly liars: readonly AcceptorIndex[];
  /** Acceptors that make up a quorum of every learner: all but as many as there are liars. */
  readonly quorum: number;
  /** They have the same quorums, and must agree. */
  readonly learnerCount: number;
  /** Which rule buries a 2a. */
  readonly burial: BurialRule;
  /** A message between honest acceptors takes between these, in milliseconds. */
  readonly delayMsMin: number;
  /** The longest delay: the unit of the bound. */
  readonly delayMs: number;
  /** By acceptor: how far its clock is ahead of the slowest, in milliseconds. */
  readonly clockMs: readonly number[];
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

/** What may be fixed rather than drawn. */
export interface SpoilOptions {
  /** 4, 7 or 10. */
  readonly acceptorCount?: number | undefined;
  /** Whether acceptors keep windows; they do if it is not said. */
  readonly keepsWindows?: boolean | undefined;
}

const SIZES = [4, 4, 4, 4, 7, 7, 10] as const;

/** Draws the scenario of a seed. */
export function drawSpoilScenario(seed: number, options: SpoilOptions = {}): SpoilScenario {
  const prng = makePrng(seed);
  const acceptorCount = options.acceptorCount ?? prng.pick(SIZES)!;
  const most = (acceptorCount - 1) / 3;
  const everybody = Array.from({ length: acceptorCount }, (_, index) => index);
  const liars = prng.shuffled(everybody).slice(0, most).sort((a, b) => a - b);
  const honest = everybody.filter((index) => !liars.includes(index));
  const delayMs = prng.pick([4, 10, 20])!;
  const skewMs = prng.pick([0, 0, 1, 1, 5])! * delayMs;
  const rotation = prng.chance(0.6) ? everybody : prng.chance(0.5) ? honest : prng.shuffled(honest);
  const strangers = prng.between(0, 2);
  const headStartMs = prng.chance(0.3) ? prng.between(1, 40) * delayMs : 0;
  return {
    seed,
    acceptorCount,
    liars,
    quorum: acceptorCount - most,
    learnerCount: prng.chance(0.8) ? 1 : 2,
    burial: prng.chance(0.8) ? "TECHNICAL_REPORT" : "HP2",
    delayMsMin: prng.chance(0.3) ? delayMs : 1,
    delayMs,
    clockMs: everybody.map(() => prng.between(0, skewMs)),
    windowMsMin: prng.pick([1, 2, 5, 10])! * delayMs,
    rotation,
    hasOthers: strangers > 0 || rotation.length < acceptorCount || prng.chance(0.3),
    offerings: drawOfferings(prng, honest, headStartMs, delayMs),
    strangers,
    headStartMs,
    gapMs: prng.pick([0, 0, 1, 3])! * delayMs,
    mischief: prng.pick([0, 3, 10, 30])!,
  };
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

/** All acceptors alike, and all learners. */
export function graphOf(
  { acceptorCount, quorum, learnerCount, burial }: SpoilScenario,
): LearnerGraph {
  const acceptors = Array.from({ length: acceptorCount }, (_, index) => index);
  const learners = Array.from({ length: learnerCount }, (_, index) => index);
  const rule = thresholdOf(quorum, acceptors);
  return makeLearnerGraph({
    acceptors: acceptors.map((index) => `A${index}`),
    learners: learners.map((index) => `L${index}`),
    quorums: learners.map(() => rule),
    safety: learners.flatMap((a) => learners.slice(a).map((b) => ({ a, b, safe: rule }))),
    burial,
  });
}
