/**
 * Listed sets that say nothing: each contains another of its list, and every larger set counts
 * anyway.
 *
 * @module
 */

import type { LearnerGraphSpec } from "../core/learner_graph.ts";
import { mentionedBy, type SetRule } from "../core/quorum.ts";
import type { AcceptorSet, LearnerIndex } from "../core/types.ts";

/** A listed set that could be left out. */
export interface SuperfluousSet {
  /** Whose quorum it is, or which two learners' safe set. */
  readonly learners: readonly LearnerIndex[];
  /** What it is listed as. */
  readonly use: "quorum" | "safe set";
  /** The set. */
  readonly set: AcceptorSet;
  /** Another of the list, which it contains. */
  readonly contains: AcceptorSet;
}

/** All superfluous sets of a graph. Costs the square of the longest list. */
export function superfluousSets({ quorums, safety }: LearnerGraphSpec): SuperfluousSet[] {
  return [
    ...quorums.flatMap((rule, learner) => inList(rule, { learners: [learner], use: "quorum" })),
    ...safety.flatMap(({ a, b, safe }) => inList(safe, { learners: [a, b], use: "safe set" })),
  ];
}

function inList(rule: SetRule, where: Pick<SuperfluousSet, "learners" | "use">): SuperfluousSet[] {
  if (rule.kind === "acceptor" || rule.threshold !== 1) return [];
  const sets = rule.of.flatMap((operand) => isWhole(operand) ? [mentionedBy(operand)] : []);
  return sets.flatMap((set, i) => {
    const contains = sets.find((other, k) =>
      (other & ~set) === 0n && (other !== set || k < i) && k !== i
    );
    return contains === undefined ? [] : [{ ...where, set, contains }];
  });
}

/** Whether a rule wants all of some acceptors. */
function isWhole(rule: SetRule): boolean {
  return rule.kind === "acceptor" ||
    (rule.threshold === rule.of.length && rule.of.every(({ kind }) => kind === "acceptor"));
}
