/**
 * The learner graphs that are explored.
 *
 * @module
 */

import type { LearnerGraphSpec } from "../core/learner_graph.ts";
import { type SetRule, thresholdOf } from "../core/quorum.ts";

type Safe = readonly [number, number, SetRule];

function graph(
  acceptors: string,
  quorums: readonly SetRule[],
  safety: readonly Safe[],
): LearnerGraphSpec {
  return {
    acceptors: [...acceptors],
    learners: ["X", "Y"].slice(0, quorums.length),
    quorums,
    safety: safety.map(([a, b, safe]) => ({ a, b, safe })),
    burial: "TECHNICAL_REPORT",
  };
}

const ANY_OF_ABC = thresholdOf(1, [0, 1, 2]);
const TWO_OF_ABC = thresholdOf(2, [0, 1, 2]);
const ALL_OF_ABC = thresholdOf(3, [0, 1, 2]);
const THREE_OF_FOUR = thresholdOf(3, [0, 1, 2, 3]);

/** Any two suffice for X, which therefore relies on all three being safe. */
export const MAJORITY: LearnerGraphSpec = graph("ABC", [TWO_OF_ABC], [[0, 0, ALL_OF_ABC]]);

/** Four acceptors of which one may be Byzantine, two learners that must agree then. */
export const BYZANTINE: LearnerGraphSpec = graph("ABCD", [THREE_OF_FOUR, THREE_OF_FOUR], [
  [0, 0, THREE_OF_FOUR],
  [0, 1, THREE_OF_FOUR],
  [1, 1, THREE_OF_FOUR],
]);

/** Any three suffice for X, Y needs A, B and C; one of the four may be Byzantine. */
export const MIXED: LearnerGraphSpec = graph("ABCD", [THREE_OF_FOUR, ALL_OF_ABC], [
  [0, 0, THREE_OF_FOUR],
  [0, 1, THREE_OF_FOUR],
  [1, 1, THREE_OF_FOUR],
]);

/** X needs A, B and C; Y needs B, C and D; they agree while B or C is safe. */
export const OVERLAPPING: LearnerGraphSpec = graph(
  "ABCD",
  [ALL_OF_ABC, thresholdOf(3, [1, 2, 3])],
  [
    [0, 0, ANY_OF_ABC],
    [0, 1, thresholdOf(1, [1, 2])],
    [1, 1, thresholdOf(1, [1, 2, 3])],
  ],
);

/** X needs all three, Y any two. */
export const UNEQUAL: LearnerGraphSpec = graph("ABC", [ALL_OF_ABC, TWO_OF_ABC], [
  [0, 0, ANY_OF_ABC],
  [0, 1, ALL_OF_ABC],
  [1, 1, ALL_OF_ABC],
]);

/** X needs all three, Y needs B and C. */
export const NESTED: LearnerGraphSpec = graph("ABC", [ALL_OF_ABC, thresholdOf(2, [1, 2])], [
  [0, 0, ANY_OF_ABC],
  [0, 1, thresholdOf(1, [1, 2])],
  [1, 1, thresholdOf(1, [1, 2])],
]);

/** X needs A and B, Y needs C; each agrees with itself only. */
export const APART: LearnerGraphSpec = graph("ABC", [thresholdOf(2, [0, 1]), thresholdOf(1, [2])], [
  [0, 0, thresholdOf(1, [0, 1])],
  [1, 1, thresholdOf(1, [2])],
]);

/** Quorums without a common member, of learners that are to agree: not valid. */
export const INVALID: LearnerGraphSpec = graph("ABCD", [
  thresholdOf(2, [0, 1]),
  thresholdOf(2, [2, 3]),
], [
  [0, 0, thresholdOf(1, [0, 1])],
  [0, 1, thresholdOf(4, [0, 1, 2, 3])],
  [1, 1, thresholdOf(1, [2, 3])],
]);

/** Two acceptors, both needed. */
export const PAIR: LearnerGraphSpec = graph("AB", [thresholdOf(2, [0, 1])], [[
  0,
  0,
  thresholdOf(1, [0, 1]),
]]);

/** The same by the rule of Heterogeneous Paxos 2.0. */
export function withHp2(spec: LearnerGraphSpec): LearnerGraphSpec {
  return { ...spec, burial: "HP2" };
}
