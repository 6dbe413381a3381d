/**
 * The smallest change of rules that makes a graph valid.
 *
 * @module
 */

import { type LearnerGraphSpec, makeLearnerGraph } from "../core/learner_graph.ts";
import type { SetRule } from "../core/quorum.ts";
import type { Effort, Work } from "./effort.ts";
import { prepare } from "./prepared.ts";
import { simplify } from "./simplify.ts";
import { ruleText } from "./symmetry.ts";
import { checkPairs, type Violation } from "./validity.ts";
import { ruleOf } from "./prepared.ts";

/** One change of one rule, wherever that rule is used. */
export interface Edit {
  /** What the rule is used for. */
  readonly use: "quorums" | "safe sets";
  /** As it was before this edit. */
  readonly before: SetRule;
  /** As it is then. */
  readonly after: SetRule;
  /** What was done to it: one more in a threshold, or a listed set left out. */
  readonly what: { readonly threshold: number } | { readonly drop: SetRule };
}

/** Edits that make a graph valid. */
export interface Repair {
  /** In order; as few as possible. */
  readonly edits: readonly Edit[];
  /** The graph after them. */
  readonly spec: LearnerGraphSpec;
}

/** More edits than this are not tried. */
const EDITS_MAX = 3;

/** Graphs that are tried. */
const TRIES_MAX = 400;

/**
 * Finds the fewest edits that make a graph valid. Of a violation some rule must change: a quorum rule
 * of either learner, or that of an edge which holds in the safe set; so no others are tried.
 *
 * @returns undefined if no three edits do; "unknown" if the search became too long.
 */
export function* smallestRepair(
  spec: LearnerGraphSpec,
  effort: Effort,
): Work<Repair | "unknown" | undefined> {
  const simple = {
    ...spec,
    quorums: spec.quorums.map(simplify),
    safety: spec.safety.map((edge) => ({ ...edge, safe: simplify(edge.safe) })),
  };
  const tries = { left: TRIES_MAX };
  for (let depth = 0; depth <= EDITS_MAX; depth++) {
    const found = yield* repairWithin(simple, [], depth, tries, effort);
    if (found !== undefined) return found;
  }
  return undefined;
}

function* repairWithin(
  spec: LearnerGraphSpec,
  edits: readonly Edit[],
  depth: number,
  tries: { left: number },
  effort: Effort,
): Work<Repair | "unknown" | undefined> {
  if (tries.left-- <= 0) return "unknown";
  const checked = yield* checkPairs(prepare(makeLearnerGraph(spec)), effort, true);
  const violation = checked.at(-1)?.violation;
  if (violation === "unknown") return violation;
  if (violation === undefined) return { edits, spec };
  if (depth === 0) return undefined;
  let unknown: "unknown" | undefined;
  for (const edit of editsFor(spec, violation)) {
    const changed = applyEdit(spec, edit);
    const found = yield* repairWithin(changed, [...edits, edit], depth - 1, tries, effort);
    if (found === "unknown") unknown = found;
    else if (found !== undefined) return found;
    if (tries.left <= 0) return "unknown";
  }
  return unknown;
}

/** Every single edit of a rule that the violation rests on. */
export function editsFor(spec: LearnerGraphSpec, violation: Violation): Edit[] {
  const quorums = [spec.quorums[violation.a]!, spec.quorums[violation.b]!];
  const safe = spec.safety.map((edge) => edge.safe)
    .filter((rule) => ruleOf(rule).satisfiedBy(violation.safeSet));
  return [
    ...distinct(quorums).flatMap((rule) => editsOf(rule, "quorums")),
    ...distinct(safe).flatMap((rule) => editsOf(rule, "safe sets")),
  ];
}

function distinct(rules: readonly SetRule[]): SetRule[] {
  return [...new Map(rules.map((rule) => [ruleText(rule), rule])).values()];
}

function editsOf(rule: SetRule, use: Edit["use"]): Edit[] {
  return changesOf(rule).map(({ after, what }) => ({ use, before: rule, after, what }));
}

function changesOf(rule: SetRule): Pick<Edit, "after" | "what">[] {
  if (rule.kind === "acceptor") return [];
  const { threshold, of } = rule;
  const isList = threshold === 1 && of.length > 1 && of.some(({ kind }) => kind === "threshold");
  const here: Pick<Edit, "after" | "what">[] = [];
  if (isList) {
    of.forEach((drop, i) =>
      here.push({ after: { ...rule, of: of.toSpliced(i, 1) }, what: { drop } })
    );
  } else if (threshold < of.length) {
    here.push({ after: { ...rule, threshold: threshold + 1 }, what: { threshold: threshold + 1 } });
  }
  if (isList) return here;
  const inner = of.flatMap((operand, i) =>
    changesOf(operand).map(({ after, what }) => ({
      after: { ...rule, of: of.with(i, after) },
      what,
    }))
  );
  return [...here, ...inner];
}

/** The graph with a rule changed wherever it is used. */
export function applyEdit(spec: LearnerGraphSpec, { use, before, after }: Edit): LearnerGraphSpec {
  const text = ruleText(before);
  const change = (rule: SetRule) => ruleText(rule) === text ? simplify(after) : rule;
  return use === "quorums"
    ? { ...spec, quorums: spec.quorums.map(change) }
    : { ...spec, safety: spec.safety.map((edge) => ({ ...edge, safe: change(edge.safe) })) };
}
