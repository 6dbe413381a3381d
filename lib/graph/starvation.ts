/**
 * Which learner another may starve: a limit of the protocol itself, said beforehand.
 *
 * @module
 */

import { entangled, type LearnerGraph } from "../core/learner_graph.ts";
import { minimise } from "../core/quorum.ts";
import type { AcceptorSet, LearnerIndex } from "../core/types.ts";
import { type Effort, finish, limited, newEffort, type Work } from "./effort.ts";
import { Encoding } from "./encoding.ts";
import { narrowed, prepare, type PreparedGraph } from "./prepared.ts";
import { dualOf } from "./simplify.ts";
import { not } from "./solver.ts";

/** One learner whose decision may leave another without one, in that instance, for good. */
export interface Starvation {
  /** Decides with {@linkcode Starvation.quorum}. */
  readonly by: LearnerIndex;
  /** Must agree with it, and may then find no quorum of its own. */
  readonly starved: LearnerIndex;
  /**
   * A minimal quorum of `by` that contains none of `starved`, of the smallest size unless that took
   * too long to prove; "unknown" if the search was stopped: then there may be one or not.
   */
  readonly quorum: AcceptorSet | "unknown";
}

/** Dead ends of the search before a look without a driver gives up. */
const CONFLICTS_MAX = 100_000;

/** Dead ends of the search for a smaller example. */
const SMALLER_CONFLICTS_MAX = 200;

/**
 * The pairs of connected learners of which one has a quorum that contains none of the other. If
 * ballots overlap, or are cut short with different values, the one may then decide with acceptors
 * that leave the others bound to another value: the other learner stays undecided in that instance
 * (later instances are not concerned). Between learners with the same rule it cannot happen.
 *
 * Each pair of different rules is searched once, whichever learners have them. What a bounded search
 * cannot tell is among the results as unknown.
 */
export function findStarvations(graph: LearnerGraph): Starvation[] {
  const effort = newEffort();
  return finish(effort, starvations(prepare(graph), effort), CONFLICTS_MAX);
}

/** As {@linkcode findStarvations}, in steps. */
export function* starvations(prepared: PreparedGraph, effort: Effort): Work<Starvation[]> {
  const { graph, all, quorumOf } = prepared;
  const known = new Map<string, AcceptorSet | "unknown" | undefined>();
  const found: Starvation[] = [];
  for (let by = 0; by < graph.learnerCount; by++) {
    for (let starved = 0; starved < graph.learnerCount; starved++) {
      if (quorumOf[by] === quorumOf[starved] || !entangled(graph, by, starved, all)) continue;
      const [mine, theirs] = [quorumOf[by]!, quorumOf[starved]!];
      const key = `${mine} ${theirs}`;
      if (!known.has(key)) {
        known.set(key, yield* quorumWithout(prepared, mine, theirs, effort));
      }
      const quorum = known.get(key);
      if (quorum !== undefined) found.push({ by, starved, quorum });
    }
  }
  return found;
}

/**
 * A minimal quorum by one rule that contains none by another, of the smallest size if that is soon proved;
 * undefined if there is none.
 */
export function* quorumWithout(
  prepared: PreparedGraph,
  mine: number,
  theirs: number,
  effort: Effort,
): Work<AcceptorSet | "unknown" | undefined> {
  if (effort.stopped) return "unknown";
  const { symmetry, quorums, demands, isQuorum } = narrowed(prepared, [mine, theirs]);
  const encoding = new Encoding(symmetry);
  const { solver } = encoding;
  const set = encoding.set();
  encoding.inOrder(set);
  solver.addClause([encoding.meets(quorums[mine]!, set)]);
  demands.forEach((rule, index) => {
    if (rule !== undefined) solver.addClause([not(set.of[index]!), encoding.meets(rule, set)]);
  });
  // A closed set is a quorum exactly if it meets the rule.
  solver.addClause([encoding.meets(dualOf(quorums[theirs]!), encoding.complement(set))]);
  let smallest: AcceptorSet | undefined;
  for (;;) {
    const part = smallest === undefined ? effort : limited(effort, SMALLER_CONFLICTS_MAX);
    const found = yield* solver.solve([], part);
    if (found === "unknown") return smallest ?? found;
    if (!found) return smallest;
    smallest = minimise(encoding.found(set), (each) => isQuorum(mine, each));
    encoding.fewerThan(set, smallest);
  }
}
