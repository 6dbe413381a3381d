/**
 * Documents that prove that an acceptor equivocated, to anybody who has the configuration and
 * trusts nobody: made from a journal, and verified (docs/EVIDENCE.md).
 *
 * @module
 */

import { create, fromBinary, toJson } from "@bufbuild/protobuf";
import type { LearnerGraph } from "../core/learner_graph.ts";
import { isRejection } from "../core/rejection.ts";
import type { AcceptorIndex, AcceptorSet, MessageId } from "../core/types.ts";
import { messageId } from "../crypto/hash.ts";
import { type VerifyingKey, verifySignature } from "../crypto/signatures.ts";
import { canonicalAcceptorMessage } from "../wire/canonical.ts";
import { decodeMessage, encodeMessage, type WireAcceptorMessage } from "../wire/codec.ts";
import {
  ConfigDigestSchema,
  type ConsensusMessage,
  ConsensusMessageSchema,
} from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { fromHex, toHex } from "../wire/hex.ts";
import { quote } from "../wire/place.ts";
import type { ConfigDigests } from "../config/digest.ts";
import { describeMismatch } from "../config/digests.ts";
import {
  EVIDENCE_DIGESTS,
  EVIDENCE_FORMAT,
  EVIDENCE_VERSION,
  type EvidenceFlaw,
  type EvidenceJson,
  type EvidenceMessageJson,
  isEvidenceFlaw,
  type ReadEvidence,
  readEvidence,
  type ReadEvidenceMessage,
} from "./evidence_json.ts";

/** What must be known of a configuration to make or judge evidence: nothing that is private. */
export interface EvidenceContext {
  /** Sorted by name: positions are acceptor indices. */
  readonly acceptors: readonly {
    /** Unique. */
    readonly name: string;
    /** Its key; of the certificate nothing else is needed. */
    readonly certificate: VerifyingKey;
  }[];
  /** Of the configuration, and of its parts. */
  readonly digest: ConfigDigests;
}

/** What a document has proved: two different messages that its signer signed in one place. */
export interface Equivocation {
  /** 0 to 2^64 - 1. */
  readonly instance: bigint;
  /** Who equivocated. */
  readonly acceptor: string;
  /** Its position among the acceptors. */
  readonly index: AcceptorIndex;
  /** The lower of the two ids. */
  readonly first: MessageId;
  /** The higher one. */
  readonly second: MessageId;
  /** What both messages follow; undefined if each claims to be the signer's first. */
  readonly prev: MessageId | undefined;
}

/** Where messages are kept: a journal, say. */
export interface MessageSource {
  /** The message of this instance with this id, as it travels; undefined if it is not kept. */
  message(instance: bigint, id: MessageId): { readonly bytes: Uint8Array } | undefined;
}

/** Two messages that somebody is said to have equivocated with, as a journal keeps it. */
export interface KeptFork {
  /** Of both messages. */
  readonly instance: bigint;
  /** Who equivocated, by name. */
  readonly acceptor: string;
  /** One of the two. */
  readonly first: MessageId;
  /** The other. */
  readonly second: MessageId;
}

/** Bounds that do not apply: whatever was signed counts. */
const NO_LIMITS = { valueBytesMax: Number.MAX_SAFE_INTEGER, refsMax: Number.MAX_SAFE_INTEGER };

/**
 * The document about two messages of one signer and one instance. Whether they prove anything is
 * for {@linkcode verifyEvidence} to say.
 */
export function makeEvidence(
  { acceptors, digest }: EvidenceContext,
  first: WireAcceptorMessage,
  second: WireAcceptorMessage,
): EvidenceJson {
  const { name, certificate } = acceptors[first.content.signer]!;
  const messages = [first, second].map((wire): EvidenceMessageJson => {
    const scope = { configDigest: digest.whole, instance: wire.instance };
    return {
      id: messageId(digest.whole, wire),
      canonicalBytes: toHex(canonicalAcceptorMessage(scope, wire.content)),
      signature: toHex(wire.signature),
      message: toJson(ConsensusMessageSchema, encodeMessage(wire)),
    };
  });
  return {
    format: EVIDENCE_FORMAT,
    version: EVIDENCE_VERSION,
    configDigest: Object.fromEntries(
      EVIDENCE_DIGESTS.map((part) => [part, toHex(digest[part])]),
    ) as EvidenceJson["configDigest"],
    instance: String(first.instance),
    acceptor: { name, publicKey: certificate.spki.toBase64() },
    messages: messages.toSorted((a, b) => a.id < b.id ? -1 : 1),
  };
}

/**
 * The document about an equivocation that a journal has kept, verified; or what is wrong with what
 * the journal has kept.
 *
 * @throws Whatever the journal throws if it cannot be read.
 */
export function evidenceOf(
  context: EvidenceContext,
  journal: MessageSource,
  { instance, acceptor, first, second }: KeptFork,
): EvidenceJson | EvidenceFlaw {
  const wires: WireAcceptorMessage[] = [];
  for (const id of [first, second]) {
    const kept = journal.message(instance, id);
    if (kept === undefined) return flawed("TAMPERED", `lacks message ${id}`);
    const wire = decodeAcceptorMessage(fromBinary(ConsensusMessageSchema, kept.bytes), id);
    if (isEvidenceFlaw(wire)) return wire;
    wires.push(wire);
  }
  const signer = context.acceptors[wires[0]!.content.signer]?.name;
  if (signer !== acceptor) return flawed("SIGNER", `has a message of ${signer}, not ${acceptor}`);
  const document = makeEvidence(context, wires[0]!, wires[1]!);
  const proved = verifyEvidence(context, document);
  return isEvidenceFlaw(proved) ? proved : document;
}

/**
 * Judges a document from anywhere: what it proves under this configuration, or why it proves
 * nothing. Takes two verifications of signatures, and time linear in its size.
 *
 * @param json As JSON was parsed; nothing is expected of it.
 */
export function verifyEvidence(
  context: EvidenceContext,
  json: unknown,
): Equivocation | EvidenceFlaw {
  const read = readEvidence(json);
  if (isEvidenceFlaw(read)) return read;
  const flaw = checkConfiguration(context, read);
  if (flaw !== undefined) return flaw;
  const index = context.acceptors.findIndex(({ name }) => name === read.acceptor.name);
  const acceptor = context.acceptors[index];
  if (acceptor === undefined) {
    return flawed("SIGNER", `accuses ${quote(read.acceptor.name)}, who is no acceptor`);
  }
  if (read.acceptor.publicKey !== acceptor.certificate.spki.toBase64()) {
    return flawed("SIGNER", `has another public key for ${acceptor.name} than the configuration`);
  }
  const wires: WireAcceptorMessage[] = [];
  for (const [i, message] of read.messages.entries()) {
    const wire = checkMessage(context, index, read, message, `messages[${i}]`);
    if (isEvidenceFlaw(wire)) return wire;
    wires.push(wire);
  }
  const ids = wires.map((wire) => messageId(context.digest.whole, wire));
  const fork = checkFork(wires, ids);
  if (fork !== undefined) return fork;
  const [first, second] = ids.toSorted();
  return {
    instance: read.instance,
    acceptor: acceptor.name,
    index,
    first: first!,
    second: second!,
    prev: wires[0]!.content.prev,
  };
}

function flawed(flaw: EvidenceFlaw["flaw"], detail: string): EvidenceFlaw {
  return { flaw, detail };
}

function checkConfiguration(
  { digest }: EvidenceContext,
  { configDigest }: ReadEvidence,
): EvidenceFlaw | undefined {
  const odd = EVIDENCE_DIGESTS.find((part) => configDigest[part].length !== 64);
  if (odd !== undefined) return flawed("MALFORMED", `has no digest as configDigest.${odd}`);
  const parts = EVIDENCE_DIGESTS.map((part) => [part, fromHex(configDigest[part])] as const);
  const theirs = create(ConfigDigestSchema, Object.fromEntries(parts));
  const mismatch = describeMismatch(digest, theirs);
  if (mismatch !== undefined) {
    return flawed("CONFIGURATION", `is of another configuration: ${mismatch}`);
  }
  const wrong = EVIDENCE_DIGESTS.find((part) => configDigest[part] !== toHex(digest[part]));
  if (wrong === undefined) return undefined;
  return flawed("TAMPERED", `has a configDigest.${wrong} that does not belong to its whole`);
}

function decodeAcceptorMessage(
  message: ConsensusMessage,
  where: string,
): WireAcceptorMessage | EvidenceFlaw {
  const wire = decodeMessage(message, NO_LIMITS);
  if (isRejection(wire)) return flawed("NOT_CANONICAL", `${where} is wrong: ${wire.detail}`);
  if (wire.kind === "acceptor") return wire;
  return flawed("NOT_CANONICAL", `${where} is a 1a: a proposer may sign many`);
}

/** Whether a message is what the document says of it, and the acceptor's. */
function checkMessage(
  context: EvidenceContext,
  index: AcceptorIndex,
  { instance, acceptor }: ReadEvidence,
  given: ReadEvidenceMessage,
  where: string,
): WireAcceptorMessage | EvidenceFlaw {
  const wire = decodeAcceptorMessage(given.message, where);
  if (isEvidenceFlaw(wire)) return wire;
  if (wire.instance !== instance) {
    return flawed("INSTANCE", `${where} is of instance ${wire.instance}, not ${instance}`);
  }
  const { signer } = wire.content;
  if (signer !== index) {
    const name = context.acceptors[signer]?.name ?? `acceptor ${signer}, who does not exist`;
    return flawed("SIGNER", `${where} is a message of ${name}, not of ${acceptor.name}`);
  }
  const scope = { configDigest: context.digest.whole, instance };
  const bytes = canonicalAcceptorMessage(scope, wire.content);
  if (given.canonicalBytes !== toHex(bytes)) {
    return flawed("TAMPERED", `${where}.canonicalBytes are not those of its message`);
  }
  if (given.id !== messageId(scope.configDigest, wire)) {
    return flawed("TAMPERED", `${where}.id is not the hash of its message`);
  }
  if (given.signature !== toHex(wire.signature)) {
    return flawed("TAMPERED", `${where}.signature is not the one in its message`);
  }
  const { certificate: { keyKind, publicKey } } = context.acceptors[index]!;
  if (verifySignature(keyKind, publicKey, bytes, wire.signature)) return wire;
  return flawed(
    "SIGNATURE",
    `${where} is not signed by ${acceptor.name} in this instance and cluster`,
  );
}

/** Whether two messages of one acceptor exclude each other. */
function checkFork(
  wires: readonly WireAcceptorMessage[],
  ids: readonly MessageId[],
): EvidenceFlaw | undefined {
  if (ids[0] === ids[1]) return flawed("SAME_MESSAGE", "has one message twice");
  const [a, b] = wires.map(({ content }) => content.prev);
  if (a === b) return undefined;
  if (a === ids[1] || b === ids[0]) {
    return flawed("NO_FORK", "has two messages of which one follows the other, as it should be");
  }
  return flawed("NO_FORK", "has two messages that follow different ones: both may be of one chain");
}

/** Pairs of learners by name, a learner with itself included; sorted. */
export type LearnerPair = readonly [string, string];

/** What is left of the agreement that a learner graph demands. */
export interface Agreement {
  /** Pairs that need not agree any more. */
  readonly voided: readonly LearnerPair[];
  /** Pairs that still must. */
  readonly kept: readonly LearnerPair[];
}

/**
 * Which pairs of the closed graph still must agree if exactly `caught` are not safe, and which did
 * before. Quadratic in the number of learners.
 */
export function agreementWithout(graph: LearnerGraph, caught: AcceptorSet): Agreement {
  const { learners } = graph.spec;
  const [before, after] = [graph.connected(0n), graph.connected(caught)];
  const isIn = (sets: typeof before, a: number, b: number) => ((sets[a]! >> BigInt(b)) & 1n) === 1n;
  const voided: LearnerPair[] = [];
  const kept: LearnerPair[] = [];
  for (let a = 0; a < learners.length; a++) {
    for (let b = a; b < learners.length; b++) {
      if (!isIn(before, a, b)) continue;
      (isIn(after, a, b) ? kept : voided).push([learners[a]!, learners[b]!]);
    }
  }
  return { voided, kept };
}
