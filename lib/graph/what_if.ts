/**
 * What becomes of a graph's learners when some acceptors are down and some lie.
 *
 * @module
 */

import { entangled } from "../core/learner_graph.ts";
import { hasMember, membersOf, setOf } from "../core/acceptor_set.ts";
import type { AcceptorSet, LearnerIndex } from "../core/types.ts";
import type { Effort, Work } from "./effort.ts";
import { narrowed, type PreparedGraph } from "./prepared.ts";
import { type FoundSplit, SplitSearch } from "./split.ts";

/** What is left to each learner. */
export interface WhatIf {
  /** By learner. */
  readonly learners: readonly WhatIfLearner[];
  /** Every pair of the closed graph, learners with themselves included. */
  readonly pairs: readonly WhatIfPair[];
}

/** What becomes of one learner. */
export interface WhatIfLearner {
  /** Which. */
  readonly learner: LearnerIndex;
  /** Whether it can decide: with honest acceptors alone, only if liars play along, or not at all. */
  readonly decides: "yes" | "with liars" | "no";
  /** Acceptors any one of which must not stop, too, or it decides no more. Empty if it cannot. */
  readonly critical: AcceptorSet;
}

/** What becomes of a promise. */
export interface WhatIfPair {
  /** One learner. */
  readonly a: LearnerIndex;
  /** The other, not before `a`. */
  readonly b: LearnerIndex;
  /** Whether a safe set of the pair is left. */
  readonly promised: boolean;
  /** How they may decide differently; false if they cannot, with these liars. */
  readonly split: FoundSplit | false | "unknown";
  /** Honest acceptors any one of which must not lie as well, or they may. Empty if they may now. */
  readonly critical: AcceptorSet;
}

/**
 * Tells who still decides and who still agrees.
 *
 * @param down They send nothing.
 * @param lying They do anything, silence included.
 */
export function* whatIf(
  prepared: PreparedGraph,
  down: AcceptorSet,
  lying: AcceptorSet,
  effort: Effort,
): Work<WhatIf> {
  const { graph, all, quorumOf } = prepared;
  const learners = quorumOf.map((_, learner) => whatIfLearner(prepared, learner, down, lying));
  const pairs: WhatIfPair[] = [];
  const known = new Map<string, Pick<WhatIfPair, "split" | "critical">>();
  for (let a = 0; a < graph.learnerCount; a++) {
    for (let b = a; b < graph.learnerCount; b++) {
      if (!entangled(graph, a, b, all)) continue;
      const key = `${quorumOf[a]} ${quorumOf[b]}`;
      if (!known.has(key)) known.set(key, yield* splitWith(prepared, a, b, lying, effort));
      pairs.push({ a, b, promised: entangled(graph, a, b, all & ~lying), ...known.get(key)! });
    }
  }
  return { learners, pairs };
}

function whatIfLearner(
  { all, quorumOf, isQuorum }: PreparedGraph,
  learner: LearnerIndex,
  down: AcceptorSet,
  lying: AcceptorSet,
): WhatIfLearner {
  const rule = quorumOf[learner]!;
  const up = all & ~down;
  const honest = up & ~lying;
  const decides = isQuorum(rule, honest) ? "yes" : isQuorum(rule, up, lying) ? "with liars" : "no";
  const left = decides === "yes" ? honest : up;
  const stops = (index: number) => !isQuorum(rule, left & ~(1n << BigInt(index)), lying);
  const critical = decides === "no" ? [] : membersOf(honest).filter(stops);
  return { learner, decides, critical: setOf(critical) };
}

function* splitWith(
  graph: PreparedGraph,
  a: LearnerIndex,
  b: LearnerIndex,
  lying: AcceptorSet,
  effort: Effort,
): Work<Pick<WhatIfPair, "split" | "critical">> {
  const { quorumOf } = graph;
  const prepared = narrowed(graph, [quorumOf[a]!, quorumOf[b]!]);
  const { symmetry } = prepared;
  const search = new SplitSearch(prepared, quorumOf[a]!, quorumOf[b]!);
  const countsOf = (set: AcceptorSet) =>
    symmetry.kinds.map((members) => members.filter((index) => hasMember(set, index)).length);
  const counts = countsOf(lying);
  const split = yield* search.findWith(counts, effort);
  if (split !== false) {
    return { split: split === "unknown" ? split : placed(prepared, split, lying), critical: 0n };
  }
  const critical: number[] = [];
  for (const [kind, members] of symmetry.kinds.entries()) {
    const more = counts.with(kind, counts[kind]! + 1);
    if (more[kind]! > members.length) continue;
    const found = yield* search.findWith(more, effort);
    if (found !== false && found !== "unknown") {
      critical.push(...members.filter((index) => !hasMember(lying, index)));
    }
  }
  return { split, critical: setOf(critical) };
}

/** The same split, among the very acceptors that lie: of each kind these take the first places. */
function placed(
  { symmetry }: PreparedGraph,
  split: FoundSplit,
  lying: AcceptorSet,
): FoundSplit {
  const places = new Map<number, number>();
  for (const members of symmetry.kinds) {
    const liars = members.filter((index) => hasMember(lying, index));
    const honest = members.filter((index) => !hasMember(lying, index));
    [...liars, ...honest].forEach((index, i) => places.set(members[i]!, index));
  }
  const move = (set: AcceptorSet) => setOf(membersOf(set).map((index) => places.get(index)!));
  const { quorumA, quorumB, liars } = split;
  return { quorumA: move(quorumA), quorumB: move(quorumB), liars: move(liars) };
}
