/**
 * Sets of acceptors and rules over them as literals of the solver.
 *
 * @module
 */

import { countMembers } from "../core/acceptor_set.ts";
import type { SetRule } from "../core/quorum.ts";
import type { AcceptorSet } from "../core/types.ts";
import { type Literal, not, Solver } from "./solver.ts";
import { ruleText, type Symmetry } from "./symmetry.ts";

/** A set that the solver is to find. */
export interface SoughtSet {
  /** By acceptor: whether the set has more members of its kind than its place in it. */
  readonly of: readonly Literal[];
  /** Literals of rules that the set meets, by their text. */
  readonly rules: Map<string, Literal>;
}

/**
 * What the solver is asked about sets of acceptors. Acceptors of one kind are the same to all rules,
 * so of each kind only the number of members matters, and a set has those that come first.
 */
export class Encoding {
  /** The solver that is asked. */
  readonly solver: Solver = new Solver();

  /** @param symmetry Of all rules that will be used. */
  constructor(readonly symmetry: Symmetry) {}

  /** A new set, yet without conditions. */
  set(): SoughtSet {
    const of = this.symmetry.kindOf.map(() => this.solver.variable());
    for (const members of this.symmetry.kinds) {
      for (let place = 1; place < members.length; place++) {
        this.solver.addClause([of[members[place - 1]!]!, not(of[members[place]!]!)]);
      }
    }
    return { of, rules: new Map() };
  }

  /** The set of acceptors that are not in a set: of each kind the members that come last. */
  complement({ of }: SoughtSet): SoughtSet {
    const { kinds, kindOf, placeOf } = this.symmetry;
    return {
      of: of.map((_, index) => {
        const members = kinds[kindOf[index]!]!;
        return not(of[members[members.length - 1 - placeOf[index]!]!]!);
      }),
      rules: new Map(),
    };
  }

  /** Of kinds that are alike, the earlier has no fewer members in the set. */
  inOrder({ of }: SoughtSet): void {
    const { kinds, like } = this.symmetry;
    const last = new Map<number, number>();
    kinds.forEach((members, kind) => {
      const before = last.get(like[kind]!);
      last.set(like[kind]!, kind);
      if (before === undefined) return;
      members.forEach((member, place) =>
        this.solver.addClause([of[kinds[before]![place]!]!, not(of[member]!)])
      );
    });
  }

  /** A literal that holds only if the set meets the rule. */
  meets(rule: SetRule, set: SoughtSet): Literal {
    if (rule.kind === "acceptor") return set.of[rule.index]!;
    const text = ruleText(rule);
    const known = set.rules.get(text);
    if (known !== undefined) return known;
    const met = this.solver.variable();
    set.rules.set(text, met);
    const used = new Set<Literal>();
    const operands = this.#leaves(rule, set).map((literal) => {
      if (!used.has(literal)) {
        used.add(literal);
        return literal;
      }
      const twin = this.solver.variable();
      this.solver.addClause([literal, not(twin)]);
      return twin;
    });
    this.solver.addThreshold(rule.threshold, operands, met);
    return met;
  }

  #leaves(rule: SetRule & { readonly kind: "threshold" }, set: SoughtSet): Literal[] {
    return rule.of.map((operand) => this.meets(operand, set));
  }

  /** From now on the set is smaller than another. */
  fewerThan({ of }: SoughtSet, other: AcceptorSet): void {
    const absent = of.length - countMembers(other) + 1;
    this.solver.addThreshold(absent, of.map(not));
  }

  /** The set as it was found, with the members of each kind that come first. */
  found({ of }: SoughtSet): AcceptorSet {
    let found = 0n;
    for (const members of this.symmetry.kinds) {
      const count = members.filter((index) => this.solver.holds(of[index]!)).length;
      for (const index of members.slice(0, count)) found |= 1n << BigInt(index);
    }
    return found;
  }
}
