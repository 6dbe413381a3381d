/**
 * The digest of a configuration: a hash of what all members of a cluster must agree on, in parts,
 * so that two who differ can tell in what.
 *
 * Each part is the hash of a domain tag and its fields; counts and lengths are four bytes,
 * big-endian, and precede what they count. Names are UTF-8, rules as `encodeRule` has them:
 *
 * ```text
 * acceptors:   "hetpaxos/v2/config/acceptors\0" count (name publicKey)…      by name
 * learners:    "hetpaxos/v2/config/learners\0" count (name rule)…            by name
 * safety sets: "hetpaxos/v2/config/safety\0" count (name name rule)…         by names
 *              count name…                                the learners of allowDisagreement
 * rules:       "hetpaxos/v2/config/rules\0" name
 * proposers:   "hetpaxos/v2/config/proposers\0" count (name publicKey)…      by name
 * windows:     "hetpaxos/v2/config/windows\0" windowMsMin count name…        the rotation in turn
 * log:         "hetpaxos/v2/config/log\0" windowMax spreadMax checkpointEvery clientsMax
 * whole:       "hetpaxos/v2/config\0" acceptors learners safetySets rules proposers windows [log]
 * ```
 *
 * The part of the log is absent where there is none.
 *
 * Public keys are SubjectPublicKeyInfo, DER. Private keys, certificates, hosts, ports, clients
 * that are not declared proposers, proposals and all other settings are not covered: they may differ,
 * or change, without a new cluster.
 *
 * @module
 */

import { ByteWriter } from "../wire/byte_writer.ts";
import { tag } from "../wire/canonical.ts";
import type { LogSettings } from "../log/types.ts";
import type { ParsedGraph } from "./graph.ts";
import { equalBytes } from "../wire/hex.ts";
import { encodeRule } from "./rule.ts";

/** Parts of the digest that can differ on their own, by the names of the protobuf fields. */
export const DIGEST_PARTS = [
  "acceptors",
  "learners",
  "safetySets",
  "rules",
  "proposers",
  "windows",
] as const;

/** One of {@linkcode DIGEST_PARTS}. */
export type DigestPart = typeof DIGEST_PARTS[number];

/** Digest of a configuration, 32 bytes each. */
export type ConfigDigests = Readonly<Record<DigestPart | "whole", Uint8Array<ArrayBuffer>>> & {
  /** Of the settings of the log that all must agree on; undefined if there is none. */
  readonly log?: Uint8Array<ArrayBuffer> | undefined;
};

/** What of a log all must agree on. */
export type DigestedLog = Pick<
  LogSettings,
  "windowMax" | "spreadMax" | "checkpointEvery" | "clientsMax"
>;

/** Who may propose, and when: what the digest covers besides the graph. */
export interface DigestedProposers {
  /** Name and SubjectPublicKeyInfo DER of each declared proposer, by name. */
  readonly declared: readonly { readonly name: string; readonly publicKey: Uint8Array }[];
  /** Names of those that have windows, in turn. */
  readonly rotation: readonly string[];
  /** In milliseconds. */
  readonly windowMsMin: number;
}

/**
 * Computes the digest of a configuration.
 *
 * @param publicKeys SubjectPublicKeyInfo DER by acceptor index.
 * @param hash SHA3-256.
 * @param log Undefined if instances are no log.
 */
export function digestConfig(
  graph: ParsedGraph,
  publicKeys: readonly Uint8Array[],
  proposers: DigestedProposers,
  hash: (bytes: Uint8Array) => Uint8Array<ArrayBuffer>,
  log?: DigestedLog,
): ConfigDigests {
  const parts = {
    acceptors: hash(acceptorBytes(graph, publicKeys)),
    learners: hash(learnerBytes(graph)),
    safetySets: hash(safetyBytes(graph)),
    rules: hash(part("rules").text(graph.spec.burial).finish()),
    proposers: hash(proposerBytes(proposers)),
    windows: hash(windowBytes(proposers)),
  };
  const writer = new ByteWriter().raw(tag("hetpaxos/v2/config"));
  for (const name of DIGEST_PARTS) writer.raw(parts[name]);
  if (log === undefined) return { whole: hash(writer.finish()), ...parts };
  const ofLog = hash(logBytes(log));
  return { whole: hash(writer.raw(ofLog).finish()), ...parts, log: ofLog };
}

/** Which parts of two digests differ; empty if none does. */
export function differingParts(
  ours: Readonly<Record<DigestPart, Uint8Array>>,
  theirs: Readonly<Record<DigestPart, Uint8Array>>,
): DigestPart[] {
  return DIGEST_PARTS.filter((name) => !equalBytes(ours[name], theirs[name]));
}

function part(name: string): ByteWriter {
  return new ByteWriter().raw(tag(`hetpaxos/v2/config/${name}`));
}

function acceptorBytes({ spec }: ParsedGraph, publicKeys: readonly Uint8Array[]): Uint8Array {
  const writer = part("acceptors").u32(spec.acceptors.length);
  spec.acceptors.forEach((name, i) => writer.text(name).prefixed(publicKeys[i]!));
  return writer.finish();
}

function proposerBytes({ declared }: DigestedProposers): Uint8Array {
  const writer = part("proposers").u32(declared.length);
  for (const { name, publicKey } of declared) writer.text(name).prefixed(publicKey);
  return writer.finish();
}

function windowBytes({ rotation, windowMsMin }: DigestedProposers): Uint8Array {
  const writer = part("windows").u32(windowMsMin).u32(rotation.length);
  for (const name of rotation) writer.text(name);
  return writer.finish();
}

function logBytes({ windowMax, spreadMax, checkpointEvery, clientsMax }: DigestedLog): Uint8Array {
  return part("log").u32(windowMax).u32(spreadMax).u32(checkpointEvery).u32(clientsMax).finish();
}

function learnerBytes({ spec }: ParsedGraph): Uint8Array {
  const writer = part("learners").u32(spec.learners.length);
  spec.learners.forEach((name, i) =>
    writer.text(name).raw(encodeRule(spec.quorums[i]!, spec.acceptors))
  );
  return writer.finish();
}

function safetyBytes({ spec, allowDisagreement }: ParsedGraph): Uint8Array {
  const writer = part("safety").u32(spec.safety.length);
  for (const { a, b, safe } of spec.safety) {
    writer.text(spec.learners[a]!).text(spec.learners[b]!).raw(encodeRule(safe, spec.acceptors));
  }
  writer.u32(allowDisagreement.length);
  for (const learner of allowDisagreement) writer.text(spec.learners[learner]!);
  return writer.finish();
}
