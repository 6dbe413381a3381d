/**
 * Rules in the form that is searched fastest.
 *
 * @module
 */

import { countMembers } from "../core/acceptor_set.ts";
import { mentionedBy, type SetRule, thresholdOf } from "../core/quorum.ts";
import { membersOf } from "../core/acceptor_set.ts";
import { ruleText } from "./symmetry.ts";

/**
 * A rule with the same meaning: a list of all sets of one size becomes a threshold, a threshold over
 * one operand that operand, and equal operands of "one of" and "all of" are there once.
 */
export function simplify(rule: SetRule): SetRule {
  if (rule.kind === "acceptor") return rule;
  let { threshold } = rule;
  let of = rule.of.map(simplify);
  const [isAny, isAll] = [threshold === 1, threshold === of.length];
  if (isAny || isAll) {
    of = of.flatMap((each) => dissolve(each, isAny));
    of = [...new Map(of.map((each) => [ruleText(each), each])).values()];
    threshold = isAny ? 1 : of.length;
  }
  if (of.length === 1) return of[0]!;
  return uniform({ kind: "threshold", threshold, of });
}

function dissolve(rule: SetRule, isAny: boolean): readonly SetRule[] {
  if (rule.kind === "acceptor") return [rule];
  const same = isAny ? rule.threshold === 1 : rule.threshold === rule.of.length;
  return same ? rule.of : [rule];
}

/** "Any k of these", if the rule lists every set of that size of the acceptors it mentions. */
function uniform(rule: SetRule & { readonly kind: "threshold" }): SetRule {
  if (rule.threshold !== 1) return rule;
  const sets = rule.of.map((operand) => {
    const whole = operand.kind === "threshold" && operand.threshold === operand.of.length &&
      operand.of.every(({ kind }) => kind === "acceptor");
    return whole ? mentionedBy(operand) : undefined;
  });
  const [first] = sets;
  if (first === undefined) return rule;
  const size = countMembers(first);
  if (!sets.every((set) => set !== undefined && countMembers(set) === size)) return rule;
  const mentioned = membersOf(mentionedBy(rule));
  if (new Set(sets).size !== binomial(mentioned.length, size)) return rule;
  return thresholdOf(size, mentioned);
}

/** How many sets of `size` there are among `count`. */
export function binomial(count: number, size: number): number {
  let result = 1;
  for (let i = 1; i <= size; i++) result = result * (count - size + i) / i;
  return Math.round(result);
}

/** The rule that a set meets exactly if its complement does not meet the given one. */
export function dualOf(rule: SetRule): SetRule {
  if (rule.kind === "acceptor") return rule;
  return {
    kind: "threshold",
    threshold: rule.of.length - rule.threshold + 1,
    of: rule.of.map(dualOf),
  };
}
