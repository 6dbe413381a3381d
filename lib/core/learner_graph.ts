/**
 * The learner graph: who decides by which quorums, and who must agree with whom under which safe
 * sets. Closed and checked once, when a configuration is loaded.
 *
 * @module
 */

import { fullSet } from "./acceptor_set.ts";
import { makeConnected, type SafetyEdge } from "./connected.ts";
import { type CompiledRule, compileRule, type SetRule } from "./quorum.ts";
import type { AcceptorSet, BurialRule, LearnerIndex, LearnerSet } from "./types.ts";

/** What a learner graph is made from; indices refer to the name lists. */
export interface LearnerGraphSpec {
  /** Names, sorted and unique. */
  readonly acceptors: readonly string[];
  /** Names, sorted and unique. */
  readonly learners: readonly string[];
  /** By learner. */
  readonly quorums: readonly SetRule[];
  /** Unordered pairs, self-edges included, each at most once. */
  readonly safety: readonly {
    readonly a: LearnerIndex;
    readonly b: LearnerIndex;
    readonly safe: SetRule;
  }[];
  /** Which rule buries a 2a. */
  readonly burial: BurialRule;
}

/** A learner graph ready for use (TR, Section 3). Immutable but for what it remembers. */
export interface LearnerGraph {
  /** What it was made from. */
  readonly spec: LearnerGraphSpec;
  /** How many acceptors there are. */
  readonly acceptorCount: number;
  /** How many learners there are. */
  readonly learnerCount: number;
  /** By learner: whether a set of acceptors contains one of its quorums. */
  readonly quorums: readonly CompiledRule[];
  /** Which rule buries a 2a. */
  readonly burial: BurialRule;
  /** By learner: those it must agree with in the closed graph if exactly `caught` are not safe. */
  connected(caught: AcceptorSet): readonly LearnerSet[];
}

/**
 * Builds a learner graph. Does not check that it is valid: `checkValidity` of `lib/graph` does.
 *
 * @throws RangeError if a threshold is impossible.
 *
 * @example
 * ```ts
 * import { makeLearnerGraph } from "./learner_graph.ts";
 * import { thresholdOf } from "./quorum.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const threeOfFour = thresholdOf(3, [0, 1, 2, 3]);
 * const graph = makeLearnerGraph({
 *   acceptors: ["Alice", "Bob", "Carol", "Dave"],
 *   learners: ["Eve"],
 *   quorums: [threeOfFour],
 *   safety: [{ a: 0, b: 0, safe: threeOfFour }],
 *   burial: "TECHNICAL_REPORT",
 * });
 * assertEquals(graph.connected(0b0001n), [1n]); // one caught: Eve still agrees with herself
 * assertEquals(graph.connected(0b0011n), [0n]); // two: no promise is left
 * ```
 */
export function makeLearnerGraph(spec: LearnerGraphSpec): LearnerGraph {
  const edges: SafetyEdge[] = spec.safety.map(({ a, b, safe }) => ({
    a,
    b,
    safe: compileRule(safe),
  }));
  return {
    spec,
    acceptorCount: spec.acceptors.length,
    learnerCount: spec.learners.length,
    quorums: spec.quorums.map(compileRule),
    burial: spec.burial,
    connected: makeConnected(
      spec.learners.length,
      spec.acceptors.length,
      edges,
    ),
  };
}

/** Whether `a` and `b` must agree if exactly the acceptors in `safe` are safe (TR, Entangled). */
export function entangled(
  graph: LearnerGraph,
  a: LearnerIndex,
  b: LearnerIndex,
  safe: AcceptorSet,
): boolean {
  const caught = fullSet(graph.acceptorCount) & ~safe;
  return ((graph.connected(caught)[a]! >> BigInt(b)) & 1n) === 1n;
}

/** Learners without any edge, to themselves included: nobody agrees with them. Ascending. */
export function learnersWithoutSelfEdge(graph: LearnerGraph): LearnerIndex[] {
  const connected = graph.connected(0n);
  return connected.flatMap((set, learner) => set === 0n ? [learner] : []);
}
