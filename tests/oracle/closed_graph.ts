/**
 * The learner graph written out: thresholds expanded into minimal sets and the closure computed by
 * uniting safe sets until nothing changes, as PROTOCOL section 1 says. Exponential; for few
 * acceptors.
 *
 * @module
 */

import type { LearnerGraphSpec } from "../../lib/core/learner_graph.ts";
import type { SetRule } from "../../lib/core/quorum.ts";
import type { AcceptorIndex, BurialRule, LearnerIndex } from "../../lib/core/types.ts";

/** A set of at most 31 acceptors as the bits of a number. */
export type Bits = number;

/** A learner graph with every set spelled out. */
export interface ClosedGraph {
  readonly acceptorCount: number;
  readonly learnerCount: number;
  readonly burial: BurialRule;
  /** By learner: its minimal quorums. */
  readonly quorums: readonly (readonly Bits[])[];
  /** By learner, then learner: the minimal safe sets of the pair in the closed graph. */
  readonly safeSets: readonly (readonly (readonly Bits[])[])[];
}

/** Three sets without a common member, for the pair (a, b). */
export interface Counterexample {
  readonly a: LearnerIndex;
  readonly b: LearnerIndex;
  readonly quorumA: Bits;
  readonly quorumB: Bits;
  readonly safeSet: Bits;
}

/** The acceptors in a set. */
export function elements(set: Bits): AcceptorIndex[] {
  const members: AcceptorIndex[] = [];
  for (let index = 0; index < 31; index++) {
    if ((set >> index & 1) === 1) members.push(index);
  }
  return members;
}

/** Whether every element of `inner` is one of `outer`. */
export function isSubset(inner: Bits, outer: Bits): boolean {
  return (inner & ~outer) === 0;
}

/** Those of the sets that contain no other of them, ascending, without duplicates. */
export function minimalSets(sets: Iterable<Bits>): Bits[] {
  const distinct = [...new Set(sets)];
  return distinct
    .filter((set) => !distinct.some((other) => other !== set && isSubset(other, set)))
    .sort((left, right) => left - right);
}

/** The minimal sets of acceptors that satisfy a rule. */
export function expandRule(rule: SetRule): Bits[] {
  if (rule.kind === "acceptor") return [1 << rule.index];
  const choices = subsetsOfSize(rule.of.map(expandRule), rule.threshold);
  return minimalSets(choices.flatMap(unionsOfOneEach));
}

function subsetsOfSize<T>(items: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  const [first, ...rest] = items;
  if (first === undefined) return [];
  const withFirst = subsetsOfSize(rest, size - 1).map((subset) => [first, ...subset]);
  return [...withFirst, ...subsetsOfSize(rest, size)];
}

function unionsOfOneEach(families: readonly (readonly Bits[])[]): Bits[] {
  return families.reduce<Bits[]>(
    (unions, family) => minimalSets(unions.flatMap((union) => family.map((set) => union | set))),
    [0],
  );
}

/** Expands and closes a learner graph (PROTOCOL section 1, condensed graph). */
export function closeGraph(spec: LearnerGraphSpec): ClosedGraph {
  const learners = spec.learners.map((_, learner) => learner);
  const safeSets: Bits[][][] = learners.map(() => learners.map(() => []));
  for (const { a, b, safe } of spec.safety) {
    const sets = minimalSets([...safeSets[a]![b]!, ...expandRule(safe)]);
    safeSets[a]![b] = sets;
    safeSets[b]![a] = sets;
  }
  for (let changed = true; changed;) {
    changed = false;
    for (const a of learners) {
      for (const b of learners) {
        for (const c of learners) {
          const united = safeSets[a]![b]!.flatMap((s1) => safeSets[b]![c]!.map((s2) => s1 | s2));
          const sets = minimalSets([...safeSets[a]![c]!, ...united]);
          if (sets.join() !== safeSets[a]![c]!.join()) changed = true;
          safeSets[a]![c] = sets;
        }
      }
    }
  }
  return {
    acceptorCount: spec.acceptors.length,
    learnerCount: spec.learners.length,
    burial: spec.burial,
    quorums: spec.quorums.map(expandRule),
    safeSets,
  };
}

/** Every way in which a closed graph is not valid (PROTOCOL section 1, valid graph). */
export function counterexamples(graph: ClosedGraph): Counterexample[] {
  const found: Counterexample[] = [];
  for (let a = 0; a < graph.learnerCount; a++) {
    for (let b = a; b < graph.learnerCount; b++) {
      for (const safeSet of graph.safeSets[a]![b]!) {
        for (const quorumA of graph.quorums[a]!) {
          for (const quorumB of graph.quorums[b]!) {
            if ((quorumA & quorumB & safeSet) !== 0) continue;
            found.push({ a, b, quorumA, quorumB, safeSet });
          }
        }
      }
    }
  }
  return found;
}
