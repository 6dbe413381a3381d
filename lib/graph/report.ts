/**
 * Everything there is to say about a learner graph.
 *
 * @module
 */

import { countMembers } from "../core/acceptor_set.ts";
import { entangled } from "../core/learner_graph.ts";
import type { AcceptorSet, LearnerIndex } from "../core/types.ts";
import { type AddedEdge, addedEdges, needlessEdges } from "./closure.ts";
import { type Effort, limited, type Work } from "./effort.ts";
import { membersOfPattern, type MinimalSets } from "./minimal.ts";
import { learnersWith, type PreparedEdge, type PreparedGraph } from "./prepared.ts";
import { type Repair, smallestRepair } from "./repair.ts";
import { blockingSets, minimalQuorums, splittingSets } from "./sets.ts";
import { type Starvation, starvations } from "./starvation.ts";
import { type CheckedPair, checkPairs } from "./validity.ts";

/** What there is to say of a learner graph. Parts that were not reached in time are undefined. */
export interface GraphReport {
  /** Of what. */
  readonly prepared: PreparedGraph;
  /** Whether all promises can be kept. */
  valid: boolean | "unknown";
  /** Every pair of the closed graph. */
  pairs: readonly CheckedPair[] | undefined;
  /** For an invalid graph without demands; undefined there if three edits do not mend it. */
  repair: Repair | "unknown" | undefined;
  /** Learners by quorum rule. */
  learners: LearnersReport[];
  /** Pairs of the closed graph by their rules. */
  splits: PairsReport[];
  /** What transitivity adds. */
  added: { readonly added: readonly AddedEdge[]; readonly unknown: number } | undefined;
  /** Edges that add nothing. */
  needless: { readonly needless: readonly PreparedEdge[]; readonly unknown: number } | undefined;
  /** Who may starve whom. */
  starvations: readonly Starvation[] | undefined;
  /** Whether everything was reached. */
  finished: boolean;
}

/** Learners that have one quorum rule. */
export interface LearnersReport {
  /** Its position among the graph's quorum rules. */
  readonly rule: number;
  /** Who has it. */
  readonly learners: readonly LearnerIndex[];
  /** Whose absence stops them. */
  readonly blocking: MinimalSets;
  /** Of the smallest quorum; undefined if there is no quorum, or if it was not found out. */
  readonly smallestQuorum: number | undefined;
}

/** Pairs of learners that have the same two quorum rules and must agree. */
export interface PairsReport {
  /** Positions among the graph's quorum rules, perhaps the same. */
  readonly rules: readonly [number, number];
  /** The pairs. */
  readonly pairs: readonly (readonly [LearnerIndex, LearnerIndex])[];
  /** Liars that let the two decide differently. */
  readonly splitting: MinimalSets;
}

/** How far to look. */
export interface ReportOptions {
  /** Patterns of minimal sets, for each question. */
  readonly patternsMax: number;
  /** Dead ends, for each question. */
  readonly conflictsMax: number;
}

/** What a report is for a graph of usual size. */
export const REPORT_OPTIONS: ReportOptions = { patternsMax: 200, conflictsMax: 20_000 };

/** A report in which nothing is known yet. */
export function newReport(prepared: PreparedGraph): GraphReport {
  return {
    prepared,
    valid: "unknown",
    pairs: undefined,
    repair: undefined,
    learners: [],
    splits: [],
    added: undefined,
    needless: undefined,
    starvations: undefined,
    finished: false,
  };
}

/**
 * Fills a report, the most urgent first; whatever was reached when the effort is stopped is in it.
 *
 * @param tell Told what is being looked at, in a few words.
 */
export function* fillReport(
  report: GraphReport,
  options: ReportOptions,
  effort: Effort,
  tell: (what: string) => void = () => {},
): Work<void> {
  const { prepared } = report;
  const part = () => limited(effort, options.conflictsMax);
  tell("is every promise kept");
  report.pairs = yield* checkPairs(prepared, effort);
  report.valid = report.pairs.some(({ violation }) => typeof violation === "object")
    ? false
    : report.pairs.some(({ violation }) => violation === "unknown")
    ? "unknown"
    : true;
  if (report.valid === false && prepared.demands.length === 0) {
    tell("what would mend it");
    report.repair = yield* smallestRepair(prepared.graph.spec, part());
  }
  for (let rule = 0; rule < prepared.quorums.length; rule++) {
    tell(`who can stop learners (${rule + 1} of ${prepared.quorums.length} rules)`);
    const blocking = yield* blockingSets(prepared, rule, options.patternsMax, part());
    const quorums = yield* minimalQuorums(prepared, rule, 1, part());
    const smallestQuorum = quorums.patterns[0]?.size;
    const learners = learnersWith(prepared, rule);
    report.learners.push({ rule, learners, blocking, smallestQuorum });
  }
  yield* fillSplits(report, options, effort, tell);
  tell("what follows from what");
  report.added = yield* addedEdges(prepared, part());
  tell("who may starve whom");
  report.starvations = yield* starvations(prepared, part());
  tell("what adds nothing");
  report.needless = yield* needlessEdges(prepared, part());
  report.finished = !effort.stopped;
}

function* fillSplits(
  { prepared, splits }: GraphReport,
  { patternsMax, conflictsMax }: ReportOptions,
  effort: Effort,
  tell: (what: string) => void,
): Work<void> {
  const questions = pairsByRules(prepared);
  for (const [i, { rules, pairs }] of questions.entries()) {
    tell(`who can deceive learners (${i + 1} of ${questions.length} pairs of rules)`);
    const part = limited(effort, conflictsMax);
    const splitting = yield* splittingSets(prepared, rules[0], rules[1], patternsMax, part);
    splits.push({ rules, pairs, splitting });
  }
}

function pairsByRules(
  { graph, all, quorumOf }: PreparedGraph,
): { rules: [number, number]; pairs: [LearnerIndex, LearnerIndex][] }[] {
  const found = new Map<string, { rules: [number, number]; pairs: [number, number][] }>();
  for (let a = 0; a < graph.learnerCount; a++) {
    for (let b = a; b < graph.learnerCount; b++) {
      // A learner without any promise may be deceived as well as another.
      if (a !== b && !entangled(graph, a, b, all)) continue;
      const rules = [quorumOf[a]!, quorumOf[b]!].sort((x, y) => x - y) as [number, number];
      const home = found.get(rules.join()) ?? { rules, pairs: [] };
      home.pairs.push([a, b]);
      found.set(rules.join(), home);
    }
  }
  return [...found.values()];
}

/** How many crashes learners survive, whoever it is, and in the best case. */
export interface Survives {
  /** Any that many; undefined if that was not found out. */
  readonly atLeast: number | undefined;
  /** Some that many, and no more; undefined if that was not found out. */
  readonly atMost: number | undefined;
}

/** What blocking sets and quorums say of crashes. */
export function survives(
  { graph }: PreparedGraph,
  { blocking, smallestQuorum }: LearnersReport,
): Survives {
  const [smallest] = blocking.patterns;
  return {
    atLeast: smallest === undefined ? undefined : Math.max(0, smallest.size - 1),
    atMost: smallestQuorum === undefined ? undefined : graph.acceptorCount - smallestQuorum,
  };
}

/** Acceptors in some minimal blocking or splitting set: the others decide nothing and delay nothing. */
export interface TopTier {
  /** As far as found. */
  readonly acceptors: AcceptorSet;
  /** Whether there may be more. */
  readonly complete: boolean;
}

/** The top tier of what was reported. */
export function topTier({ prepared, learners, splits }: GraphReport): TopTier {
  const { all } = prepared;
  let acceptors = 0n;
  let complete = learners.length === prepared.quorums.length;
  const found = [
    ...learners.map(({ blocking }) => blocking),
    ...splits.map(({ splitting }) => splitting),
  ];
  for (const sets of found) {
    if (!sets.complete) complete = false;
    for (const pattern of sets.patterns) acceptors |= membersOfPattern(sets.symmetry, pattern);
  }
  return { acceptors, complete: complete || countMembers(acceptors) === countMembers(all) };
}
