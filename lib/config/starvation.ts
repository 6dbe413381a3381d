/**
 * Which learner another may starve: a limit of the protocol itself, said beforehand.
 *
 * @module
 */

import { fullSet } from "../core/acceptor_set.ts";
import { entangled, type LearnerGraph } from "../core/learner_graph.ts";
import { minimise } from "../core/quorum.ts";
import type { AcceptorSet, LearnerIndex } from "../core/types.ts";
import { interchangeable } from "../core/validity.ts";

/** One learner whose decision may leave another without one, in that instance, for good. */
export interface Starvation {
  /** Decides with {@linkcode Starvation.quorum}. */
  readonly by: LearnerIndex;
  /** Must agree with it, and may then find no quorum of its own. */
  readonly starved: LearnerIndex;
  /**
   * A minimal quorum of `by` that contains none of `starved`; "unknown" if the rules of the two are
   * too irregular for a bounded search: then there may be one or not.
   */
  readonly quorum: AcceptorSet | "unknown";
}

/** Search steps for one pair. */
const STEPS_MAX = 100_000;

/**
 * The pairs of connected learners of which one has a quorum that contains none of the other. If
 * ballots overlap, or are cut short with different values, the one may then decide with acceptors
 * that leave the others bound to another value: the other learner stays undecided in that instance
 * (later instances are not concerned). Between learners with the same rule it cannot happen.
 *
 * Acceptors that neither rule tells apart are interchangeable: only how many of them are chosen is
 * tried. A pair that takes more than a bounded search even so is among the results as unknown.
 */
export function findStarvations(graph: LearnerGraph): Starvation[] {
  const all = fullSet(graph.acceptorCount);
  const found: Starvation[] = [];
  for (let by = 0; by < graph.learnerCount; by++) {
    for (let starved = 0; starved < graph.learnerCount; starved++) {
      if (by === starved || !entangled(graph, by, starved, all)) continue;
      const quorum = quorumWithout(graph, by, starved);
      if (quorum !== undefined) found.push({ by, starved, quorum });
    }
  }
  return found;
}

/** A minimal quorum of `by` that contains no quorum of `other`; undefined if there is none. */
function quorumWithout(
  graph: LearnerGraph,
  by: LearnerIndex,
  other: LearnerIndex,
): AcceptorSet | "unknown" | undefined {
  const [mine, theirs] = [graph.quorums[by]!, graph.quorums[other]!];
  if (JSON.stringify(mine.rule) === JSON.stringify(theirs.rule)) return undefined;
  const classes = interchangeable([mine.rule, theirs.rule], graph.acceptorCount);
  let steps = 0;
  const search = (
    depth: number,
    chosen: AcceptorSet,
    open: AcceptorSet,
  ): AcceptorSet | "unknown" | undefined => {
    if (theirs.satisfiedBy(chosen) || !mine.satisfiedBy(chosen | open)) return undefined;
    if (++steps > STEPS_MAX) return "unknown";
    const members = classes[depth];
    if (members === undefined) return chosen;
    const rest = members.reduce((set, bit) => set & ~bit, open);
    for (let count = 0; count <= members.length; count++) {
      const more = members.slice(members.length - count).reduce((set, bit) => set | bit, chosen);
      const quorum = search(depth + 1, more, rest);
      if (quorum !== undefined) return quorum;
    }
    return undefined;
  };
  const quorum = search(0, 0n, fullSet(graph.acceptorCount));
  return typeof quorum === "bigint" ? minimise(quorum, mine.satisfiedBy) : quorum;
}
