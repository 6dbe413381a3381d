/**
 * Two quorums that have only liars in common: how two learners are led to decide differently.
 *
 * @module
 */

import type { SetRule } from "../core/quorum.ts";
import type { AcceptorSet } from "../core/types.ts";
import type { Effort, Work } from "./effort.ts";
import { Encoding, type SoughtSet } from "./encoding.ts";
import { type Literal, not } from "./solver.ts";
import type { Symmetry } from "./symmetry.ts";

/** What is found: quorums whose common members are among the liars. */
export interface FoundSplit {
  /** Meets the first rule. */
  readonly quorumA: AcceptorSet;
  /** Meets the second. */
  readonly quorumB: AcceptorSet;
  /** Who is in both; perhaps more. */
  readonly liars: AcceptorSet;
}

/**
 * A search for a set that meets one rule, another that meets a second, and liars among whom all
 * common members are. More conditions can be put on the liars.
 *
 * Of each kind the first set takes members from the front and the second from the back; so x of m
 * and y of m have x + y - m in common at least, and that many suffice.
 */
export class SplitSearch {
  /** Where conditions can be added. */
  readonly encoding: Encoding;
  /** Only the number of each kind counts. */
  readonly liars: SoughtSet;
  readonly #a: SoughtSet;
  readonly #b: SoughtSet;

  /** @param symmetry Of the two rules and of all that is asked about the liars. */
  constructor(symmetry: Symmetry, ruleA: SetRule, ruleB: SetRule) {
    this.encoding = new Encoding(symmetry);
    const { solver } = this.encoding;
    [this.#a, this.#b] = [this.encoding.set(), this.encoding.set()];
    this.liars = this.encoding.set();
    solver.addClause([this.encoding.meets(ruleA, this.#a)]);
    solver.addClause([this.encoding.meets(ruleB, this.#b)]);
    for (const members of symmetry.kinds) {
      members.forEach((member, i) =>
        members.forEach((other, j) => {
          const common = i + j + 1 - members.length;
          if (common < 0) return;
          const liar = this.liars.of[members[common]!]!;
          solver.addClause([not(this.#a.of[member]!), not(this.#b.of[other]!), liar]);
        })
      );
    }
  }

  /** Exchanging like kinds changes nothing that is asked: only one order of them is tried. */
  breakSymmetry(): void {
    this.encoding.inOrder(this.#a);
  }

  /** The next split; false if there is none. */
  *find(
    effort: Effort,
    assumptions: readonly Literal[] = [],
  ): Work<FoundSplit | false | "unknown"> {
    const { encoding } = this;
    const found = yield* encoding.solver.solve(assumptions, effort);
    if (found !== true) return found;
    const quorumA = encoding.found(this.#a);
    const quorumB = encoding.found(this.#b, "last");
    return { quorumA, quorumB, liars: quorumA & quorumB };
  }
}
