/**
 * What is known of a learner graph as JSON.
 *
 * @module
 */

import { membersOf } from "../../lib/core/acceptor_set.ts";
import type { AcceptorSet } from "../../lib/core/types.ts";
import { describeRule } from "../../lib/config/rule_text.ts";
import { ruleOfPattern } from "../../lib/graph/derive.ts";
import { countSets, type MinimalSets } from "../../lib/graph/minimal.ts";
import { type GraphReport, survives, topTier } from "../../lib/graph/report.ts";
import { simplify } from "../../lib/graph/simplify.ts";
import { superfluousSets } from "../../lib/graph/superfluous.ts";
import type { EventRecord, JsonValue } from "../output.ts";
import { editText } from "./words.ts";

/** One record with everything; what was not found out is "unknown", or marked incomplete. */
export function recordOf(report: GraphReport, file: string): EventRecord {
  const { prepared, pairs, repair, starvations, added, needless } = report;
  const { learners } = prepared.graph.spec;
  const names = (set: AcceptorSet) => namesOf(report, set);
  const tier = topTier(report);
  return {
    event: "graph",
    file,
    valid: report.valid,
    finished: report.finished,
    pairs: pairs?.map(({ a, b, violation }) => ({
      learners: [learners[a]!, learners[b]!],
      valid: violation === undefined ? true : violation === "unknown" ? violation : false,
      ...typeof violation === "object"
        ? {
          quorums: [names(violation.quorumA), names(violation.quorumB)],
          safeSet: names(violation.safeSet),
        }
        : {},
    })),
    repair: typeof repair === "object"
      ? repair.edits.map((edit) => editText(report, edit))
      : repair,
    learners: report.learners.map((each) => ({
      learners: each.learners.map((learner) => learners[learner]!),
      quorums: describeRule(prepared.quorums[each.rule]!, prepared.graph.spec.acceptors),
      survives: { ...survives(prepared, each) },
      blocking: setsRecord(report, each.blocking),
    })),
    splits: report.splits.map(({ pairs, splitting }) => ({
      pairs: pairs.map(([a, b]) => [learners[a]!, learners[b]!]),
      splitting: setsRecord(report, splitting),
    })),
    added: added?.added.map(({ a, b, given, walk, safeSet }) => ({
      learners: [learners[a]!, learners[b]!],
      given,
      by: walk.map((learner) => learners[learner]!),
      safeSet: names(safeSet),
    })),
    starvations: starvations?.map(({ by, starved, quorum }) => ({
      by: learners[by]!,
      starved: learners[starved]!,
      quorum: quorum === "unknown" ? quorum : names(quorum),
    })),
    needless: needless?.needless.map(({ a, b }) => [learners[a]!, learners[b]!]),
    superfluous: superfluousSets(prepared.graph.spec).map((
      { learners: who, use, set, contains },
    ) => ({
      learners: who.map((learner) => learners[learner]!),
      use,
      set: names(set),
      contains: names(contains),
    })),
    topTier: { acceptors: names(tier.acceptors), complete: tier.complete },
  };
}

/** Minimal sets: how many, and of each kind one, with what all of that kind have in common. */
function setsRecord(report: GraphReport, sets: MinimalSets): JsonValue {
  const { graph } = report.prepared;
  return {
    count: countSets(sets),
    complete: sets.complete,
    smallest: sets.patterns[0]?.size,
    sets: sets.patterns.map((pattern) => ({
      size: pattern.size,
      count: pattern.sets,
      example: namesOf(report, pattern.example),
      are: pattern.size === 0
        ? "nobody"
        : describeRule(simplify(ruleOfPattern(sets.symmetry, pattern)), graph.spec.acceptors),
    })),
  };
}

/** The names of a set, in order. */
export function namesOf({ prepared }: Pick<GraphReport, "prepared">, set: AcceptorSet): string[] {
  return membersOf(set).map((index) => prepared.graph.spec.acceptors[index]!);
}
