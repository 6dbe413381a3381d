/**
 * What is known of a learner graph, in sentences: the same on a terminal and on a page.
 *
 * @module
 */

import { membersOf } from "../../lib/core/acceptor_set.ts";
import type { AcceptorSet } from "../../lib/core/types.ts";
import { describeRule } from "../../lib/config/rule_text.ts";
import { ruleOfPattern } from "../../lib/graph/derive.ts";
import { countSets, type MinimalSets } from "../../lib/graph/minimal.ts";
import type { Edit } from "../../lib/graph/repair.ts";
import { type GraphReport, survives, topTier } from "../../lib/graph/report.ts";
import { simplify } from "../../lib/graph/simplify.ts";
import { superfluousSets } from "../../lib/graph/superfluous.ts";
import type { Violation } from "../../lib/graph/validity.ts";
import { listNames } from "../../lib/wire/names.ts";

/** A sentence, and how grave it is. */
export interface Sentence {
  /** What it is about. */
  readonly term: string;
  /** In words. */
  readonly text: string;
  /** Whether something is to be done about it. */
  readonly grave?: boolean;
}

/** Sentences under one heading. */
export interface Section {
  /** For a page. */
  readonly title: string;
  /** In order. */
  readonly sentences: readonly Sentence[];
}

/** Patterns that are written out. */
const PATTERNS_SHOWN = 4;

/** Names that are written out. */
const NAMES_SHOWN = 16;

/** Everything a report says, or as much of it as was found out. */
export function sectionsOf(report: GraphReport): Section[] {
  const sections = [
    { title: "Validity", sentences: validityOf(report) },
    { title: "Learners", sentences: learnersOf(report) },
    { title: "Who can deceive whom", sentences: splitsOf(report) },
    { title: "What follows from what", sentences: addedOf(report) },
    { title: "Who may starve whom", sentences: starvationsOf(report) },
    { title: "What does without", sentences: redundancyOf(report) },
  ];
  return sections.filter(({ sentences }) => sentences.length > 0);
}

/** `{Alice, Bob}`, or `nobody`. */
export function nameSet({ prepared }: GraphReport, set: AcceptorSet): string {
  const names = membersOf(set).map((index) => prepared.graph.spec.acceptors[index]!);
  return names.length === 0 ? "nobody" : `{${listNames(names, NAMES_SHOWN)}}`;
}

function learnerNames({ prepared }: GraphReport, learners: readonly number[]): string {
  return listNames(learners.map((index) => prepared.graph.spec.learners[index]!), NAMES_SHOWN);
}

function validityOf(report: GraphReport): Sentence[] {
  const { valid, pairs, repair } = report;
  if (valid === true) {
    return [{
      term: "valid",
      text: `every promise of the closed graph can be kept (${count(pairs!.length, "pair")})`,
    }];
  }
  if (pairs === undefined || valid === "unknown") {
    const open = pairs?.filter(({ violation }) => violation === "unknown").length;
    const what = open === undefined
      ? "whether it is valid"
      : `whether ${open} promises can be kept`;
    return [{ term: "unknown", text: `${what} was not found out; give it more time`, grave: true }];
  }
  const broken = pairs.flatMap(({ violation }) => typeof violation === "object" ? [violation] : []);
  const sentences: Sentence[] = broken.slice(0, 8).map((violation) => ({
    term: "invalid",
    text: violationText(report, violation),
    grave: true,
  }));
  if (broken.length > 8) {
    sentences.push({ term: "", text: `and ${broken.length - 8} more pairs`, grave: true });
  }
  if (typeof repair === "object") {
    const edits = repair.edits.map((edit) => editText(report, edit));
    sentences.push({ term: "repair", text: `${edits.join("; and ")}` });
  } else if (report.prepared.demands.length === 0) {
    const why = repair === "unknown" ? "was not found in time" : "takes more than three changes";
    sentences.push({ term: "repair", text: `a smallest one ${why}` });
  }
  return sentences;
}

function violationText(
  report: GraphReport,
  { a, b, quorumA, quorumB, safeSet }: Violation,
): string {
  const [one, other] = [learnerNames(report, [a]), learnerNames(report, [b])];
  const who = a === b ? `${one} may decide twice` : `${one} and ${other} may decide differently`;
  return `${who} though ${nameSet(report, safeSet)} are safe: ${one} by the quorum ${
    nameSet(report, quorumA)
  }, ${other} by ${nameSet(report, quorumB)}`;
}

/** What an edit does, in words. */
export function editText(report: GraphReport, { use, before, after, what }: Edit): string {
  const { spec } = report.prepared.graph;
  const words = (rule: typeof before) => describeRule(simplify(rule), spec.acceptors);
  if ("drop" in what) return `leave ${words(what.drop)} out of the ${use}`;
  return `of the ${use}, let ${words(before)} become ${words(after)}`;
}

/** "any 2 of A, B, C (3 sets of 2)": the smallest first, and how many there are in all. */
export function setsText({ prepared }: GraphReport, sets: MinimalSets): string {
  const { patterns, complete } = sets;
  if (patterns.length === 0) {
    return complete ? "none" : `none with fewer than ${sets.completeBelow}; beyond, unknown`;
  }
  const { acceptors } = prepared.graph.spec;
  const shown = patterns.slice(0, PATTERNS_SHOWN).map((pattern) =>
    pattern.size === 0
      ? "nobody at all"
      : describeRule(simplify(ruleOfPattern(sets.symmetry, pattern)), acceptors)
  );
  const total = countSets(sets);
  const more = patterns.length > PATTERNS_SHOWN ? "; …" : "";
  const sizes = [...new Set(patterns.map(({ size }) => size))];
  const range = sizes.length === 1 ? `${sizes[0]}` : `${sizes[0]} to ${sizes.at(-1)}`;
  const many = `${complete ? "" : "at least "}${count(total, "set")} of ${range}`;
  return `${shown.join("; ")}${more} (${many})`;
}

function learnersOf(report: GraphReport): Sentence[] {
  const { prepared } = report;
  const sentences = report.learners.flatMap((each): Sentence[] => {
    const who = learnerNames(report, each.learners);
    const rule = describeRule(prepared.quorums[each.rule]!, prepared.graph.spec.acceptors);
    const { atLeast, atMost } = survives(prepared, each);
    const stops = setsText(report, each.blocking);
    const crashes = atLeast === undefined || atMost === undefined
      ? "how many crashes it survives was not found out"
      : atLeast === atMost
      ? `survives any ${count(atLeast, "crash")}, no more`
      : `survives any ${count(atLeast, "crash")}, at most ${atMost}`;
    return [
      { term: "learner", text: `${who}: decides by ${rule}` },
      { term: "", text: `${crashes}; stopped by ${stops}`, grave: atLeast === 0 },
    ];
  });
  const { acceptors, complete } = topTier(report);
  const tier = `${nameSet(report, acceptors)}${complete ? "" : ", and perhaps more"}`;
  return [...sentences, { term: "top tier", text: `${tier} can stop or deceive somebody` }];
}

function splitsOf(report: GraphReport): Sentence[] {
  const { prepared } = report;
  return report.splits.flatMap(({ rules, pairs, splitting }): Sentence[] => {
    const grave = splitting.patterns[0]?.size === 0;
    const text = splitting.patterns.length === 0 && splitting.complete
      ? "no liars, however many"
      : `only with ${setsText(report, splitting)} lying`;
    if (rules[0] === rules[1]) {
      const who = learnerNames(report, [...new Set(pairs.flat())].sort((a, b) => a - b));
      const several = pairs.some(([a, b]) => a !== b);
      const what = several ? "decide differently, or one of them twice" : "decides twice";
      return [{
        term: "deceive",
        text: `${who} ${what}: ${grave ? setsText(report, splitting) : text}`,
        grave,
      }];
    }
    const { learners } = prepared.graph.spec;
    const named = pairs.map(([a, b]) => `${learners[a]} and ${learners[b]}`);
    const who = `${named.slice(0, 3).join("; ")}${
      named.length > 3 ? `; ${named.length - 3} more pairs` : ""
    }`;
    return [{
      term: "deceive",
      text: `${who} decide differently: ${grave ? setsText(report, splitting) : text}`,
      grave,
    }];
  });
}

function addedOf(report: GraphReport): Sentence[] {
  const { added = [], unknown = 0 } = report.added ?? {};
  const { learners } = report.prepared.graph.spec;
  const sentences = added.slice(0, NAMES_SHOWN).map(({ a, b, given, walk, safeSet }): Sentence => {
    const who = a === b ? `${learners[a]} with itself` : `${learners[a]} with ${learners[b]}`;
    const way = walk.map((learner) => learners[learner]).join(" – ");
    const what = given ? "is promised more than its own safe sets say" : "is promised";
    return {
      term: "added",
      text: `${who} ${what}, by ${way}: while ${nameSet(report, safeSet)} are safe`,
    };
  });
  if (added.length > NAMES_SHOWN) {
    sentences.push({ term: "", text: `and ${added.length - NAMES_SHOWN} more pairs` });
  }
  if (unknown > 0) sentences.push({ term: "unknown", text: `what is added to ${unknown} pairs` });
  return sentences;
}

function starvationsOf(report: GraphReport): Sentence[] {
  const found = new Map<string, { by: number[]; starved: number[]; text: string }>();
  const { quorumOf } = report.prepared;
  for (const { by, starved, quorum } of report.starvations ?? []) {
    const key = `${quorumOf[by]} ${quorumOf[starved]}`;
    const text = quorum === "unknown" ? quorum : nameSet(report, quorum);
    const entry = found.get(key) ?? { by: [], starved: [], text };
    if (!entry.by.includes(by)) entry.by.push(by);
    if (!entry.starved.includes(starved)) entry.starved.push(starved);
    found.set(key, entry);
  }
  return [...found.values()].map(({ by, starved, text }) => ({
    term: "limit",
    text: text === "unknown"
      ? `whether ${learnerNames(report, by)} may leave ${
        learnerNames(report, starved)
      } undecided is unknown`
      : `${learnerNames(report, by)}, deciding by ${text}, may leave ${
        learnerNames(report, starved)
      } undecided in that instance`,
  }));
}

function redundancyOf(report: GraphReport): Sentence[] {
  const { spec } = report.prepared.graph;
  const { needless = [], unknown = 0 } = report.needless ?? {};
  const sentences: Sentence[] = report.learners.filter(({ learners }) => learners.length > 1).map(
    ({ learners }) => ({
      term: "alike",
      text: `${learnerNames(report, learners)} have one quorum rule`,
    }),
  );
  if (needless.length > 0) {
    const named = needless.map(({ a, b }) => `${spec.learners[a]} with ${spec.learners[b]}`);
    sentences.push({
      term: "needless",
      text: `each of these promises alone could be left out, for others say as much: ${
        listNames(named, 8)
      }`,
    });
  }
  if (unknown > 0) {
    sentences.push({ term: "unknown", text: `whether ${unknown} promises are needed` });
  }
  for (const { learners, use, set, contains } of superfluousSets(spec).slice(0, 8)) {
    const whose = learnerNames(report, [...new Set(learners)]);
    sentences.push({
      term: "needless",
      text: `the ${use} ${nameSet(report, set)} of ${whose} contains ${nameSet(report, contains)}`,
    });
  }
  const { acceptors, complete } = topTier(report);
  const idle = report.prepared.all & ~acceptors;
  if (complete && idle !== 0n && report.finished) {
    sentences.push({
      term: "idle",
      text: `${nameSet(report, idle)} make no difference to anybody`,
    });
  }
  return sentences;
}

function count(number: number, what: "pair" | "crash" | "set"): string {
  return `${number} ${what}${number === 1 ? "" : what === "crash" ? "es" : "s"}`;
}
