/**
 * Quorum and safe set rules as configuration files write them, one way only.
 *
 * @module
 */

import type { SetRule } from "../core/quorum.ts";

/**
 * A set as a configuration file writes it.
 *
 * @example
 * ```ts
 * import { type SetJson } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const anyThree: SetJson = { threshold: 3, of: ["Alice", "Bob", "Carol", "Dave"] };
 * assertEquals("threshold" in anyThree, true);
 * ```
 */
export type SetJson =
  | { readonly names: readonly string[] }
  | ThresholdJson;

/**
 * A threshold as a configuration file writes it.
 *
 * @example
 * ```ts
 * import { type ThresholdJson } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const two: ThresholdJson = { threshold: 2, of: ["Alice", "Bob", "Carol"] };
 * assertEquals(two.threshold, 2);
 * ```
 */
export interface ThresholdJson {
  /** How many of `of`. */
  readonly threshold: number;
  /** Names, and thresholds again. */
  readonly of: readonly (string | ThresholdJson)[];
}

/**
 * The sets of which any one satisfies a rule in normal form: sets of names where possible, sorted.
 * Equal rules give equal JSON.
 *
 * @param names By acceptor index, sorted.
 */
export function ruleJson(rule: SetRule, names: readonly string[]): SetJson[] {
  const isAny = rule.kind === "threshold" && rule.threshold === 1 && rule.of.length > 1;
  const sets = (isAny ? rule.of : [rule]).map((each) => setJson(each, names));
  return sets.map((set) => ({ set, text: JSON.stringify(set) }))
    .sort((a, b) => a.text < b.text ? -1 : 1)
    .map(({ set }) => set);
}

function setJson(rule: SetRule, names: readonly string[]): SetJson {
  if (rule.kind === "acceptor") return { names: [names[rule.index]!] };
  const indices = rule.of.flatMap((each) => each.kind === "acceptor" ? [each.index] : []);
  if (rule.threshold === rule.of.length && indices.length === rule.of.length) {
    return { names: indices.sort((a, b) => a - b).map((index) => names[index]!) };
  }
  return thresholdJson(rule, names);
}

function thresholdJson(
  { threshold, of }: SetRule & { readonly kind: "threshold" },
  names: readonly string[],
): ThresholdJson {
  const indices: number[] = [];
  const nested: ThresholdJson[] = [];
  for (const each of of) {
    if (each.kind === "acceptor") indices.push(each.index);
    else nested.push(thresholdJson(each, names));
  }
  return {
    threshold,
    of: [
      ...indices.sort((a, b) => a - b).map((index) => names[index]!),
      ...nested.sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1),
    ],
  };
}
