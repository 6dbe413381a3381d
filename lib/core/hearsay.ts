/**
 * What others say was decided, and when that is to be believed. Whoever has the messages believes
 * nobody and counts signatures; whoever only wants one answer asks all acceptors, and takes what so
 * many of them say that they cannot all be lying.
 *
 * @module
 */

import type { LearnerGraph } from "./learner_graph.ts";
import type { AcceptorIndex, AcceptorSet, LearnerIndex, ValueHash } from "./types.ts";

/**
 * Whether a learner may believe what exactly the acceptors of a set say in common: if all of them
 * were unsafe, nothing that the learner was ever promised would be left, not even that it agrees
 * with itself. So as long as it has any promise, one of them is safe, and a safe acceptor reports
 * only what a quorum of the learner has signed. A learner that was promised nothing wants a quorum.
 *
 * @param reporters None is never enough. More are never worse.
 */
export function mayBelieve(
  graph: LearnerGraph,
  learner: LearnerIndex,
  reporters: AcceptorSet,
): boolean {
  if (reporters === 0n) return false;
  const agreesWithItself = (caught: AcceptorSet) =>
    ((graph.connected(caught)[learner]! >> BigInt(learner)) & 1n) === 1n;
  return agreesWithItself(0n)
    ? !agreesWithItself(reporters)
    : graph.quorums[learner]!.satisfiedBy(reporters);
}

/** When reports are to be believed: by {@linkcode mayBelieve}, or by something stricter. */
export type Belief = (
  graph: LearnerGraph,
  learner: LearnerIndex,
  reporters: AcceptorSet,
) => boolean;

/**
 * Whether the acceptors of a set are a quorum of the learner. In a valid graph that is never less
 * than {@linkcode mayBelieve} asks for: no quorum is unsafe as a whole while the learner has any
 * promise.
 */
export function isQuorum(
  { quorums }: LearnerGraph,
  learner: LearnerIndex,
  reporters: AcceptorSet,
): boolean {
  return reporters !== 0n && quorums[learner]!.satisfiedBy(reporters);
}

/** Decisions that one acceptor may report of one learner; further ones are passed over. */
const REPORTS_MAX = 4;

/** What a learner is said to have decided, in one instance. */
export class Hearsay {
  readonly #graph: LearnerGraph;
  readonly #learner: LearnerIndex;
  readonly #belief: Belief;
  readonly #reporters: Map<ValueHash, AcceptorSet> = new Map();
  readonly #values: Map<ValueHash, Uint8Array> = new Map();

  /** Nothing has been heard. */
  constructor(graph: LearnerGraph, learner: LearnerIndex, belief: Belief = mayBelieve) {
    this.#graph = graph;
    this.#learner = learner;
    this.#belief = belief;
  }

  /**
   * Takes what an acceptor says.
   *
   * @param valueHash Of the value, by our own reckoning where there is a value.
   * @param value Undefined where the acceptor does not have it: another may.
   */
  take(acceptor: AcceptorIndex, valueHash: ValueHash, value: Uint8Array | undefined): void {
    const bit = 1n << BigInt(acceptor);
    const others = this.#reporters.get(valueHash) ?? 0n;
    const said = [...this.#reporters.values()].filter((set) => (set & bit) !== 0n).length;
    if ((others & bit) === 0n && said >= REPORTS_MAX) return;
    this.#reporters.set(valueHash, others | bit);
    if (value !== undefined) this.#values.set(valueHash, value);
  }

  /** What is to be believed, with the value and those who say so; more than one is a disagreement. */
  get believed(): { valueHash: ValueHash; value: Uint8Array; reporters: AcceptorSet }[] {
    return [...this.#reporters].flatMap(([valueHash, reporters]) => {
      const value = this.#values.get(valueHash);
      if (value === undefined || !this.#belief(this.#graph, this.#learner, reporters)) return [];
      return [{ valueHash, value, reporters }];
    });
  }
}
