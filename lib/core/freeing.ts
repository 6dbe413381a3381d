/**
 * Whether a learner that is starved may be freed: somebody may still be caught, and who is caught
 * binds nobody and connects nobody (PROTOCOL section 6).
 *
 * @module
 */

import { fullSet, membersOf } from "./acceptor_set.ts";
import type { InstanceState } from "./instance.ts";
import type { LearnerGraph } from "./learner_graph.ts";
import { findStarved } from "./starvation.ts";
import type { AcceptorSet, LearnerIndex, LearnerSet } from "./types.ts";

type Known = Pick<InstanceState, "view" | "learner">;

/** Quorums of one learner that are tried, and search steps for each, before no is no answer. */
const QUORUMS_MAX = 1_000;
const STEPS_MAX = 32 * QUORUMS_MAX;

/**
 * Of starved learners those that stay so, whoever is still caught.
 *
 * A decision is promised to a learner that has a quorum of safe acceptors. So for each of its
 * quorums without a caught acceptor it is asked whether the learner would still be starved if all
 * others were caught. The more are caught the less is bound and connected, and the more may be
 * sent, so nothing less has to be asked. A learner of which every quorum has a caught acceptor is
 * promised nothing any more and stays starved too, though luck may help it.
 *
 * Costs up to {@linkcode QUORUMS_MAX} times what {@linkcode findStarved} does for each learner,
 * much less if one of the first quorums frees it. A learner that has more quorums, none of the
 * first of which frees it, is not reported: its waiting may be in vain.
 *
 * @param starved What {@linkcode findStarved} has said of the same.
 *
 * @example
 * ```ts
 * import { findStarvedForGood } from "./freeing.ts";
 * import { makeLearnerGraph } from "./learner_graph.ts";
 * import { newLearner } from "./learner.ts";
 * import { emptyPast } from "./past.ts";
 * import { thresholdOf } from "./quorum.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const twoOfThree = thresholdOf(2, [0, 1, 2]);
 * const graph = makeLearnerGraph({
 *   acceptors: ["Alice", "Bob", "Carol"],
 *   learners: ["Eve"],
 *   quorums: [twoOfThree],
 *   safety: [{ a: 0, b: 0, safe: twoOfThree }],
 *   burial: "TECHNICAL_REPORT",
 * });
 * const nothing = { view: emptyPast(graph), learner: newLearner(graph) };
 * assertEquals(findStarvedForGood(graph, nothing, 0n), 0n);
 * ```
 */
export function findStarvedForGood(
  graph: LearnerGraph,
  known: Pick<InstanceState, "view" | "learner">,
  starved: LearnerSet,
): LearnerSet {
  let forGood = 0n;
  for (const learner of membersOf(starved)) {
    if (!mayBeFreed(graph, known, learner)) forGood |= 1n << BigInt(learner);
  }
  return forGood;
}

function mayBeFreed(graph: LearnerGraph, { view, learner: state }: Known, a: LearnerIndex) {
  const all = fullSet(graph.acceptorCount);
  let quorums = 0;
  for (const quorum of quorumsWithin(graph, a, all & ~view.caught)) {
    if (quorum === undefined || ++quorums > QUORUMS_MAX) return true;
    const caught = all & ~quorum;
    if (caught === view.caught) continue;
    const starved = findStarved(graph, { view: { ...view, caught }, learner: state });
    if (((starved >> BigInt(a)) & 1n) === 0n) return true;
  }
  return false;
}

/** The minimal quorums of a learner among some acceptors, and few others; undefined ends in doubt. */
function* quorumsWithin(
  { quorums }: LearnerGraph,
  a: LearnerIndex,
  candidates: AcceptorSet,
): Generator<AcceptorSet | undefined> {
  const { satisfiedBy } = quorums[a]!;
  const stack = [{ chosen: 0n, open: candidates }];
  for (let steps = 0; stack.length > 0; steps++) {
    const { chosen, open } = stack.pop()!;
    if (steps > STEPS_MAX) return yield undefined;
    if (satisfiedBy(chosen)) {
      yield chosen;
      continue;
    }
    if (!satisfiedBy(chosen | open)) continue;
    const next = open & -open;
    stack.push({ chosen: chosen | next, open: open & ~next }, { chosen, open: open & ~next });
  }
}
