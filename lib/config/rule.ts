/**
 * The normal form of quorum and safe set rules, so that ways of writing that obviously mean the
 * same are the same, and its canonical bytes.
 *
 * @module
 */

import type { SetRule } from "../core/quorum.ts";
import { ByteWriter } from "../wire/byte_writer.ts";
import { compareBytes } from "../wire/hex.ts";

/**
 * An equivalent rule in which the order of operands is fixed, thresholds over one operand are that
 * operand, "one of" within "one of" and "all of" within "all of" are dissolved, and "one of" and
 * "all of" have no operand twice. So a list of names is the same as the threshold of all of them,
 * and a list of one quorum the same as that quorum.
 *
 * Not every pair of equivalent rules gets one form: any three of four by threshold and by a list
 * of four quorums stay different, for to tell could cost exponential work. O(n log n) comparisons.
 */
export function normaliseRule(rule: SetRule): SetRule {
  return normalise(rule).rule;
}

interface Normal {
  readonly rule: SetRule;
  /** Equal exactly for equal rules. */
  readonly text: string;
  /** Those of the rule. */
  readonly of: readonly Normal[];
}

function normalise(rule: SetRule): Normal {
  if (rule.kind === "acceptor") return { rule, text: `${rule.index}`, of: [] };
  let { threshold } = rule;
  let operands = rule.of.map(normalise);
  const isAny = threshold === 1;
  if (isAny || threshold === operands.length) {
    const dissolved = operands.flatMap((operand) => dissolve(operand, isAny));
    operands = [...new Map(dissolved.map((operand) => [operand.text, operand])).values()];
    threshold = isAny ? 1 : operands.length;
  }
  if (operands.length === 1) return operands[0]!;
  operands.sort((a, b) => a.text < b.text ? -1 : a.text > b.text ? 1 : 0);
  return {
    rule: { kind: "threshold", threshold, of: operands.map((operand) => operand.rule) },
    text: `${threshold}(${operands.map((operand) => operand.text).join(" ")})`,
    of: operands,
  };
}

/** The operands of an operand that is "one of" (or, unless `isAny`, "all of"), else itself. */
function dissolve(operand: Normal, isAny: boolean): readonly Normal[] {
  const { rule } = operand;
  if (rule.kind === "acceptor") return [operand];
  const same = isAny ? rule.threshold === 1 : rule.threshold === rule.of.length;
  return same ? operand.of : [operand];
}

/**
 * Canonical bytes of a rule: `0 name` or `1 threshold:u32 count:u32 operands…`, names preceded by
 * their length, operands sorted by their bytes.
 *
 * @param names By acceptor index.
 */
export function encodeRule(rule: SetRule, names: readonly string[]): Uint8Array<ArrayBuffer> {
  if (rule.kind === "acceptor") return new ByteWriter().u8(0).text(names[rule.index]!).finish();
  const writer = new ByteWriter().u8(1).u32(rule.threshold).u32(rule.of.length);
  const operands = rule.of.map((operand) => encodeRule(operand, names)).sort(compareBytes);
  for (const operand of operands) writer.raw(operand);
  return writer.finish();
}
