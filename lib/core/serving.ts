/**
 * Whom a proposer serves, and with which values.
 *
 * @module
 */

import { membersOf } from "./acceptor_set.ts";
import type { InstanceState } from "./instance.ts";
import { hasDecided } from "./learner.ts";
import type { LearnerGraph } from "./learner_graph.ts";
import type { ProposerState } from "./proposer_state.ts";
import { compareBallots, type LearnerIndex, type ValueHash } from "./types.ts";

/** The learners to be served now. */
export function undecided({ learner }: InstanceState, state: ProposerState): LearnerIndex[] {
  if (state.forever) return membersOf(state.serves);
  return membersOf(state.serves & ~state.starved).filter((a) => !hasDecided(learner, a));
}

/** The learners that may still decide: those to be served, now or if somebody else is caught. */
export function awaited({ learner }: InstanceState, state: ProposerState): LearnerIndex[] {
  if (state.forever) return membersOf(state.serves);
  return membersOf(state.serves & ~state.forGood).filter((a) => !hasDecided(learner, a));
}

/**
 * Whether a proposer offers nothing more unless somebody else is caught: all learners that it serves
 * have decided or are starved as far as is known.
 */
export function isIdle(instance: InstanceState, state: ProposerState): boolean {
  return undecided(instance, state).length === 0;
}

/**
 * The values that a new ballot for a learner may have to have: those of the highest 2as known for it
 * and for each learner still connected to it, the highest first; `own` only if there is none.
 *
 * The first is mostly the one (PROTOCOL section 6). But the highest 2a may have come about with the
 * help of an acceptor that says no more: then those bound to other learners' 2as, which nothing of
 * this value buries, are missing, and it is their value that a quorum may take up. Nothing else is
 * worth while: of all 2as for one learner, those not buried have the value of the highest. Nor is
 * any but the decided one where a connected learner has decided.
 */
export function valuesFor(
  graph: LearnerGraph,
  { view, learner: { decisions } }: Pick<InstanceState, "view" | "learner">,
  { own }: Pick<ProposerState, "own">,
  learner: LearnerIndex,
): ValueHash[] {
  const bound = graph.connected(view.caught)[learner]! | (1n << BigInt(learner));
  const decided = membersOf(bound).flatMap((other) => decisions[other]!);
  const highest = decided.length > 0
    ? decided.map(({ ballot }) => ballot)
    : membersOf(bound).flatMap((other) => view.highest2a[other]?.best.facts.ballot ?? []);
  highest.sort((a, b) => compareBallots(b, a));
  return highest.length === 0 ? [own] : [...new Set(highest.map(({ valueHash }) => valueHash))];
}
