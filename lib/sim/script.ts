/**
 * Scenarios as text, one action a line: who is there, what is proposed, what is delivered to whom
 * in which order, what Byzantine acceptors send, and what must have come of it.
 *
 * ```text
 * acceptors A B C            # anything after a # is a comment
 * byzantine C
 * burial TECHNICAL_REPORT
 * learner X 2 of A B C       # quorums
 * safe X X A+B | B+C         # safe sets of a pair
 * propose p1 v1 at 1         # at most at 1000
 * deliver p1 to A B
 * deliver B.1 to A           # B's first message
 * send C.1 prev none refs p1 A.1
 * refuse C.2 prev none refs A.1 as BAD_2A
 * settle A B                 # everything, until they have nothing more to say
 * look P v1 at 2 offers v1   # proposer P, with v1 of its own, who sees all; or: offers nothing
 * expect A sent 2
 * expect A.2 is 2a for X     # or: is 1b fresh for X
 * expect X decided v1        # or: decided nothing
 * expect caught C            # or: caught nobody
 * expect starved X           # unless somebody else is caught; or: starved nobody
 * expect disagreement X X    # or: disagreement none
 * ```
 *
 * @module
 */

import { membersOf } from "../core/acceptor_set.ts";
import { anyOf, compileRule, type SetRule, thresholdOf } from "../core/quorum.ts";
import type { BurialRule } from "../core/types.ts";

/** What is wrong with a script, or with what comes of it. */
export class ScriptError extends Error {
  /**
   * @param line From 1.
   * @param complaint One sentence without the line.
   */
  constructor(readonly line: number, readonly complaint: string) {
    super(`line ${line}: ${complaint}`);
    this.name = "ScriptError";
  }
}

/** One line of a script. Names are not looked up yet. */
export type Statement =
  | { readonly kind: "acceptors" | "byzantine" | "settle"; readonly names: readonly string[] }
  | { readonly kind: "burial"; readonly rule: BurialRule }
  | { readonly kind: "learner"; readonly name: string; readonly quorums: RuleText }
  | { readonly kind: "safe"; readonly a: string; readonly b: string; readonly sets: RuleText }
  | {
    readonly kind: "propose";
    readonly name: string;
    readonly value: string;
    readonly seconds: number;
  }
  | {
    readonly kind: "look";
    readonly name: string;
    /** The proposer's own. */
    readonly value: string;
    readonly seconds: number;
    /** The value that it offers; undefined if it offers nothing. */
    readonly offers: string | undefined;
  }
  | { readonly kind: "deliver"; readonly names: readonly string[]; readonly to: readonly string[] }
  | {
    readonly kind: "send" | "refuse";
    readonly name: string;
    readonly prev: string | undefined;
    readonly refs: readonly string[];
    /** Of the rejection that is expected. */
    readonly code: string | undefined;
  }
  | { readonly kind: "expect"; readonly words: readonly string[] };

/** A rule by names: `count` of some names, or one of several sets. */
export type RuleText =
  | { readonly count: number; readonly of: readonly string[] }
  | { readonly sets: readonly (readonly string[])[] };

/** A statement and where it stands. */
export type Line = Statement & { readonly line: number };

/** Reads a script. @throws ScriptError for the first line that is none. */
export function parseScript(text: string): Line[] {
  return text.split("\n").flatMap((raw, index) => {
    const words = raw.replace(/#.*/, "").split(/\s+/).filter((word) => word !== "");
    return words.length === 0 ? [] : [{ ...parseLine(words, index + 1), line: index + 1 }];
  });
}

const USAGE: Readonly<Record<string, string>> = {
  acceptors: "acceptors NAME...",
  byzantine: "byzantine NAME...",
  settle: "settle ACCEPTOR...",
  burial: "burial TECHNICAL_REPORT | HP2",
  learner: "learner NAME RULE, where a rule is N of A B C or A+B | B+C",
  safe: "safe LEARNER LEARNER RULE, where a rule is N of A B C or A+B | B+C",
  propose: "propose NAME VALUE at SECONDS",
  look: "look PROPOSER VALUE at SECONDS offers VALUE|nothing",
  deliver: "deliver MESSAGE... to ACCEPTOR...",
  send: "send ACCEPTOR.NAME prev MESSAGE|none refs MESSAGE...",
  refuse: "refuse ACCEPTOR.NAME prev MESSAGE|none refs MESSAGE... as CODE",
  expect: "expect FACT",
};

function parseLine([verb, ...rest]: readonly string[], line: number): Statement {
  const usage = USAGE[verb!];
  if (usage === undefined) {
    throw new ScriptError(line, `"${verb}" is none of ${Object.keys(USAGE).join(", ")}`);
  }
  const statement = parseStatement(verb!, rest);
  if (statement === undefined) throw new ScriptError(line, `expected: ${usage}`);
  return statement;
}

function parseStatement(verb: string, rest: readonly string[]): Statement | undefined {
  switch (verb) {
    case "acceptors":
    case "byzantine":
    case "settle":
      return rest.length > 0 ? { kind: verb, names: rest } : undefined;
    case "burial": {
      const [rule] = rest;
      if (rest.length !== 1 || (rule !== "TECHNICAL_REPORT" && rule !== "HP2")) return undefined;
      return { kind: verb, rule };
    }
    case "learner": {
      const [name, ...rule] = rest;
      const quorums = parseRule(rule);
      return name === undefined || quorums === undefined
        ? undefined
        : { kind: verb, name, quorums };
    }
    case "safe": {
      const [a, b, ...rule] = rest;
      const sets = parseRule(rule);
      if (a === undefined || b === undefined || sets === undefined) return undefined;
      return { kind: verb, a, b, sets };
    }
    case "propose":
      return parseAt(verb, rest, []);
    case "look": {
      const offers = rest.at(-1);
      const timed = parseAt(verb, rest.slice(0, -1), ["offers"]);
      return timed && { ...timed, offers: offers === "nothing" ? undefined : offers };
    }
    case "deliver": {
      const at = rest.indexOf("to");
      if (at < 1 || at === rest.length - 1) return undefined;
      return { kind: verb, names: rest.slice(0, at), to: rest.slice(at + 1) };
    }
    case "expect":
      return rest.length > 0 ? { kind: verb, words: rest } : undefined;
    default:
      return parseSend(verb as "send" | "refuse", rest);
  }
}

function parseAt<Verb>(verb: Verb, words: readonly string[], rest: readonly string[]) {
  const [name, value, at, seconds, ...more] = words;
  const isTime = seconds !== undefined && /^\d{1,3}$|^1000$/.test(seconds);
  if (at !== "at" || !isTime || more.join() !== rest.join()) return undefined;
  return { kind: verb, name: name!, value: value!, seconds: Number(seconds) };
}

function parseSend(kind: "send" | "refuse", words: readonly string[]): Statement | undefined {
  const [name, prevWord, prev, refsWord, ...refs] = words;
  if (!name?.includes(".") || prevWord !== "prev" || refsWord !== "refs") return undefined;
  const code = kind === "refuse" ? refs.pop() : undefined;
  if (kind === "refuse" && refs.pop() !== "as") return undefined;
  return { kind, name, prev: prev === "none" ? undefined : prev, refs, code };
}

function parseRule(words: readonly string[]): RuleText | undefined {
  const [count, of, ...names] = words;
  if (of === "of") {
    return /^[1-9]\d?$/.test(count!) && names.length >= Number(count)
      ? { count: Number(count), of: names }
      : undefined;
  }
  const sets = words.join(" ").split("|").map((set) => set.trim().split(/\s*\+\s*/));
  return sets.every((set) => set.every((name) => /^[^\s]+$/.test(name))) ? { sets } : undefined;
}

/** A rule by indices. @throws RangeError for a name that is not among the acceptors. */
export function ruleOf(text: RuleText, acceptors: readonly string[]): SetRule {
  const indexOf = (name: string) => {
    const index = acceptors.indexOf(name);
    if (index < 0) throw new RangeError(`"${name}" is not an acceptor`);
    return index;
  };
  return "sets" in text
    ? anyOf(text.sets.map((set) => set.map(indexOf)))
    : thresholdOf(text.count, text.of.map(indexOf));
}

/** A rule of a script for a rule. Costs O(2^acceptors) unless it is a plain threshold. */
export function ruleText(rule: SetRule, acceptors: readonly string[]): string {
  if (rule.kind === "threshold" && rule.of.every((operand) => operand.kind === "acceptor")) {
    const names = rule.of.map((operand) => acceptors[(operand as { index: number }).index]);
    return `${rule.threshold} of ${names.join(" ")}`;
  }
  const { satisfiedBy } = compileRule(rule);
  const minimal: string[] = [];
  for (let set = 1n; set < 1n << BigInt(acceptors.length); set++) {
    const members = membersOf(set);
    if (!satisfiedBy(set)) continue;
    if (members.some((member) => satisfiedBy(set & ~(1n << BigInt(member))))) continue;
    minimal.push(members.map((member) => acceptors[member]).join("+"));
  }
  return minimal.join(" | ");
}
