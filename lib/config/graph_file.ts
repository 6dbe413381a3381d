/**
 * Learner graphs in files: configurations, and graphs without addresses or keys.
 *
 * @module
 */

import type { LearnerGraphSpec } from "../core/learner_graph.ts";
import { mentionedBy, type SetRule } from "../core/quorum.ts";
import { membersOf } from "../core/acceptor_set.ts";
import type { Demands } from "../graph/demands.ts";
import { isObject, type Json, type JsonObject, parseJson } from "../wire/json_text.ts";
import { compareNames, didYouMean, nameFault } from "../wire/names.ts";
import { Place, quote } from "../wire/place.ts";
import { parseParts, readParsedGraph, readSource } from "./cluster_configuration.ts";
import type { ConfigDigests } from "./digest.ts";
import { type ParsedGraph, parseGraph, parseRule } from "./graph.ts";
import { configOfJson } from "./parse.ts";
import { normaliseRule } from "./rule.ts";
import { ruleJson, type SetJson, type ThresholdJson } from "./rule_json.ts";

/** A learner graph as a file has it, not yet judged. */
export interface GraphFile extends ParsedGraph {
  /** What the file is called. */
  readonly source: string;
  /** By acceptor; empty if the file has no `demands`. */
  readonly demands: Demands;
  /** Of a configuration; undefined for a graph without keys. */
  readonly digest: ConfigDigests | undefined;
}

/** Fields that only a graph without keys has. */
const OWN_FIELDS = ["acceptors", "demands"] as const;

/**
 * Reads a learner graph from a file, or from standard input if `file` is `-`: a configuration, or a
 * graph without addresses. Whether it is valid is not looked at.
 *
 * @throws OperatorError, one line with file and path, at the first mistake.
 */
export async function readGraphFile(file: string): Promise<GraphFile> {
  const { text, source } = await readSource(file);
  return parseGraphFile(text, source);
}

/** As {@linkcode readGraphFile}, of a text. @throws OperatorError at the first mistake. */
export function parseGraphFile(text: string, source: string): GraphFile {
  const place = new Place(source);
  if (text.trim() === "") {
    place.fail("is empty; hetpaxos graph derive and config generate make graphs");
  }
  const json = parseJson(text, source, { integersOnly: true });
  if (!isObject(json)) return place.fail("is not an object {…}");
  if ("addresses" in json || "cluster" in json) {
    for (const field of OWN_FIELDS) {
      if (field in json) place.field(field).fail("goes with graphs that have no addresses only");
    }
    return { source, demands: [], ...readParsedGraph(parseParts(text, source)) };
  }
  return { source, digest: undefined, ...parseKeyless(json, place) };
}

function parseKeyless(json: JsonObject, place: Place): ParsedGraph & { demands: Demands } {
  const { acceptors: listed, demands, ...rest } = json;
  const config = configOfJson(rest, place);
  const acceptors = listed === undefined || listed === null
    ? [...namesIn(json)].sort(compareNames)
    : parseNames(listed, place.field("acceptors"));
  const parsed = parseGraph(config, acceptors, [], place);
  return { ...parsed, demands: parseDemands(demands, acceptors, place.field("demands")) };
}

function parseNames(json: Json, place: Place): string[] {
  if (!Array.isArray(json)) return place.fail("is no list of names");
  const names = json.map((name, i) => {
    if (typeof name !== "string") return place.item(i).fail("is no name");
    const fault = nameFault(name);
    return fault === undefined ? name : place.item(i).fail(`the name ${quote(name)} ${fault}`);
  });
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) place.fail(`${quote(twice)} is listed twice`);
  return names.sort(compareNames);
}

/** Whoever is named where an acceptor may be. */
function namesIn(json: Json, inList = false): Set<string> {
  const found = new Set<string>();
  const add = (names: Iterable<string>) => [...names].forEach((name) => found.add(name));
  if (typeof json === "string") return inList ? new Set([json]) : found;
  if (Array.isArray(json)) json.forEach((each) => add(namesIn(each, inList)));
  else if (isObject(json)) {
    for (const [key, value] of Object.entries(json)) {
      if (key === "allowDisagreement") continue;
      add(namesIn(value, key === "names" || key === "of" || (inList && key === "name")));
    }
  }
  return found;
}

function parseDemands(json: Json | undefined, acceptors: readonly string[], place: Place): Demands {
  if (json === undefined || json === null) return [];
  if (!isObject(json)) {
    return place.fail('is no object; write {"Alice": {"threshold": …, "of": […]}}');
  }
  const demands: (SetRule | undefined)[] = acceptors.map(() => undefined);
  for (const [name, rule] of Object.entries(json)) {
    const index = acceptors.indexOf(name);
    const here = place.field(name);
    if (index === -1) {
      return here.fail(`${quote(name)} is not an acceptor${didYouMean(name, acceptors)}`);
    }
    demands[index] = normaliseRule(parseRule(rule, acceptors, here));
  }
  return demands;
}

/** A learner graph as its file has it. */
export interface GraphFileJson {
  /** Sorted. */
  readonly acceptors: readonly string[];
  /** Absent if nobody has any. */
  readonly demands?: Readonly<Record<string, SetJson>>;
  /** Quorums by learner. */
  readonly learners: Readonly<Record<string, { readonly quorums: readonly SetJson[] }>>;
  /** Safe sets by pair, each pair in one direction. */
  readonly safetySets: Readonly<
    Record<
      string,
      { readonly safetySets: Readonly<Record<string, { readonly quorums: readonly SetJson[] }>> }
    >
  >;
  /** Absent if everybody agrees with somebody. */
  readonly allowDisagreement?: readonly string[];
  /** Absent for the default. */
  readonly rules?: "HP2";
}

/** A graph as a file has it: what {@linkcode parseGraphFile} reads. */
export function graphFileJson(spec: LearnerGraphSpec, demands: Demands = []): GraphFileJson {
  const { acceptors, learners } = spec;
  const sets = (rule: SetRule) => ({ quorums: ruleJson(normaliseRule(rule), acceptors) });
  const safety: Record<string, { safetySets: Record<string, ReturnType<typeof sets>> }> = {};
  for (const { a, b, safe } of spec.safety) {
    const edges = safety[learners[a]!] ??= { safetySets: {} };
    edges.safetySets[learners[b]!] = sets(safe);
  }
  const lonely = learners.filter((_, i) => !spec.safety.some(({ a, b }) => a === i || b === i));
  const demanded = demands.flatMap((rule, i): [string, SetJson][] => {
    if (rule === undefined) return [];
    const [only, ...more] = ruleJson(normaliseRule(rule), acceptors);
    const any = { threshold: 1, of: [only!, ...more].map(memberJson) };
    return [[acceptors[i]!, more.length === 0 ? only! : any]];
  });
  return {
    acceptors,
    ...demanded.length === 0 ? {} : { demands: Object.fromEntries(demanded) },
    learners: Object.fromEntries(learners.map((name, i) => [name, sets(spec.quorums[i]!)])),
    safetySets: safety,
    ...lonely.length === 0 ? {} : { allowDisagreement: lonely },
    ...spec.burial === "HP2" ? { rules: "HP2" } : {},
  };
}

function memberJson(set: SetJson): string | ThresholdJson {
  if (!("names" in set)) return set;
  return set.names.length === 1 ? set.names[0]! : { threshold: set.names.length, of: set.names };
}

/** The acceptors that no rule of the graph mentions. */
export function unmentioned({ acceptors, quorums }: LearnerGraphSpec): readonly string[] {
  const mentioned = quorums.reduce((set, rule) => set | mentionedBy(rule), 0n);
  return acceptors.filter((_, i) => !membersOf(mentioned).includes(i));
}
