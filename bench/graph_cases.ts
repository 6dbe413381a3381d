/**
 * Learner graphs to measure checks with; only data, so that any checkout can take them.
 *
 * @module
 */

import type { LearnerGraphSpec } from "../lib/core/learner_graph.ts";
import type { SetRule } from "../lib/core/quorum.ts";

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

function anyOf(threshold: number, of: readonly SetRule[]): SetRule {
  return { kind: "threshold", threshold, of };
}

function among(threshold: number, indices: readonly number[]): SetRule {
  return anyOf(threshold, indices.map((index): SetRule => ({ kind: "acceptor", index })));
}

/** A threshold over groups of three, each of which is a threshold itself. */
function groups(threshold: number, count: number, members: number): SetRule {
  return anyOf(threshold, upTo(count).map((i) => among(members, [3 * i, 3 * i + 1, 3 * i + 2])));
}

function graph(
  acceptors: number,
  learners: number,
  quorums: (learner: number) => SetRule,
  safe: SetRule,
): LearnerGraphSpec {
  const pairs = upTo(learners).flatMap((a) =>
    upTo(learners - a).map((i) => ({ a, b: a + i, safe }))
  );
  return {
    acceptors: upTo(acceptors).map((i) => `A${`${i}`.padStart(3, "0")}`),
    learners: upTo(learners).map((i) => `L${`${i}`.padStart(3, "0")}`),
    quorums: upTo(learners).map(quorums),
    safety: pairs,
    burial: "TECHNICAL_REPORT",
  };
}

/** Any two thirds and one of them all, as `config generate` has it. */
function preset(acceptors: number, learners: number): LearnerGraphSpec {
  const rule = among(acceptors - Math.floor((acceptors - 1) / 3), upTo(acceptors));
  return graph(acceptors, learners, () => rule, rule);
}

/** Organisations of three; each learner insists on one of them besides. */
function organisations(count: number, learners: number): LearnerGraphSpec {
  const most = count - Math.floor((count - 1) / 3);
  const quorums = (learner: number) =>
    anyOf(2, [groups(most, count, 2), among(2, upTo(3).map((i) => 3 * (learner % count) + i))]);
  return graph(3 * count, learners, quorums, groups(most, count, 3));
}

/** Groups of three that each learner knows all but one of. */
function nearlyAlike(count: number, learners: number): LearnerGraphSpec {
  const most = count - Math.floor((count - 1) / 3);
  const quorums = (learner: number) => {
    const known = upTo(count).filter((i) => i !== learner % count);
    return anyOf(most, known.map((i) => among(2, [3 * i, 3 * i + 1, 3 * i + 2])));
  };
  return graph(3 * count, learners, quorums, groups(most, count, 3));
}

/** By name. */
export const GRAPH_CASES: Readonly<Record<string, () => LearnerGraphSpec>> = {
  "4 acceptors, 2 learners": () => preset(4, 2),
  "30 acceptors, 30 learners": () => preset(30, 30),
  "60 acceptors, 30 learners": () => preset(60, 30),
  "100 acceptors, 30 learners": () => preset(100, 30),
  "21 validators in 7 organisations, 10 learners": () => organisations(7, 10),
  "any 7 of 10 organisations of three, 1 learner": () =>
    graph(30, 1, () => groups(7, 10, 2), groups(7, 10, 3)),
  "48 acceptors in 16 nearly alike organisations, 16 learners": () => nearlyAlike(16, 16),
};

/** Where networks are that others have published. */
export const NETWORKS_FOLDER: string =
  new URL("../tests/fixtures/graphs", import.meta.url).pathname;

/** Networks to measure, by file. */
export const NETWORKS: readonly string[] = [
  ...["correct_trivial.json", "broken_trivial.json", "correct.json", "broken.json"],
  ...["top_tier.json", "stellarbeat_nodes_2019-09-17.json"],
  ...["almost_symmetric_network_10_orgs.json", "almost_symmetric_network_16_orgs.json"],
];
