/**
 * Quorum and safe set rules in words.
 *
 * @module
 */

import { countMembers, membersOf } from "../core/acceptor_set.ts";
import { mentionedBy, type SetRule } from "../core/quorum.ts";
import { listNames } from "../wire/names.ts";

/** Parts of a list written out; more are counted. */
const LISTED_MAX = 8;

/**
 * A rule in words: "any 3 of Alice, Bob, Carol, Dave". A list of all sets of one size is recognised
 * as what it is.
 *
 * @param names By acceptor index.
 */
export function describeRule(rule: SetRule, names: readonly string[]): string {
  if (rule.kind === "acceptor") return names[rule.index]!;
  const uniform = uniformSize(rule);
  if (uniform !== undefined) {
    const mentioned = membersOf(mentionedBy(rule)).map((index) => names[index]!);
    return choice(uniform, mentioned);
  }
  const leaves = rule.of.every((operand) => operand.kind === "acceptor");
  const operands = rule.of.map((operand) => {
    const text = describeRule(operand, names);
    return operand.kind === "acceptor" ? text : `(${text})`;
  });
  if (leaves) return choice(rule.threshold, operands);
  if (rule.threshold === 1) return joined(operands, " or ");
  if (rule.threshold === operands.length) return joined(operands, " and ");
  return choice(rule.threshold, operands);
}

function choice(threshold: number, operands: readonly string[]): string {
  const list = listNames(operands, 2 * LISTED_MAX);
  if (threshold === operands.length) return operands.length === 1 ? list : `all of ${list}`;
  return `any ${threshold} of ${list}`;
}

function joined(operands: readonly string[], word: string): string {
  const shown = operands.slice(0, LISTED_MAX).join(word);
  const more = operands.length - LISTED_MAX;
  return more > 0 ? `${shown}${word}${more} more` : shown;
}

/** The size of the sets if the rule lists every set of that size of the acceptors it mentions. */
function uniformSize(rule: SetRule): number | undefined {
  if (rule.kind === "acceptor" || rule.threshold !== 1 || rule.of.length < 2) return undefined;
  const sets = rule.of.map((operand) => {
    const whole = operand.kind === "threshold" && operand.threshold === operand.of.length &&
      operand.of.every(({ kind }) => kind === "acceptor");
    return whole ? mentionedBy(operand) : undefined;
  });
  const [first] = sets;
  if (first === undefined || new Set(sets).size < sets.length) return undefined;
  const size = countMembers(first);
  if (!sets.every((set) => set !== undefined && countMembers(set) === size)) return undefined;
  return sets.length === binomial(countMembers(mentionedBy(rule)), size) ? size : undefined;
}

function binomial(n: number, k: number): number {
  let result = 1;
  for (let i = 1; i <= k; i++) result = result * (n - k + i) / i;
  return result;
}
