/**
 * Renamings of acceptors that change nothing in a scenario but names.
 *
 * @module
 */

import { fullSet, hasMember, setOf } from "../core/acceptor_set.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import type { AcceptorIndex, AcceptorSet } from "../core/types.ts";

/** By acceptor: its new index. */
export type Permutation = readonly AcceptorIndex[];

/**
 * The permutations that keep every learner's quorums, what connects the learners whoever is caught,
 * and who is Byzantine; the identity first. They form a group. Learners keep their names.
 * Costs O(acceptors! · 2^acceptors): for small graphs.
 */
export function automorphisms(
  graph: LearnerGraph,
  byzantine: readonly AcceptorIndex[],
): Permutation[] {
  const indices = Array.from({ length: graph.acceptorCount }, (_, index) => index);
  return permutationsOf(indices).filter((permutation) =>
    byzantine.every((acceptor) => byzantine.includes(permutation[acceptor]!)) &&
    keepsGraph(graph, permutation)
  );
}

/** Only the identity. */
export function identityOnly(graph: LearnerGraph): Permutation[] {
  return [Array.from({ length: graph.acceptorCount }, (_, index) => index)];
}

function keepsGraph(graph: LearnerGraph, permutation: Permutation): boolean {
  for (let set = 0n; set <= fullSet(graph.acceptorCount); set++) {
    const renamed = renameSet(set, permutation);
    const connected = graph.connected(renamed);
    if (graph.connected(set).some((learners, learner) => learners !== connected[learner])) {
      return false;
    }
    if (graph.quorums.some((quorum) => quorum.satisfiedBy(set) !== quorum.satisfiedBy(renamed))) {
      return false;
    }
  }
  return true;
}

function renameSet(set: AcceptorSet, permutation: Permutation): AcceptorSet {
  return setOf(permutation.filter((_, acceptor) => hasMember(set, acceptor)));
}

/** In lexicographic order if the items ascend. */
function permutationsOf(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((first) =>
    permutationsOf(items.filter((item) => item !== first)).map((rest) => [first, ...rest])
  );
}
