/**
 * Closing: when it is proved that a learner never decides in an instance.
 *
 * @module
 */

import { fullSet, hasMember, membersOf } from "../core/acceptor_set.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import type { AcceptorIndex, AcceptorSet, LearnerIndex } from "../core/types.ts";

/** What acceptors who have closed an instance for a learner have shown of it. */
export interface Shown {
  /** Q: those whose closings are known, with the messages they name and their pasts. */
  readonly closers: AcceptorSet;
  /** By ballot, for each in which there is one: the signers of the 2as for the learner there. */
  readonly votes: readonly AcceptorSet[];
  /** Who is caught in those pasts. */
  readonly caught: AcceptorSet;
}

/** How many sets of liars are tried before an instance counts as open. */
export const LIARS_TRIED_MAX = 20_000;

/**
 * Whether `learner`, if it is accurate, can never decide: the closers contain a quorum of it, and
 * in no ballot do those with a 2a there, all who have not closed, *and any liars among the closers
 * with whom the learner would still be accurate* contain a quorum.
 *
 * Let D decide in some ballot, and L be those who are not safe. Each safe closer in D has shown its
 * 2a. So D is within the shown 2as, those who have not closed, and L. The learner is accurate with
 * liars L, so L is one of the sets tried. That the closers contain a quorum makes it true of ballots
 * that nobody has shown: D has a member in common with it that is safe.
 *
 * Differs from PROTOCOL section 8, which leaves the liars among the closers out: one that hides its
 * 2a and shows it later makes the learner decide in a closed instance (ADR 0048).
 *
 * Exponential in the number of closers that have shown no 2a; after {@linkcode LIARS_TRIED_MAX} sets
 * an instance counts as open, which is safe.
 *
 * @example
 * ```ts
 * import { makeLearnerGraph } from "../core/learner_graph.ts";
 * import { thresholdOf } from "../core/quorum.ts";
 * import { isClosed } from "./closing.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const three = thresholdOf(3, [0, 1, 2, 3]);
 * const graph = makeLearnerGraph({
 *   acceptors: ["Alice", "Bob", "Carol", "Dave"],
 *   learners: ["Eve"],
 *   quorums: [three],
 *   safety: [{ a: 0, b: 0, safe: three }],
 *   burial: "TECHNICAL_REPORT",
 * });
 * const caught = 0n;
 * // Alice has sent a 2a. With Dave, who has not closed, and one liar she may be part of a quorum.
 * assertEquals(isClosed(graph, 0, { closers: 0b0111n, votes: [0b0001n], caught }), false);
 * assertEquals(isClosed(graph, 0, { closers: 0b1111n, votes: [0b0001n], caught }), true);
 * ```
 */
export function isClosed(graph: LearnerGraph, learner: LearnerIndex, shown: Shown): boolean {
  const { closers, votes, caught } = shown;
  if (!graph.quorums[learner]!.satisfiedBy(closers)) return false;
  const outside = fullSet(graph.acceptorCount) & ~closers;
  // A ballot of which nobody has shown anything is one more.
  return [0n, ...votes].every((voted) =>
    !mayBeQuorum(graph, learner, voted | outside | caught, caught)
  );
}

/** Whether with some liars, the caught among them, `certain` and they contain a quorum. */
function mayBeQuorum(
  graph: LearnerGraph,
  learner: LearnerIndex,
  certain: AcceptorSet,
  caught: AcceptorSet,
): boolean {
  const quorum = graph.quorums[learner]!;
  const isAccurate = (liars: AcceptorSet) => hasMember(graph.connected(liars)[learner]!, learner);
  const others = membersOf(fullSet(graph.acceptorCount) & ~certain);
  let triedMax = LIARS_TRIED_MAX;
  const search = (liars: AcceptorSet, rest: readonly AcceptorIndex[]): boolean => {
    if (--triedMax < 0) return true;
    if (!isAccurate(liars)) return false;
    if (quorum.satisfiedBy(certain | liars)) return true;
    const all = rest.reduce((set, index) => set | 1n << BigInt(index), certain | liars);
    const [next, ...later] = rest;
    if (next === undefined || !quorum.satisfiedBy(all)) return false;
    return search(liars | 1n << BigInt(next), later) || search(liars, later);
  };
  return search(caught, others);
}
