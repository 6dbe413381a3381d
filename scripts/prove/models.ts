/**
 * The worlds of lib/explore as models for TLC: one description of a world, two programs that visit
 * its states, one number.
 *
 * @module
 */

import { membersOf } from "../../lib/core/acceptor_set.ts";
import type { LearnerGraphSpec } from "../../lib/core/learner_graph.ts";
import { compileRule, type SetRule } from "../../lib/core/quorum.ts";
import { honestOf, type Scenario } from "../../lib/explore/types.ts";
import { ROOT } from "../lint/paths.ts";
import { type Outcome, runTlc } from "./tlc.ts";

/** A change of the model's text that must be noticed. */
export interface ModelFault {
  /** What stands there; exactly once. */
  readonly from: string;
  /** What stands there instead. */
  readonly to: string;
}

/** A world, and what must come of it. */
export interface Model {
  /** Short. */
  readonly name: string;
  /** What is explored; no prefix, one message at a time. */
  readonly scenario: Omit<Scenario, "name">;
  /** What is changed in the definitions; nothing if absent. */
  readonly fault?: ModelFault;
  /** The invariant that must break; undefined if all must hold. */
  readonly breaks?: string;
  /** The number of states, where all are visited. */
  readonly states?: number;
  /** Whether it takes too long for every day. */
  readonly deep?: boolean;
  /** What must happen in some state. */
  readonly sometimes?: readonly string[];
  /** What must happen in none. */
  readonly never?: readonly string[];
}

/** What is wanted of every state; the last only takes notes. */
const INVARIANTS = ["Agreement", "SafeNeverCaught", "CaughtByPrev", "SafeChain", "Sometimes"];

const CONSTANTS = [
  ...["SafeAcceptors", "Liars", "Learners", "Ballots", "Value", "Quorums", "Safety", "Burial"],
  ...["MessagesOfLiars", "RefsOfLiars", "SkipFinished"],
];

/** The definitions, as they stand. */
export async function readDefinitions(): Promise<string> {
  return await Deno.readTextFile(`${ROOT}/proofs/tla/HeterogeneousPaxos.tla`);
}

/** The definitions with a fault in them. */
export function withFault(definitions: string, { from, to }: ModelFault): string {
  const [before, after, ...more] = definitions.split(from);
  if (after === undefined || more.length > 0) throw new Error(`not exactly once there: ${from}`);
  return `${before}${to}${after}`;
}

/** Minimal sets of acceptors that satisfy a rule: there are few acceptors. */
function minimalSets(rule: SetRule, acceptorCount: number): bigint[] {
  const { satisfiedBy } = compileRule(rule);
  const sets = Array.from({ length: 1 << acceptorCount }, (_, set) => BigInt(set))
    .filter(satisfiedBy);
  return sets.filter((set) => !sets.some((other) => other !== set && (other & set) === other));
}

function setText(items: readonly string[]): string {
  return `{${items.join(", ")}}`;
}

function functionText(of: string, entries: readonly (readonly [string, string])[]): string {
  const [first, ...others] = entries.map(([key, value]) => `key = ${key} -> ${value}`);
  return `[key \\in ${of} |-> CASE ${[first, ...others].join(" [] ")}]`;
}

/** The module that says what the constants of the definitions are in a world. */
export function worldText(scenario: Omit<Scenario, "name">): string {
  const { spec, byzantine, offers, skipFinished = false } = scenario;
  const { messages, refs } = scenario.bounds ?? { messages: 0, refs: 0 };
  const acceptors = (set: readonly number[]) => setText(set.map((p) => `"${spec.acceptors[p]}"`));
  const sets = (rule: SetRule) =>
    setText(minimalSets(rule, spec.acceptors.length).map((set) => acceptors([...membersOf(set)])));
  const values = [...new Set(offers.map(({ value }) => value))].sort();
  const definitions: Record<string, string> = {
    SafeAcceptors: acceptors(honestOf({ ...scenario, name: "" })),
    Liars: acceptors(byzantine),
    Learners: setText(spec.learners.map((name) => `"${name}"`)),
    Ballots: `1..${offers.length}`,
    Value: `<<${offers.map(({ value }) => values.indexOf(value)).join(", ")}>>`,
    Quorums: functionText(
      "cLearners",
      spec.quorums.map((rule, a) => [`"${spec.learners[a]}"`, sets(rule)]),
    ),
    Safety: functionText("cLearners \\X cLearners", pairsOf(spec, sets)),
    Burial: `"${spec.burial}"`,
    MessagesOfLiars: `${messages}`,
    RefsOfLiars: `${refs}`,
    SkipFinished: skipFinished ? "TRUE" : "FALSE",
  };
  const lines = CONSTANTS.map((name) => `c${name} == ${definitions[name]}`);
  return ["---- MODULE World ----", "EXTENDS HeterogeneousPaxos", ...lines, "====", ""].join("\n");
}

function pairsOf(
  { learners, safety }: LearnerGraphSpec,
  sets: (rule: SetRule) => string,
): [string, string][] {
  return learners.flatMap((first, a) =>
    learners.map((second, b): [string, string] => {
      const edge = safety.find((each) => each.a === Math.min(a, b) && each.b === Math.max(a, b));
      return [`<<"${first}", "${second}">>`, edge === undefined ? "{}" : sets(edge.safe)];
    })
  );
}

/** Visits every state of a model. */
export async function explore(
  jar: string,
  definitions: string,
  { scenario, fault }: Model,
): Promise<Outcome> {
  const modules = new Map([
    ["HeterogeneousPaxos", fault === undefined ? definitions : withFault(definitions, fault)],
    ["World", worldText(scenario)],
  ]);
  const constants = CONSTANTS.map((name) => `  ${name} <- c${name}`);
  const config = ["CONSTANTS", ...constants, "INIT Init", "NEXT Next", "INVARIANTS", ...INVARIANTS];
  return await runTlc(jar, modules, `${config.join("\n")}\n`);
}

/** What is not as it must be, one line each. */
export function complaintsOf(model: Model, { states, violated, happened }: Outcome): string[] {
  const complaints: string[] = [];
  if (violated !== model.breaks) {
    complaints.push(`breaks ${violated ?? "nothing"}, expected ${model.breaks ?? "nothing"}`);
  }
  if (model.states !== undefined && states !== model.states) {
    complaints.push(`${states} states, expected ${model.states}`);
  }
  for (const what of model.sometimes ?? []) {
    if (!happened.includes(what)) complaints.push(`never happened: ${what}`);
  }
  for (const what of model.never ?? []) {
    if (happened.includes(what)) complaints.push(`happened: ${what}`);
  }
  return complaints;
}
