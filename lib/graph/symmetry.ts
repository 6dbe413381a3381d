/**
 * Which acceptors may be exchanged without changing any rule: those of one kind, and like kinds as
 * a whole (the members of one organisation with those of another).
 *
 * @module
 */

import type { SetRule } from "../core/quorum.ts";
import type { Demands } from "./demands.ts";
import type { AcceptorIndex } from "../core/types.ts";

/** The acceptors of a graph by kind. */
export interface Symmetry {
  /** Acceptors that stand in the same thresholds everywhere; each list ascending, all in order. */
  readonly kinds: readonly (readonly AcceptorIndex[])[];
  /** By acceptor: its kind, and its place in it. */
  readonly kindOf: readonly number[];
  /** By acceptor. */
  readonly placeOf: readonly number[];
  /** By kind: a number that is the same for kinds which may be exchanged as a whole. */
  readonly like: readonly number[];
}

/** More kinds than this are not compared with each other: that would take longer than it spares. */
const COMPARED_MAX = 120;

/**
 * Sorts acceptors by kind. Costs O(size of the rules) for the kinds, and the same again for each
 * pair of kinds that looks alike.
 *
 * @param rules Each rule once.
 * @param demands An exchange must give each acceptor the demands of the one whose place it takes.
 */
export function findSymmetry(
  rules: readonly SetRule[],
  acceptorCount: number,
  demands: Demands = [],
): Symmetry {
  const kinds = siblings(rules, acceptorCount, demands);
  const kindOf: number[] = new Array(acceptorCount).fill(0);
  const placeOf: number[] = new Array(acceptorCount).fill(0);
  kinds.forEach((members, kind) =>
    members.forEach((index, place) => {
      kindOf[index] = kind;
      placeOf[index] = place;
    })
  );
  return { kinds, kindOf, placeOf, like: likeKinds(rules, kinds, demands) };
}

/** Acceptors that are operands of the very same thresholds, equally often, are of one kind. */
function siblings(
  rules: readonly SetRule[],
  acceptorCount: number,
  demands: Demands,
): AcceptorIndex[][] {
  const homes: number[][] = Array.from({ length: acceptorCount }, () => []);
  let node = 0;
  const visit = (rule: SetRule & { readonly kind: "threshold" }) => {
    const here = node++;
    for (const operand of rule.of) {
      if (operand.kind === "acceptor") homes[operand.index]!.push(here);
      else visit(operand);
    }
  };
  const texts = demands.map((rule) => rule === undefined ? "" : ruleText(rule));
  const distinct = new Map(texts.map((text, i) => [text, demands[i]]));
  const demanded = [...distinct.values()].filter((rule) => rule !== undefined);
  for (const rule of [...rules, ...demanded]) {
    visit({ kind: "threshold", threshold: 1, of: [rule] });
  }
  const kinds = new Map<string, AcceptorIndex[]>();
  homes.forEach((home, index) => {
    const key = `${home.join()} ${texts[index] ?? ""}`;
    const kind = kinds.get(key);
    if (kind === undefined) kinds.set(key, [index]);
    else kind.push(index);
  });
  return [...kinds.values()];
}

/**
 * Two kinds are alike if exchanging their members, in order, leaves every rule what it is. Such
 * exchanges can be composed, so it is enough to compare with one kind of each sort.
 */
function likeKinds(
  rules: readonly SetRule[],
  kinds: readonly (readonly AcceptorIndex[])[],
  demands: Demands,
): number[] {
  const like = kinds.map((_, kind) => kind);
  if (kinds.length > COMPARED_MAX) return like;
  const texts = rules.map((rule) => ruleText(rule, (index) => index));
  const demandTexts = demands.map((rule) => rule === undefined ? "" : ruleText(rule));
  const looks = kinds.map((members) =>
    rules.map((rule) => placesOf(rule, members[0]!)).join("|") + `#${members.length}`
  );
  const firsts: number[] = [];
  kinds.forEach((members, kind) => {
    const home = firsts.find((first) =>
      looks[first] === looks[kind] &&
      areAlike(rules, texts, kinds[first]!, members, demands, demandTexts)
    );
    if (home === undefined) firsts.push(kind);
    else like[kind] = home;
  });
  return like;
}

function areAlike(
  rules: readonly SetRule[],
  texts: readonly string[],
  ones: readonly AcceptorIndex[],
  others: readonly AcceptorIndex[],
  demands: Demands,
  demandTexts: readonly string[],
): boolean {
  const renamed = new Map<AcceptorIndex, AcceptorIndex>();
  ones.forEach((one, i) => {
    renamed.set(one, others[i]!);
    renamed.set(others[i]!, one);
  });
  const rename = (index: AcceptorIndex) => renamed.get(index) ?? index;
  const memo = new Map<string, string>();
  const follows = demands.every((rule, index) => {
    const text = demandTexts[index]!;
    if (rule !== undefined && !memo.has(text)) memo.set(text, ruleText(rule, rename));
    return (memo.get(text) ?? "") === demandTexts[rename(index)];
  });
  return follows && rules.every((rule, i) => texts[i] === ruleText(rule, rename));
}

/** Where an acceptor stands in a rule: the thresholds above it, of each of its places. */
function placesOf(rule: SetRule, acceptor: AcceptorIndex): string {
  const places: string[] = [];
  const visit = (each: SetRule, path: string) => {
    if (each.kind === "threshold") {
      for (const operand of each.of) visit(operand, `${path}/${each.threshold}:${each.of.length}`);
    } else if (each.index === acceptor) places.push(path);
  };
  visit(rule, "");
  return places.sort().join();
}

/** Equal for rules that differ in the order of operands only. */
export function ruleText(
  rule: SetRule,
  rename: (index: AcceptorIndex) => AcceptorIndex = (index) => index,
): string {
  if (rule.kind === "acceptor") return String(rename(rule.index));
  const operands = rule.of.map((operand) => ruleText(operand, rename)).sort();
  return `${rule.threshold}(${operands.join()})`;
}
