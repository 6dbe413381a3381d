/**
 * Which learner another may starve: a limit of the protocol itself, said beforehand.
 *
 * @module
 */

import { fullSet } from "../core/acceptor_set.ts";
import { entangled, type LearnerGraph } from "../core/learner_graph.ts";
import { minimise } from "../core/quorum.ts";
import type { AcceptorSet, LearnerIndex } from "../core/types.ts";

/** One learner whose decision may leave another without one, in that instance, for good. */
export interface Starvation {
  /** Decides with {@linkcode Starvation.quorum}. */
  readonly by: LearnerIndex;
  /** Must agree with it, and may then find no quorum of its own. */
  readonly starved: LearnerIndex;
  /** A minimal quorum of `by` that contains none of `starved`. */
  readonly quorum: AcceptorSet;
}

/** Search steps for one pair; then nothing is said of it. */
const STEPS_MAX = 100_000;

/**
 * The pairs of connected learners of which one has a quorum that contains none of the other. If
 * ballots overlap, or are cut short with different values, the one may then decide with acceptors
 * that leave the others bound to another value: the other learner stays undecided in that instance
 * (later instances are not concerned). Between learners with the same rule it cannot happen.
 *
 * Pairs that take more than a bounded search, with many acceptors of many kinds, are left out.
 */
export function findStarvations(graph: LearnerGraph): Starvation[] {
  const all = fullSet(graph.acceptorCount);
  const found: Starvation[] = [];
  for (let by = 0; by < graph.learnerCount; by++) {
    for (let starved = 0; starved < graph.learnerCount; starved++) {
      if (by === starved || !entangled(graph, by, starved, all)) continue;
      const quorum = quorumWithout(graph, by, starved, all);
      if (quorum !== undefined) found.push({ by, starved, quorum });
    }
  }
  return found;
}

/** A minimal quorum of `by` in `all` that contains no quorum of `other`. */
function quorumWithout(
  graph: LearnerGraph,
  by: LearnerIndex,
  other: LearnerIndex,
  all: AcceptorSet,
): AcceptorSet | undefined {
  const [mine, theirs] = [graph.quorums[by]!, graph.quorums[other]!];
  if (JSON.stringify(mine.rule) === JSON.stringify(theirs.rule)) return undefined;
  let steps = 0;
  const search = (chosen: AcceptorSet, next: AcceptorSet): AcceptorSet | undefined => {
    if (++steps > STEPS_MAX || theirs.satisfiedBy(chosen)) return undefined;
    // Of bits from `next` on, nothing is decided yet.
    if (!mine.satisfiedBy(chosen | (all & ~(next - 1n)))) return undefined;
    if (next > all) return chosen;
    return search(chosen, next << 1n) ?? search(chosen | next, next << 1n);
  };
  const quorum = search(0n, 1n);
  return quorum === undefined ? undefined : minimise(quorum, mine.satisfiedBy);
}
