/**
 * Two quorums that have only liars in common: how two learners are led to decide differently.
 *
 * @module
 */

import type { AcceptorIndex, AcceptorSet } from "../core/types.ts";
import type { Effort, Work } from "./effort.ts";
import { Encoding, type SoughtSet } from "./encoding.ts";
import type { Counts, Property } from "./minimal.ts";
import type { PreparedGraph } from "./prepared.ts";
import { type Literal, not } from "./solver.ts";

/** Larger kinds are counted; of smaller ones a clause for each two counts is faster. */
const COUNTED_MIN = 12;

/** What is found: quorums whose common members are all liars. */
export interface FoundSplit {
  /** Meets the first rule. */
  readonly quorumA: AcceptorSet;
  /** Meets the second. */
  readonly quorumB: AcceptorSet;
  /** Whoever is in both is among them. */
  readonly liars: AcceptorSet;
}

/**
 * A search for a set that meets one rule, another that meets a second, and liars among whom all
 * common members are. More conditions can be put on the liars.
 *
 * Only the number of each kind counts: of m members x in the one set and y in the other have
 * x + y - m in common at least, and that many suffice. Liars have no demands, so it does no harm to
 * let them be in both sets: an honest member is there if there are more members than liars.
 */
export class SplitSearch {
  /** Where conditions can be added. */
  readonly encoding: Encoding;
  /** Only the number of each kind counts. */
  readonly liars: SoughtSet;
  readonly #a: SoughtSet;
  readonly #b: SoughtSet;
  /** By kind but the first of its like: if it holds, the one before has no fewer in the first set. */
  readonly #ordered = new Map<number, { readonly before: number; readonly literal: Literal }>();

  /**
   * @param ruleA One of the graph's quorum rules.
   * @param ruleB Another, or the same.
   */
  constructor(prepared: PreparedGraph, ruleA: number, ruleB: number) {
    const { symmetry, quorums } = prepared;
    this.encoding = new Encoding(symmetry);
    const { solver } = this.encoding;
    [this.#a, this.#b] = [this.encoding.set(), this.encoding.set()];
    this.liars = this.encoding.set();
    for (const [set, rule] of [[this.#a, ruleA], [this.#b, ruleB]] as const) {
      if (prepared.everybody[rule]) solver.addClause(this.#honestMembers(set));
      else solver.addClause([this.encoding.meets(quorums[rule]!, set)]);
      this.#demand(prepared, set);
    }
    for (const members of symmetry.kinds) this.#haveOnlyLiarsInCommon(members);
    this.#prepareOrder();
  }

  #haveOnlyLiarsInCommon(members: readonly AcceptorIndex[]): void {
    const { solver } = this.encoding;
    if (members.length > COUNTED_MIN) {
      const absent = [this.#a, this.#b].flatMap(({ of }) =>
        members.map((index) => not(of[index]!))
      );
      members.forEach((index, place) =>
        solver.addThreshold(members.length - place, absent, not(this.liars.of[index]!))
      );
      return;
    }
    members.forEach((member, i) =>
      members.forEach((other, j) => {
        const common = i + j + 1 - members.length;
        if (common < 0) return;
        const liar = this.liars.of[members[common]!]!;
        solver.addClause([not(this.#a.of[member]!), not(this.#b.of[other]!), liar]);
      })
    );
  }

  /** For each acceptor, a literal that says that a set has more of its kind than there are liars. */
  #honestMembers(set: SoughtSet): Literal[] {
    const { solver } = this.encoding;
    return set.of.map((member, index) => {
      const honest = solver.variable();
      solver.addClause([not(honest), member]);
      solver.addClause([not(honest), not(this.liars.of[index]!)]);
      return honest;
    });
  }

  #demand({ demands }: PreparedGraph, set: SoughtSet): void {
    demands.forEach((rule, index) => {
      if (rule === undefined) return;
      const met = this.encoding.meets(rule, set);
      this.encoding.solver.addClause([not(set.of[index]!), this.liars.of[index]!, met]);
    });
  }

  #prepareOrder(): void {
    const { kinds, like } = this.encoding.symmetry;
    const last = new Map<number, number>();
    kinds.forEach((members, kind) => {
      const before = last.get(like[kind]!);
      last.set(like[kind]!, kind);
      if (before === undefined) return;
      const literal = this.encoding.solver.variable();
      this.#ordered.set(kind, { before, literal });
      members.forEach((member, place) => {
        const earlier = this.#a.of[kinds[before]![place]!]!;
        this.encoding.solver.addClause([not(literal), earlier, not(this.#a.of[member]!)]);
      });
    });
  }

  /**
   * The next split; false if there is none. Exchanging like kinds must change nothing that is asked
   * of the liars: only one order of them is tried.
   */
  find(effort: Effort): Work<FoundSplit | false | "unknown"> {
    return this.#find([...this.#ordered.values()].map(({ literal }) => literal), effort);
  }

  /** A split with at most that many liars of each kind; false if there is none. */
  findWith(liars: Counts, effort: Effort): Work<FoundSplit | false | "unknown"> {
    const assumptions: Literal[] = [];
    this.encoding.symmetry.kinds.forEach((members, kind) => {
      const next = members[liars[kind]!];
      if (next !== undefined) assumptions.push(not(this.liars.of[next]!));
      const order = this.#ordered.get(kind);
      if (order !== undefined && liars[order.before] === liars[kind]) {
        assumptions.push(order.literal);
      }
    });
    return this.#find(assumptions, effort);
  }

  /** Whether that many liars of each kind can split the two. */
  splitting(effort: Effort): Property {
    const findWith = (liars: Counts) => this.findWith(liars, effort);
    return function* (liars) {
      const found = yield* findWith(liars);
      return found === "unknown" ? found : found !== false;
    };
  }

  *#find(
    assumptions: readonly Literal[],
    effort: Effort,
  ): Work<FoundSplit | false | "unknown"> {
    const { encoding } = this;
    const found = yield* encoding.solver.solve(assumptions, effort);
    if (found !== true) return found;
    let [quorumA, quorumB, liars] = [0n, 0n, 0n];
    for (const members of encoding.symmetry.kinds) {
      const count = (set: SoughtSet) =>
        members.filter((index) => encoding.solver.holds(set.of[index]!)).length;
      const [inA, inB, lying] = [count(this.#a), count(this.#b), count(this.liars)];
      const honestInB = Math.max(0, inB - lying);
      members.forEach((index, place) => {
        const bit = 1n << BigInt(index);
        if (place < lying) liars |= bit;
        if (place < inA) quorumA |= bit;
        if (place < Math.min(inB, lying) || place >= members.length - honestInB) quorumB |= bit;
      });
    }
    return { quorumA, quorumB, liars: liars & (quorumA | quorumB) };
  }
}
