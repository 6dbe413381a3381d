/**
 * A learner graph made ready for questions: equal rules are one, and their symmetry is known.
 *
 * @module
 */

import { fullSet } from "../core/acceptor_set.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import type { SetRule } from "../core/quorum.ts";
import type { AcceptorSet, LearnerIndex } from "../core/types.ts";
import { simplify } from "./simplify.ts";
import { findSymmetry, ruleText, type Symmetry } from "./symmetry.ts";

/** See the module. */
export interface PreparedGraph {
  /** What was prepared. */
  readonly graph: LearnerGraph;
  /** All acceptors. */
  readonly all: AcceptorSet;
  /** Quorum rules, each once. */
  readonly quorums: readonly SetRule[];
  /** By learner: which of them is its rule. */
  readonly quorumOf: readonly number[];
  /** The edges given, with equal rules being the same object. */
  readonly edges: readonly PreparedEdge[];
  /** Of all rules. */
  readonly symmetry: Symmetry;
}

/** An edge as given; the safe sets are those of its rule. */
export interface PreparedEdge {
  /** One end. */
  readonly a: LearnerIndex;
  /** The other, perhaps the same. */
  readonly b: LearnerIndex;
  /** Its safe sets. */
  readonly safe: SetRule;
}

/** Prepares a graph. Costs O(size of the rules), and more where kinds of acceptors look alike. */
export function prepare(graph: LearnerGraph): PreparedGraph {
  const { spec } = graph;
  const [quorums, safe] = [new Distinct(), new Distinct()];
  const quorumOf = spec.quorums.map((rule) => quorums.add(rule));
  const edges = spec.safety.map((edge) => ({ ...edge, safe: safe.rules[safe.add(edge.safe)]! }));
  return {
    graph,
    all: fullSet(graph.acceptorCount),
    quorums: quorums.rules,
    quorumOf,
    edges,
    symmetry: findSymmetry([...quorums.rules, ...safe.rules], graph.acceptorCount),
  };
}

/** The learners with a quorum rule. */
export function learnersWith({ quorumOf }: PreparedGraph, rule: number): LearnerIndex[] {
  return quorumOf.flatMap((each, learner) => each === rule ? [learner] : []);
}

/** Rules by their text, each once. */
class Distinct {
  readonly rules: SetRule[] = [];
  readonly #known = new Map<string, number>();

  add(rule: SetRule): number {
    const simple = simplify(rule);
    const text = ruleText(simple);
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    this.#known.set(text, this.rules.length);
    return this.rules.push(simple) - 1;
  }
}
