/**
 * Quorums and safe sets as monotone rules: a name, or a threshold over rules. An explicit list of
 * quorums is a threshold of one over the quorums, each of which is a threshold of all its names.
 *
 * @module
 */

import { countMembers, setOf } from "./acceptor_set.ts";
import type { AcceptorIndex, AcceptorSet } from "./types.ts";

/**
 * Which sets of acceptors suffice; every superset of one that does, does too.
 * Each acceptor stands for itself; a threshold wants that many of its operands.
 */
export type SetRule =
  | { readonly kind: "acceptor"; readonly index: AcceptorIndex }
  | {
    readonly kind: "threshold";
    /** 1 to the number of operands. */
    readonly threshold: number;
    readonly of: readonly SetRule[];
  };

/** A {@linkcode SetRule} made ready for evaluation. */
export interface CompiledRule {
  /** What was compiled. */
  readonly rule: SetRule;
  /** Whether `set` contains one of the sets described. */
  satisfiedBy(set: AcceptorSet): boolean;
}

/** The rule that wants one of the given sets whole (TR: quorums listed by their minimal sets). */
export function anyOf(sets: readonly (readonly AcceptorIndex[])[]): SetRule {
  return {
    kind: "threshold",
    threshold: 1,
    of: sets.map((set): SetRule => ({
      kind: "threshold",
      threshold: set.length,
      of: set.map((index): SetRule => ({ kind: "acceptor", index })),
    })),
  };
}

/** The rule that wants `threshold` of the given acceptors. */
export function thresholdOf(
  threshold: number,
  acceptors: readonly AcceptorIndex[],
): SetRule {
  return {
    kind: "threshold",
    threshold,
    of: acceptors.map((index): SetRule => ({ kind: "acceptor", index })),
  };
}

/**
 * Prepares a rule for evaluation without expanding it into minimal sets.
 *
 * @throws RangeError if a threshold is not between 1 and the number of its operands.
 *
 * @example
 * ```ts
 * import { compileRule, thresholdOf } from "./quorum.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const twoOfThree = compileRule(thresholdOf(2, [0, 1, 2]));
 * assertEquals(twoOfThree.satisfiedBy(0b101n), true);
 * assertEquals(twoOfThree.satisfiedBy(0b100n), false);
 * ```
 */
export function compileRule(rule: SetRule): CompiledRule {
  return { rule, satisfiedBy: compilePredicate(rule) };
}

type Predicate = (set: AcceptorSet) => boolean;

function compilePredicate(rule: SetRule): Predicate {
  if (rule.kind === "acceptor") {
    const bit = 1n << BigInt(rule.index);
    return (set) => (set & bit) !== 0n;
  }
  const { threshold, of } = rule;
  if (!(threshold >= 1 && threshold <= of.length)) {
    throw new RangeError(
      `threshold ${threshold} is not between 1 and ${of.length}`,
    );
  }
  const leaves = of.flatMap((operand) => operand.kind === "acceptor" ? [operand.index] : []);
  const mask = setOf(leaves);
  if (leaves.length === of.length && countMembers(mask) === of.length) {
    if (threshold === of.length) return (set) => (set & mask) === mask;
    return (set) => countMembers(set & mask) >= threshold;
  }
  const operands = of.map(compilePredicate);
  return (set) => {
    let missing = threshold;
    for (const operand of operands) {
      if (operand(set) && --missing === 0) return true;
    }
    return false;
  };
}

/** The acceptors that a rule mentions. */
export function mentionedBy(rule: SetRule): AcceptorSet {
  if (rule.kind === "acceptor") return 1n << BigInt(rule.index);
  return rule.of.reduce((set, operand) => set | mentionedBy(operand), 0n);
}

/** A minimal subset of `set` that still satisfies a monotone predicate which `set` satisfies. */
export function minimise(
  set: AcceptorSet,
  satisfied: (set: AcceptorSet) => boolean,
): AcceptorSet {
  let minimal = set;
  for (let bit = 1n; bit <= set; bit <<= 1n) {
    if ((minimal & bit) !== 0n && satisfied(minimal & ~bit)) minimal &= ~bit;
  }
  return minimal;
}
