/**
 * From a configuration to the learner graph: quorums, safe sets, and which pairs they belong to.
 *
 * @module
 */

import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import type { LearnerGraphSpec } from "../core/learner_graph.ts";
import type { SetRule } from "../core/quorum.ts";
import type { AcceptorIndex, BurialRule, LearnerIndex } from "../core/types.ts";
import {
  type Config,
  type MinimalQuorums,
  type Quorum,
  QuorumSchema,
  Rules,
} from "../wire/gen/hetpaxos/v1/config_pb.ts";
import { compareNames, didYouMean, listNames, nameFault } from "../wire/names.ts";
import { type Place, quote } from "../wire/place.ts";
import type { Json } from "../wire/json_text.ts";
import { normaliseRule } from "./rule.ts";
import { checkShape } from "./shape.ts";

/** What a configuration says of its learner graph. */
export interface ParsedGraph {
  /** Rules in normal form. */
  readonly spec: LearnerGraphSpec;
  /** Learners that nobody need agree with, sorted and without repetition. */
  readonly allowDisagreement: readonly LearnerIndex[];
}

/** Who may be named where a rule is expected. */
interface Known {
  readonly acceptors: ReadonlyMap<string, AcceptorIndex>;
  readonly clients: readonly string[];
}

/**
 * Reads the learner graph. Whether it is valid is for `checkGraph` to say.
 *
 * @param acceptors Names, sorted.
 * @param clients Names of addresses that are not acceptors, for a better message.
 * @throws OperatorError at the first mistake: no learners, an unknown name, an empty or impossible
 * quorum or safe set.
 */
export function parseGraph(
  config: Config,
  acceptors: readonly string[],
  clients: readonly string[],
  root: Place,
): ParsedGraph {
  const known = { acceptors: indicesOf(acceptors), clients };
  const learners = learnerNames(config, root.field("learners"));
  const indices = indicesOf(learners);
  const quorums = learners.map((name) => {
    const place = root.field("learners").field(name).field("quorums");
    return parseSets(config.learners[name]!, place, known, "quorum");
  });
  const spec = {
    acceptors,
    learners,
    quorums,
    safety: parseSafety(config, indices, known, root.field("safetySets")),
    burial: burialRule(config.rules),
  };
  const place = root.field("allowDisagreement");
  const allowed = config.allowDisagreement.map((name, i) =>
    learnerNamed(name, indices, place.item(i))
  );
  return { spec, allowDisagreement: [...new Set(allowed)].sort((a, b) => a - b) };
}

/**
 * Reads one rule as it is written where a quorum may stand.
 *
 * @param acceptors Names, sorted.
 * @throws OperatorError as {@linkcode parseGraph}.
 */
export function parseRule(json: Json, acceptors: readonly string[], place: Place): SetRule {
  const set = fromJson(QuorumSchema, checkShape(QuorumSchema, json, place) as JsonValue);
  return parseSet(set, place, { acceptors: indicesOf(acceptors), clients: [] }, "rule");
}

/** Positions by name. */
function indicesOf(names: readonly string[]): Map<string, number> {
  return new Map(names.map((name, index) => [name, index]));
}

function learnerNames(config: Config, place: Place): string[] {
  const names = Object.keys(config.learners);
  if (names.length === 0) place.fail("has no learners; add at least one with its quorums");
  for (const name of names) {
    const fault = nameFault(name);
    if (fault !== undefined) place.fail(`the learner name ${quote(name)} ${fault}`);
  }
  return names.sort(compareNames);
}

function burialRule(rules: Rules): BurialRule {
  return rules === Rules.HP2 ? "HP2" : "TECHNICAL_REPORT";
}

function learnerNamed(
  name: string,
  indices: ReadonlyMap<string, LearnerIndex>,
  place: Place,
): LearnerIndex {
  const index = indices.get(name);
  if (index === undefined) {
    const hint = didYouMean(name, indices.keys()) ||
      `; the learners are ${listNames([...indices.keys()])}`;
    return place.fail(`${quote(name)} is not a learner${hint}`);
  }
  return index;
}

/** A pair may be listed at either learner or at both; then what either lists counts. */
function parseSafety(
  config: Config,
  learners: ReadonlyMap<string, LearnerIndex>,
  known: Known,
  root: Place,
): LearnerGraphSpec["safety"] {
  const pairs = new Map<string, { a: LearnerIndex; b: LearnerIndex; rules: SetRule[] }>();
  for (const [from, edges] of Object.entries(config.safetySets)) {
    const here = root.field(from);
    const one = learnerNamed(from, learners, here);
    for (const [to, sets] of Object.entries(edges.safetySets)) {
      const place = here.field("safetySets").field(to);
      const other = learnerNamed(to, learners, place);
      const rule = parseSets(sets, place.field("quorums"), known, "safe set");
      const [a, b] = one < other ? [one, other] : [other, one];
      const pair = pairs.get(`${a} ${b}`) ?? { a, b, rules: [] };
      pair.rules.push(rule);
      pairs.set(`${a} ${b}`, pair);
    }
  }
  return [...pairs.values()]
    .sort((p, q) => p.a - q.a || p.b - q.b)
    .map(({ a, b, rules }) => ({ a, b, safe: normaliseRule(anyRule(rules)) }));
}

function anyRule(rules: readonly SetRule[]): SetRule {
  return { kind: "threshold", threshold: 1, of: rules };
}

function parseSets(
  sets: MinimalQuorums,
  place: Place,
  known: Known,
  what: "quorum" | "safe set",
): SetRule {
  if (sets.quorums.length === 0) {
    const advice = what === "safe set" ? ", or leave the pair out" : "";
    place.fail(`is empty; list at least one ${what}${advice}`);
  }
  const rules = sets.quorums.map((set, i) => parseSet(set, place.item(i), known, what));
  return normaliseRule(anyRule(rules));
}

function parseSet(set: Quorum, place: Place, known: Known, what: string): SetRule {
  const { names, threshold, of } = set;
  if (names.length > 0) {
    if (of.length > 0) place.fail('has "names" and "of"; use one of them');
    if (threshold > 0) {
      place.field("threshold").fail('does not go with "names" (all of them); use "of"');
    }
    const rules = parseNames(names.map((name, i) => [name, place.field("names").item(i)]), known);
    return { kind: "threshold", threshold: names.length, of: rules };
  }
  if (of.length === 0) {
    place.fail(`is an empty ${what}, which everybody would satisfy; name acceptors`);
  }
  if (threshold < 1 || threshold > of.length) {
    const found = threshold === 0 ? "is missing or 0" : `is ${threshold}`;
    place.field("threshold").fail(
      `${found}; of ${of.length}, at least 1 and at most ${of.length} can be asked for`,
    );
  }
  return { kind: "threshold", threshold, of: parseMembers(of, place.field("of"), known, what) };
}

function parseMembers(
  members: Quorum["of"],
  place: Place,
  known: Known,
  what: string,
): SetRule[] {
  const names: [string, Place][] = [];
  const nested: SetRule[] = [];
  members.forEach(({ member }, i) => {
    if (member.case === "name") names.push([member.value, place.item(i)]);
    else if (member.case === "quorum") {
      nested.push(parseSet(member.value, place.item(i), known, what));
    } else place.item(i).fail("is empty; a name or a threshold is expected");
  });
  return [...parseNames(names, known), ...nested];
}

function parseNames(names: readonly (readonly [string, Place])[], known: Known): SetRule[] {
  const seen = new Set<string>();
  return names.map(([name, place]): SetRule => {
    if (seen.has(name)) place.fail(`${quote(name)} is named twice; one acceptor counts once`);
    seen.add(name);
    const index = known.acceptors.get(name);
    if (index !== undefined) return { kind: "acceptor", index };
    if (known.clients.includes(name)) {
      return place.fail(`${quote(name)} is a client, not an acceptor; clients do not vote`);
    }
    const hint = didYouMean(name, known.acceptors.keys()) ||
      `; the acceptors are ${listNames([...known.acceptors.keys()])}`;
    return place.fail(`${quote(name)} is not an acceptor${hint}`);
  });
}
