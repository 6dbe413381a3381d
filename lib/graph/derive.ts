/**
 * Safe sets from quorums, and quorums and safe sets from how many failures are to be survived.
 *
 * @module
 */

import { type LearnerGraphSpec, makeLearnerGraph } from "../core/learner_graph.ts";
import { type SetRule, thresholdOf } from "../core/quorum.ts";
import type { AcceptorIndex, LearnerIndex } from "../core/types.ts";
import type { Demands } from "./demands.ts";
import type { Effort, Work } from "./effort.ts";
import {
  type Counts,
  type MinimalSets,
  minimalSets,
  type Pattern,
  type Property,
} from "./minimal.ts";
import { narrowed, prepare, type PreparedGraph } from "./prepared.ts";
import { simplify } from "./simplify.ts";
import { SplitSearch } from "./split.ts";
import type { Symmetry } from "./symmetry.ts";
import { checkPairs } from "./validity.ts";

/** What was derived. */
export interface DerivedSafety {
  /** The graph with the safe sets. */
  readonly spec: LearnerGraphSpec;
  /** Pairs that have no safe set at all: they may decide differently though nobody lies. */
  readonly impossible: readonly (readonly [LearnerIndex, LearnerIndex])[];
  /** Pairs left out since, by transitivity, they would promise for others what cannot be kept. */
  readonly leftOut: readonly (readonly [LearnerIndex, LearnerIndex])[];
  /** Pairs whose safe sets are too many, or were not found out in time. */
  readonly unknown: readonly (readonly [LearnerIndex, LearnerIndex])[];
}

/** More patterns of minimal safe sets than this make no rule that anybody could read. */
const PATTERNS_MAX = 200;

/**
 * Gives each pair every safe set that its quorums allow: the sets that some member of each quorum of
 * the one and each of the other that both share is in, whichever quorums these are. Learners with
 * themselves come first, then pairs in order; a pair that would make the graph invalid is left out.
 *
 * @param given Its safe sets are not looked at.
 * @param demands Those of acceptors, if they have any.
 */
export function* deriveSafety(
  given: LearnerGraphSpec,
  effort: Effort,
  demands: Demands = [],
): Work<DerivedSafety> {
  const prepared = prepare(makeLearnerGraph({ ...given, safety: [] }), demands);
  const count = given.learners.length;
  const pairs: [LearnerIndex, LearnerIndex][] = [];
  for (let a = 0; a < count; a++) pairs.push([a, a]);
  for (let a = 0; a < count; a++) for (let b = a + 1; b < count; b++) pairs.push([a, b]);
  const known = new Map<string, SetRule | "none" | "unknown">();
  const result = { impossible: [], leftOut: [], unknown: [] } as Record<
    "impossible" | "leftOut" | "unknown",
    [LearnerIndex, LearnerIndex][]
  >;
  let spec: LearnerGraphSpec = { ...given, safety: [] };
  for (const [a, b] of pairs) {
    const rules = [prepared.quorumOf[a]!, prepared.quorumOf[b]!].sort((x, y) => x - y);
    const key = rules.join();
    if (!known.has(key)) known.set(key, yield* safeSetsOf(prepared, rules[0]!, rules[1]!, effort));
    const safe = known.get(key)!;
    if (safe === "none") result.impossible.push([a, b]);
    else if (safe === "unknown") result.unknown.push([a, b]);
    else {
      const wider = { ...spec, safety: [...spec.safety, { a, b, safe }] };
      const checked = yield* checkPairs(prepare(makeLearnerGraph(wider), demands), effort, true);
      const violation = checked.at(-1)?.violation;
      if (violation === undefined) spec = wider;
      else (violation === "unknown" ? result.unknown : result.leftOut).push([a, b]);
    }
  }
  return {
    spec: { ...spec, safety: spec.safety.toSorted((p, q) => p.a - q.a || p.b - q.b) },
    ...result,
  };
}

/** All sets without which liars cannot split the two, as a rule. */
function* safeSetsOf(
  graph: PreparedGraph,
  ruleA: number,
  ruleB: number,
  effort: Effort,
): Work<SetRule | "none" | "unknown"> {
  const prepared = narrowed(graph, [ruleA, ruleB]);
  const { symmetry } = prepared;
  const search = new SplitSearch(prepared, ruleA, ruleB);
  const splits = search.splitting(effort);
  const isSafe: Property = function* (safe: Counts) {
    const others = symmetry.kinds.map((members, kind) => members.length - safe[kind]!);
    const split = yield* splits(others);
    return split === "unknown" ? split : !split;
  };
  const sets = yield* minimalSets(symmetry, isSafe, PATTERNS_MAX, effort);
  if (!sets.complete) return "unknown";
  return sets.patterns.length === 0 ? "none" : ruleOfSets(sets);
}

/** The rule that is met exactly by the sets that contain one of those found. */
export function ruleOfSets({ symmetry, patterns }: MinimalSets): SetRule {
  return simplify({
    kind: "threshold",
    threshold: 1,
    of: patterns.map((pattern) => ruleOfPattern(symmetry, pattern)),
  });
}

/** The rule that lists the sets of a pattern. */
export function ruleOfPattern({ kinds, like }: Symmetry, { counts }: Pattern): SetRule {
  const parts: SetRule[] = [];
  for (const first of new Set(like)) {
    const group = like.flatMap((each, kind) => each === first ? [kind] : []);
    // With one count only: any of the like kinds, as many as have it. Else every arrangement.
    const levels = [...new Set(group.map((kind) => counts[kind]!))].filter((count) => count > 0);
    const choices = levels.length <= 1
      ? levels.map((level): SetRule => ({
        kind: "threshold",
        threshold: group.filter((kind) => counts[kind]! >= level).length,
        of: group.map((kind) => thresholdOf(level, kinds[kind]!)),
      }))
      : [anyArrangement(group, counts, kinds)];
    parts.push(...choices);
  }
  return { kind: "threshold", threshold: parts.length, of: parts };
}

/** Every way to give the counts of like kinds to them, written out. */
function anyArrangement(
  group: readonly number[],
  counts: Counts,
  kinds: readonly (readonly AcceptorIndex[])[],
): SetRule {
  const found = new Map<string, number[]>();
  const extend = (chosen: number[], left: readonly number[]) => {
    if (left.length === 0) found.set(chosen.join(), chosen);
    for (const count of new Set(left)) {
      extend([...chosen, count], left.toSpliced(left.indexOf(count), 1));
    }
  };
  extend([], group.map((kind) => counts[kind]!));
  const of = [...found.values()].map((arrangement): SetRule => {
    const all = arrangement.flatMap((count, i) =>
      count === 0 ? [] : [thresholdOf(count, kinds[group[i]!]!)]
    );
    return { kind: "threshold", threshold: all.length, of: all };
  });
  return { kind: "threshold", threshold: 1, of };
}

/**
 * Quorums and safe sets that tolerate `liars` liars and `crashes` crashes among acceptors.
 *
 * @returns undefined if there are too few: it takes more than 3 · liars + 2 · crashes.
 */
export function deriveTolerance(
  acceptors: readonly AcceptorIndex[],
  liars: number,
  crashes: number,
): { readonly quorums: SetRule; readonly safe: SetRule } | undefined {
  const count = acceptors.length;
  if (count <= 3 * liars + 2 * crashes) return undefined;
  return {
    quorums: simplify(thresholdOf(count - liars - crashes, acceptors)),
    safe: simplify(thresholdOf(count - liars, acceptors)),
  };
}
