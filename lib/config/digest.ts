/**
 * The digest of a configuration: a hash of what all members of a cluster must agree on, in four
 * parts, so that two who differ can tell in what.
 *
 * Each part is the hash of a domain tag and its fields; counts and lengths are four bytes,
 * big-endian, and precede what they count. Names are UTF-8, rules as `encodeRule` has them:
 *
 * ```text
 * acceptors:   "hetpaxos/v1/config/acceptors\0" count (name publicKey)…      by name
 * learners:    "hetpaxos/v1/config/learners\0" count (name rule)…            by name
 * safety sets: "hetpaxos/v1/config/safety\0" count (name name rule)…         by names
 *              count name…                                the learners of allowDisagreement
 * rules:       "hetpaxos/v1/config/rules\0" name
 * whole:       "hetpaxos/v1/config\0" acceptors learners safetySets rules
 * ```
 *
 * Public keys are SubjectPublicKeyInfo, DER. Private keys, certificates, hosts, ports, clients,
 * proposals and settings are not covered: they may differ, or change, without a new cluster.
 *
 * @module
 */

import { ByteWriter } from "../wire/byte_writer.ts";
import { tag } from "../wire/canonical.ts";
import type { ParsedGraph } from "./graph.ts";
import { equalBytes } from "../wire/hex.ts";
import { encodeRule } from "./rule.ts";

/** Parts of the digest that can differ on their own, by the names of the protobuf fields. */
export const DIGEST_PARTS = ["acceptors", "learners", "safetySets", "rules"] as const;

/** One of {@linkcode DIGEST_PARTS}. */
export type DigestPart = typeof DIGEST_PARTS[number];

/** Digest of a configuration, 32 bytes each. */
export type ConfigDigests = Readonly<Record<DigestPart | "whole", Uint8Array<ArrayBuffer>>>;

/**
 * Computes the digest of a configuration.
 *
 * @param publicKeys SubjectPublicKeyInfo DER by acceptor index.
 * @param hash SHA3-256.
 */
export function digestConfig(
  graph: ParsedGraph,
  publicKeys: readonly Uint8Array[],
  hash: (bytes: Uint8Array) => Uint8Array<ArrayBuffer>,
): ConfigDigests {
  const parts = {
    acceptors: hash(acceptorBytes(graph, publicKeys)),
    learners: hash(learnerBytes(graph)),
    safetySets: hash(safetyBytes(graph)),
    rules: hash(part("rules").text(graph.spec.burial).finish()),
  };
  const writer = new ByteWriter().raw(tag("hetpaxos/v1/config"));
  for (const name of DIGEST_PARTS) writer.raw(parts[name]);
  return { whole: hash(writer.finish()), ...parts };
}

/** Which parts of two digests differ; empty if none does. */
export function differingParts(
  ours: Readonly<Record<DigestPart, Uint8Array>>,
  theirs: Readonly<Record<DigestPart, Uint8Array>>,
): DigestPart[] {
  return DIGEST_PARTS.filter((name) => !equalBytes(ours[name], theirs[name]));
}

function part(name: string): ByteWriter {
  return new ByteWriter().raw(tag(`hetpaxos/v1/config/${name}`));
}

function acceptorBytes({ spec }: ParsedGraph, publicKeys: readonly Uint8Array[]): Uint8Array {
  const writer = part("acceptors").u32(spec.acceptors.length);
  spec.acceptors.forEach((name, i) => writer.text(name).prefixed(publicKeys[i]!));
  return writer.finish();
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
