/**
 * The form of a document that proves an equivocation (docs/EVIDENCE.md). What it says is judged in
 * evidence.ts.
 *
 * @module
 */

import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { DIGEST_PARTS, type DigestPart } from "../config/digest.ts";
import {
  type ConsensusMessage,
  type ConsensusMessageJson,
  ConsensusMessageSchema,
} from "../wire/gen/hetpaxos/v1/consensus_pb.ts";

/** What `format` is in every document. */
export const EVIDENCE_FORMAT = "hetpaxos-evidence";

/** What `version` is in the documents made here, the only ones that are understood. */
export const EVIDENCE_VERSION = 2;

/** The parts of a configuration digest that a document has. */
export const EVIDENCE_DIGESTS = ["whole", ...DIGEST_PARTS] as const;

/** One of the two messages. Hex is in lower case. */
export type EvidenceMessageJson = {
  /** SHA3-256 of the canonical bytes, hex. */
  readonly id: string;
  /** What is signed, hex. */
  readonly canonicalBytes: string;
  /** Hex. */
  readonly signature: string;
  /** The message as it travels, signature included. */
  readonly message: ConsensusMessageJson;
};

/** A document that proves that an acceptor equivocated. */
export type EvidenceJson = {
  /** Tells what it is. */
  readonly format: typeof EVIDENCE_FORMAT;
  /** Tells how to read the rest. */
  readonly version: typeof EVIDENCE_VERSION;
  /** Of the configuration under which the messages were signed, hex. */
  readonly configDigest: Readonly<Record<DigestPart | "whole", string>>;
  /** Decimal. */
  readonly instance: string;
  /** Who equivocated; the public key is SubjectPublicKeyInfo, DER, in base64. */
  readonly acceptor: { readonly name: string; readonly publicKey: string };
  /** In the order of their ids. */
  readonly messages: readonly EvidenceMessageJson[];
};

/** Why a document proves nothing. */
export const EVIDENCE_FLAWS = [
  "MALFORMED", // not JSON, or not the fields that a document has
  "VERSION", // of a format that is not known here
  "CONFIGURATION", // under another configuration
  "SIGNER", // the acceptor is not in the configuration, or not the signer of both messages
  "INSTANCE", // a message of another instance
  "NOT_CANONICAL", // a message that no acceptor accepts
  "TAMPERED", // parts of it that do not belong together
  "SIGNATURE", // a signature that is not the acceptor's
  "SAME_MESSAGE", // one message twice
  "NO_FORK", // messages with different predecessors
] as const;

/** One of {@linkcode EVIDENCE_FLAWS}, with a line for people that begins with a verb. */
export interface EvidenceFlaw {
  /** For programs. */
  readonly flaw: typeof EVIDENCE_FLAWS[number];
  /** For people. */
  readonly detail: string;
}

/** A document whose form is right, and of which nothing else is known. */
export interface ReadEvidence extends Omit<EvidenceJson, "instance" | "messages"> {
  /** Not yet known to be one that exists. */
  readonly instance: bigint;
  /** Two. */
  readonly messages: readonly ReadEvidenceMessage[];
}

/** As {@linkcode EvidenceMessageJson}. */
export interface ReadEvidenceMessage extends Omit<EvidenceMessageJson, "message"> {
  /** What it is. */
  readonly message: ConsensusMessage;
}

/** Tells a flaw from the result it stands in for. */
export function isEvidenceFlaw(x: unknown): x is EvidenceFlaw {
  return typeof x === "object" && x !== null && "flaw" in x;
}

/** Checks the form of a document: MALFORMED or of a VERSION that is not known, if it is wrong. */
export function readEvidence(json: unknown): ReadEvidence | EvidenceFlaw {
  try {
    return readDocument(json);
  } catch (error) {
    if (error instanceof WrongForm) return error.flaw;
    throw error;
  }
}

class WrongForm extends Error {
  constructor(readonly flaw: EvidenceFlaw) {
    super(flaw.detail);
  }
}

function fail(detail: string, flaw: EvidenceFlaw["flaw"] = "MALFORMED"): never {
  throw new WrongForm({ flaw, detail });
}

type Fields<K extends string> = Readonly<Record<K, unknown>>;

/** An object with exactly these fields: what nobody reads could say what nobody has checked. */
function fieldsOf<const K extends string>(json: unknown, where: string, keys: readonly K[]) {
  const object = objectOf(json, where);
  const missing = keys.find((key) => !Object.hasOwn(object, key));
  if (missing !== undefined) fail(`lacks ${pathOf(where, missing)}`);
  const unknown = Object.keys(object).find((key) => !(keys as readonly string[]).includes(key));
  if (unknown !== undefined) fail(`has a field that is not known: ${pathOf(where, unknown)}`);
  return object as Fields<K>;
}

function objectOf(json: unknown, where: string): object {
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json;
  return fail(where === "" ? "is not an object" : `has something else than an object as ${where}`);
}

function pathOf(where: string, key: string): string {
  return where === "" ? key : `${where}.${key}`;
}

function textOf(json: unknown, where: string, pattern = /^[^]+$/, what = "text"): string {
  if (typeof json === "string" && pattern.test(json)) return json;
  return fail(`has something else than ${what} as ${where}`);
}

function hexOf(json: unknown, where: string): string {
  return textOf(json, where, /^[0-9a-f]+$/, "lower-case hex digits");
}

function readDocument(json: unknown): ReadEvidence {
  const { format, version } = objectOf(json, "") as { format?: unknown; version?: unknown };
  if (format !== EVIDENCE_FORMAT) {
    fail(`is not evidence: its format is not "${EVIDENCE_FORMAT}"`);
  }
  if (version !== EVIDENCE_VERSION) {
    const shown = JSON.stringify(version)?.slice(0, 20) ?? "missing";
    fail(`has version ${shown}; ${EVIDENCE_VERSION} is the only one known here`, "VERSION");
  }
  const keys = ["format", "version", "configDigest", "instance", "acceptor", "messages"] as const;
  const document = fieldsOf(json, "", keys);
  const digest = fieldsOf(document.configDigest, "configDigest", EVIDENCE_DIGESTS);
  const { name, publicKey } = fieldsOf(document.acceptor, "acceptor", ["name", "publicKey"]);
  const { messages } = document;
  if (!Array.isArray(messages) || messages.length !== 2) fail("does not have two messages");
  const digits = textOf(document.instance, "instance", /^(0|[1-9][0-9]{0,19})$/, "digits");
  return {
    format,
    version,
    configDigest: Object.fromEntries(
      EVIDENCE_DIGESTS.map((part) => [part, hexOf(digest[part], `configDigest.${part}`)]),
    ) as EvidenceJson["configDigest"],
    instance: BigInt(digits),
    acceptor: {
      name: textOf(name, "acceptor.name"),
      publicKey: textOf(publicKey, "acceptor.publicKey"),
    },
    messages: messages.map((message, i) => readMessage(message, `messages[${i}]`)),
  };
}

function readMessage(json: unknown, where: string): ReadEvidenceMessage {
  const fields = fieldsOf(json, where, ["id", "canonicalBytes", "signature", "message"]);
  return {
    id: hexOf(fields.id, `${where}.id`),
    canonicalBytes: hexOf(fields.canonicalBytes, `${where}.canonicalBytes`),
    signature: hexOf(fields.signature, `${where}.signature`),
    message: readProtobuf(fields.message, `${where}.message`),
  };
}

function readProtobuf(json: unknown, where: string): ConsensusMessage {
  try {
    return fromJson(ConsensusMessageSchema, json as JsonValue);
  } catch (error) {
    const line = error instanceof Error ? error.message.split("\n", 1)[0]! : String(error);
    return fail(`has a wrong ${where}: ${line.slice(0, 200)}`);
  }
}
