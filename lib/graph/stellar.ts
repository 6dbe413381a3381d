/**
 * Networks in which every node publishes whom it listens to, as Stellar's network explorers list
 * them: from nodes with quorum sets to acceptors with demands, and learners.
 *
 * @module
 */

import { membersOf } from "../core/acceptor_set.ts";
import type { LearnerGraphSpec } from "../core/learner_graph.ts";
import { type SetRule, thresholdOf } from "../core/quorum.ts";
import type { AcceptorIndex } from "../core/types.ts";
import { type Demands, makeClosing } from "./demands.ts";
import { simplify } from "./simplify.ts";
import { ruleText } from "./symmetry.ts";

/** Satisfied when at least `threshold` of its members are. */
export interface QuorumSet {
  /** How many. */
  readonly threshold: number;
  /** Public keys. */
  readonly validators: readonly string[];
  /** Nested ones. */
  readonly innerQuorumSets: readonly QuorumSet[];
}

/** What is known of a node. */
export interface StellarNode {
  /** Unique. */
  readonly publicKey: string;
  /** Whom it listens to; undefined if it does not say. */
  readonly quorumSet: QuorumSet | undefined;
  /** For people; perhaps not unique. */
  readonly name: string | undefined;
}

/** Who runs which nodes. */
export interface StellarOrganization {
  /** For people. */
  readonly name: string;
  /** Public keys. */
  readonly validators: readonly string[];
}

/** Which learners a network is given. */
export type LearnerChoice = "quorum-sets" | "nodes" | "organizations" | "network";

/** All that there may be. */
export const LEARNER_CHOICES = ["quorum-sets", "nodes", "organizations", "network"] as const;

/** A network as a learner graph without safe sets, and what was made of it on the way. */
export interface ImportedNetwork {
  /** Acceptors are the nodes left; safe sets are for others to choose. */
  readonly spec: LearnerGraphSpec;
  /** By acceptor; empty if the rules of learners say everything by themselves. */
  readonly demands: Demands;
  /** By acceptor. */
  readonly publicKeys: readonly string[];
  /** By learner: the public keys of the nodes it stands for. */
  readonly standsFor: readonly (readonly string[])[];
  /** Public keys of nodes that publish no quorum set. */
  readonly silent: readonly string[];
  /** Public keys of nodes that publish one which can never be met. */
  readonly unsatisfiable: readonly string[];
  /** Public keys that quorum sets name and the list lacks. */
  readonly absent: readonly string[];
}

/** A network in which no node can ever be satisfied. */
export class NoQuorumError extends Error {}

/**
 * Makes a learner graph of a network. A set of nodes is a quorum if it meets the quorum set of each
 * member. Nodes in no quorum whatever are left out, and with them every mention of them: thresholds
 * stay what they are.
 *
 * @param naming How acceptors and learners are called, given a key and a name; unique.
 * @throws NoQuorumError if no node is left.
 */
export function importNetwork(
  nodes: readonly StellarNode[],
  organizations: readonly StellarOrganization[],
  choice: LearnerChoice,
  naming: (node: StellarNode) => string,
): ImportedNetwork {
  const known = new Map(nodes.map((node, index) => [node.publicKey, index]));
  const rules = nodes.map(({ quorumSet }) =>
    quorumSet === undefined ? undefined : ruleOf(quorumSet, (key) => known.get(key))
  );
  const able = rules.reduce((set, rule, i) => rule ? set | 1n << BigInt(i) : set, 0n);
  const left = membersOf(makeClosing(rules)(able))
    .sort((a, b) => naming(nodes[a]!) < naming(nodes[b]!) ? -1 : 1);
  if (left.length === 0) throw new NoQuorumError("no node of the network can ever be satisfied");
  const places = new Map(left.map((index, place) => [nodes[index]!.publicKey, place]));
  const demands = left.map((index) =>
    simplify(ruleOf(nodes[index]!.quorumSet!, (key) => places.get(key))!)
  );
  const learners = learnersOf(
    choice,
    left.map((index) => nodes[index]!),
    organizations,
    demands,
    naming,
  );
  const spec: LearnerGraphSpec = {
    acceptors: left.map((index) => naming(nodes[index]!)),
    learners: learners.map(({ name }) => name),
    quorums: learners.map(({ rule }) => rule),
    safety: [],
    burial: "TECHNICAL_REPORT",
  };
  const mentioned = nodes.flatMap(({ quorumSet }) =>
    quorumSet === undefined ? [] : keysIn(quorumSet)
  );
  return {
    spec,
    demands: choice !== "network" && saysEverything(spec.quorums, demands) ? [] : demands,
    publicKeys: left.map((index) => nodes[index]!.publicKey),
    standsFor: learners.map(({ keys }) => keys),
    silent: nodes.flatMap((node) => node.quorumSet === undefined ? [node.publicKey] : []),
    unsatisfiable: nodes.flatMap(({ publicKey, quorumSet }) =>
      quorumSet !== undefined && !places.has(publicKey) ? [publicKey] : []
    ),
    absent: [...new Set(mentioned.filter((key) => !known.has(key)))].sort(),
  };
}

/** The rule of a quorum set; undefined if it can never be met. */
function ruleOf(
  { threshold, validators, innerQuorumSets }: QuorumSet,
  indexOf: (publicKey: string) => AcceptorIndex | undefined,
): SetRule | undefined {
  const leaves = validators.flatMap((key): SetRule[] => {
    const index = indexOf(key);
    return index === undefined ? [] : [{ kind: "acceptor", index }];
  });
  const inner = innerQuorumSets.flatMap((set) => ruleOf(set, indexOf) ?? []);
  const of = [...leaves, ...inner];
  return threshold < 1 || threshold > of.length ? undefined : { kind: "threshold", threshold, of };
}

function keysIn({ validators, innerQuorumSets }: QuorumSet): string[] {
  return [...validators, ...innerQuorumSets.flatMap(keysIn)];
}

interface NewLearner {
  readonly name: string;
  readonly rule: SetRule;
  readonly keys: readonly string[];
}

function learnersOf(
  choice: LearnerChoice,
  nodes: readonly StellarNode[],
  organizations: readonly StellarOrganization[],
  demands: readonly SetRule[],
  naming: (node: StellarNode) => string,
): NewLearner[] {
  const keys = nodes.map(({ publicKey }) => publicKey);
  if (choice === "network") {
    return [{ name: "network", rule: thresholdOf(1, keys.map((_, i) => i)), keys }];
  }
  if (choice === "nodes") {
    return nodes.map((node, i) => ({ name: naming(node), rule: demands[i]!, keys: [keys[i]!] }));
  }
  const groups = new Map<string, { name: string; members: number[] }>();
  if (choice === "organizations") {
    for (const { name, validators } of organizations) {
      const members = validators.map((key) => keys.indexOf(key)).filter((index) => index !== -1);
      if (members.length > 0) groups.set(name, { name, members });
    }
  } else {
    demands.forEach((rule, i) => {
      const text = ruleText(rule);
      const home = groups.get(text) ?? { name: naming(nodes[i]!), members: [] };
      home.members.push(i);
      groups.set(text, home);
    });
  }
  return [...groups.values()]
    .sort((a, b) => a.name < b.name ? -1 : 1)
    .map(({ name, members }) => {
      const of = members.map((index) => demands[index]!);
      return {
        name,
        rule: simplify({ kind: "threshold", threshold: 1, of }),
        keys: members.map((index) => keys[index]!),
      };
    });
}

/** Whether all whom a learner's rule mentions demand that very rule: then it needs no closing. */
function saysEverything(rules: readonly SetRule[], demands: readonly SetRule[]): boolean {
  return rules.every((rule) => {
    const text = ruleText(rule);
    const agrees = (each: SetRule): boolean =>
      each.kind === "acceptor"
        ? ruleText(demands[each.index]!) === text
        : each.of.every((operand) => agrees(operand));
    return agrees(rule);
  });
}
