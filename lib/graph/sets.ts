/**
 * Who can stop a learner, and who can deceive it: minimal blocking and splitting sets.
 *
 * @module
 */

import type { AcceptorSet } from "../core/types.ts";
import type { Effort, Work } from "./effort.ts";
import {
  type MinimalSets,
  minimalSets,
  noneSought,
  type Property,
  setOfCounts,
} from "./minimal.ts";
import { narrowed, type PreparedGraph } from "./prepared.ts";
import { SplitSearch } from "./split.ts";

/**
 * The minimal sets whose absence leaves a learner with this quorum rule without a quorum.
 *
 * @param rule Its position among the graph's quorum rules.
 */
export function blockingSets(
  graph: PreparedGraph,
  rule: number,
  patternsMax: number,
  effort: Effort,
): Work<MinimalSets> {
  const prepared = narrowed(graph, [rule]);
  const { symmetry, all, isQuorum } = prepared;
  const blocks = plain((set) => !isQuorum(rule, all & ~set), prepared);
  return minimalSets(symmetry, blocks, patternsMax, effort);
}

/** The minimal quorums of a rule; of acceptors with demands, sets in which these are met. */
export function minimalQuorums(
  graph: PreparedGraph,
  rule: number,
  patternsMax: number,
  effort: Effort,
): Work<MinimalSets> {
  const prepared = narrowed(graph, [rule]);
  const { symmetry, isQuorum } = prepared;
  return minimalSets(symmetry, plain((set) => isQuorum(rule, set), prepared), patternsMax, effort);
}

/**
 * The minimal sets of liars with whom two learners, or one and itself, may decide differently: two
 * quorums have nobody else in common.
 */
export function* splittingSets(
  graph: PreparedGraph,
  ruleA: number,
  ruleB: number,
  patternsMax: number,
  effort: Effort,
): Work<MinimalSets> {
  if (effort.stopped) return noneSought(graph.symmetry);
  const prepared = narrowed(graph, [ruleA, ruleB]);
  const search = new SplitSearch(prepared, ruleA, ruleB);
  return yield* minimalSets(prepared.symmetry, search.splitting(effort), patternsMax, effort);
}

function plain(property: (set: AcceptorSet) => boolean, { symmetry }: PreparedGraph): Property {
  // deno-lint-ignore require-yield
  return function* (counts) {
    return property(setOfCounts(symmetry, counts));
  };
}
