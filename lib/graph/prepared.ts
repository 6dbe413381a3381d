/**
 * A learner graph made ready for questions: equal rules are one, and their symmetry is known.
 *
 * @module
 */

import { fullSet } from "../core/acceptor_set.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import { type CompiledRule, compileRule, type SetRule } from "../core/quorum.ts";
import type { AcceptorSet, LearnerIndex } from "../core/types.ts";
import type { Demands } from "./demands.ts";
import { makeClosing, withDemands } from "./demands.ts";
import { simplify } from "./simplify.ts";
import { findSymmetry, ruleText, type Symmetry } from "./symmetry.ts";

/** A learner graph with what questions about it need. */
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
  /** Of all rules and demands. */
  readonly symmetry: Symmetry;
  /** By acceptor; empty if nobody has demands. */
  readonly demands: Demands;
  /** Whether a set meets a quorum rule, and its members' demands but for those of liars. */
  isQuorum(rule: number, set: AcceptorSet, liars?: AcceptorSet): boolean;
  /**
   * By quorum rule: whether every closed set is a quorum. Such a learner stands for all acceptors,
   * and so for those who do not lie: a quorum of liars only is none.
   */
  readonly everybody: readonly boolean[];
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
export function prepare(open: LearnerGraph, given: Demands = []): PreparedGraph {
  const graph = given.length === 0 ? open : withDemands(open, given);
  const { spec } = graph;
  const demands = given.map((rule) => rule === undefined ? undefined : simplify(rule));
  const [quorums, safe] = [new Distinct(), new Distinct()];
  const quorumOf = spec.quorums.map((rule) => quorums.add(rule));
  const edges = spec.safety.map((edge) => ({ ...edge, safe: safe.rules[safe.add(edge.safe)]! }));
  const close = makeClosing(demands);
  const compiled = quorums.rules.map(compileRule);
  const everybody = quorums.rules.map((rule) =>
    demands.length > 0 && rule.kind === "threshold" && rule.threshold === 1 &&
    rule.of.every(({ kind }) => kind === "acceptor") && rule.of.length === graph.acceptorCount
  );
  return {
    demands,
    everybody,
    isQuorum(rule, set, liars = 0n) {
      const closed = close(set, liars);
      return compiled[rule]!.satisfiedBy(everybody[rule] ? closed & ~liars : closed);
    },
    graph,
    all: fullSet(graph.acceptorCount),
    quorums: quorums.rules,
    quorumOf,
    edges,
    symmetry: findSymmetry([...quorums.rules, ...safe.rules], graph.acceptorCount, demands),
  };
}

/**
 * The same graph with the symmetry of some quorum rules only: where others are not asked about, more
 * acceptors are alike.
 *
 * @param rules Their positions.
 * @param use Whether safe sets are asked about, too.
 */
export function narrowed(
  prepared: PreparedGraph,
  rules: readonly number[],
  use: "quorums" | "quorums and safe sets" = "quorums",
): PreparedGraph {
  // Demands of acceptors are always asked about, and tell more of them apart than any rule.
  if (prepared.demands.length > 0) return prepared;
  const asked = new Set(rules.map((rule) => prepared.quorums[rule]!));
  if (use !== "quorums") prepared.edges.forEach(({ safe }) => asked.add(safe));
  return { ...prepared, symmetry: findSymmetry([...asked], prepared.graph.acceptorCount) };
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

const compiledRules = new WeakMap<SetRule, CompiledRule>();

/** The rule made ready for evaluation, once. */
export function ruleOf(rule: SetRule): CompiledRule {
  const known = compiledRules.get(rule);
  if (known !== undefined) return known;
  const compiled = compileRule(rule);
  compiledRules.set(rule, compiled);
  return compiled;
}
