/**
 * The answers about a learner graph by trying every set: what `lib/graph` must say.
 *
 * @module
 */

import type { LearnerGraphSpec } from "../../lib/core/learner_graph.ts";
import { compileRule, type SetRule } from "../../lib/core/quorum.ts";
import type { Demands } from "../../lib/graph/demands.ts";
import type { MinimalSets } from "../../lib/graph/minimal.ts";
import { type Bits, type ClosedGraph, closeGraph, isSubset } from "../oracle/closed_graph.ts";

/** A graph of few acceptors, every set of which can be asked about. */
export class Enumeration {
  readonly closed: ClosedGraph;
  readonly sets: readonly Bits[];
  readonly all: Bits;
  readonly #rules: ((set: Bits) => boolean)[];
  readonly #demands: (((set: Bits) => boolean) | undefined)[];

  constructor(readonly spec: LearnerGraphSpec, demands: Demands = []) {
    this.closed = closeGraph(spec);
    this.all = (1 << spec.acceptors.length) - 1;
    this.sets = Array.from({ length: this.all + 1 }, (_, set) => set);
    this.#rules = spec.quorums.map(table(this.sets));
    this.#demands = demands.map((rule) => rule === undefined ? undefined : table(this.sets)(rule));
  }

  /** Whether a closed set within `set` meets the rule of a learner; liars have no demands. */
  isQuorum(learner: number, set: Bits, liars: Bits = 0): boolean {
    return this.sets.some((each) =>
      isSubset(each, set) && this.#rules[learner]!(each) && this.#isClosed(each, liars)
    );
  }

  #isClosed(set: Bits, liars: Bits): boolean {
    return this.#demands.every((demand, index) =>
      demand === undefined || (set & ~liars & 1 << index) === 0 || demand(set)
    );
  }

  /** The minimal sets with a property. */
  minimal(property: (set: Bits) => boolean): Bits[] {
    const having = this.sets.filter(property);
    return having.filter((set) => !having.some((other) => other !== set && isSubset(other, set)));
  }

  /** The minimal sets of which no quorum of the learner is free. */
  blocking(learner: number): Bits[] {
    return this.minimal((set) => !this.isQuorum(learner, this.all & ~set));
  }

  /** Whether two quorums have only liars in common. */
  splits(a: number, b: number, liars: Bits): boolean {
    const quorums = (learner: number) =>
      this.sets.filter((set) => this.#rules[learner]!(set) && this.#isClosed(set, liars));
    const [ofA, ofB] = [quorums(a), quorums(b)];
    return ofA.some((one) => ofB.some((other) => isSubset(one & other, liars)));
  }

  /** Whether the pair must agree if exactly these are safe. */
  promised(a: number, b: number, safe: Bits): boolean {
    return this.closed.safeSets[a]![b]!.some((set) => isSubset(set, safe));
  }

  /** Pairs of the closed graph, in order. */
  pairs(): [number, number][] {
    return this.spec.learners.flatMap((_, a) =>
      this.spec.learners.flatMap((_, b): [number, number][] =>
        b >= a && this.promised(a, b, this.all) ? [[a, b]] : []
      )
    );
  }

  /** Whether some quorums and some safe set of the pair have nobody in common. */
  violated(a: number, b: number): boolean {
    return this.sets.some((liars) =>
      this.promised(a, b, this.all & ~liars) && this.splits(a, b, liars)
    );
  }
}

function table(sets: readonly Bits[]): (rule: SetRule) => (set: Bits) => boolean {
  return (rule) => {
    const { satisfiedBy } = compileRule(rule);
    const answers = sets.map((set) => satisfiedBy(BigInt(set)));
    return (set) => answers[set]!;
  };
}

/** All sets that patterns stand for, ascending. */
export function expand({ symmetry: { kinds, like }, patterns }: MinimalSets): Bits[] {
  const found = new Set<Bits>();
  for (const { counts } of patterns) {
    for (const arrangement of arrangements(like, counts)) {
      let sets: Bits[] = [0];
      kinds.forEach((members, kind) => {
        const choices = choose(members, arrangement[kind]!);
        sets = sets.flatMap((set) => choices.map((choice) => set | choice));
      });
      for (const set of sets) found.add(set);
    }
  }
  return [...found].sort((a, b) => a - b);
}

function arrangements(like: readonly number[], counts: readonly number[]): number[][] {
  let found: number[][] = [[...counts]];
  for (let i = 0; i < counts.length; i++) {
    for (let j = i + 1; j < counts.length; j++) {
      if (like[i] !== like[j]) continue;
      found = found.flatMap((each) => [each, each.with(i, each[j]!).with(j, each[i]!)]);
    }
  }
  return found;
}

function choose(members: readonly number[], count: number): Bits[] {
  if (count === 0) return [0];
  return members.flatMap((index, i) =>
    choose(members.slice(i + 1), count - 1).map((rest) => rest | 1 << index)
  );
}
