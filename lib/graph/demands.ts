/**
 * Acceptors that have demands of their own: a quorum must meet the rule of each of its members, as
 * in networks where every node publishes whom it listens to.
 *
 * @module
 */

import type { LearnerGraph } from "../core/learner_graph.ts";
import { type CompiledRule, compileRule, type SetRule } from "../core/quorum.ts";
import { membersOf } from "../core/acceptor_set.ts";
import type { AcceptorSet } from "../core/types.ts";

/** By acceptor: what every quorum it is in must meet; undefined if it asks for nothing. */
export type Demands = readonly (SetRule | undefined)[];

/** What is left of a set when whoever lacks what it demands goes, again and again. */
export type Closing = (set: AcceptorSet, liars?: AcceptorSet) => AcceptorSet;

/**
 * Makes the function from a set to its largest closed subset. Who lies has no demands: whatever it
 * has published, it may go along with anything.
 */
export function makeClosing(demands: Demands): Closing {
  const rules = demands.map((rule) => rule === undefined ? undefined : compileRule(rule));
  return (set, liars = 0n) => {
    for (;;) {
      let closed = set;
      for (const index of membersOf(set & ~liars)) {
        const rule = rules[index];
        if (rule !== undefined && !rule.satisfiedBy(closed)) closed &= ~(1n << BigInt(index));
      }
      if (closed === set) return set;
      set = closed;
    }
  };
}

/** The same graph, in which a set is a quorum only if its largest closed subset is. */
export function withDemands(graph: LearnerGraph, demands: Demands): LearnerGraph {
  const close = makeClosing(demands);
  const quorums = graph.quorums.map(({ rule, satisfiedBy }): CompiledRule => ({
    rule,
    satisfiedBy: (set) => satisfiedBy(close(set)),
  }));
  return { ...graph, quorums };
}
