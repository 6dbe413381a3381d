/**
 * Proofs of entries as JSON documents (docs/LOG.md). What they say is judged in proof.ts.
 *
 * @module
 */

import type { LearnerGraph } from "../core/learner_graph.ts";
import type { ValueHash } from "../core/types.ts";
import { fromHex, toHex } from "../wire/hex.ts";
import type { Certificate } from "./certificate.ts";
import type { EntryProof } from "./proof.ts";
import type { Checkpoint, LearnerHead, Signed } from "./statement.ts";
import type { LogContext, LogHash, Outcome } from "./types.ts";

/** What `format` is in every document. */
export const PROOF_FORMAT = "hetpaxos-log-proof";

/** What `version` is in the documents made here, the only ones that are understood. */
export const PROOF_VERSION = 1;

/** Outcomes that a document may have. */
export const PROOF_OUTCOMES_MAX = 1_000_000;

/** Statements that a document may have. */
const STATEMENTS_MAX = 10_000;

/**
 * Where a log stands.
 *
 * @example
 * ```ts
 * import { type HeadJson } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const head: HeadJson = { chain: "00".repeat(32), sessions: "11".repeat(32) };
 * assertEquals(head.chain.length, 64);
 * ```
 */
export interface HeadJson {
  /** Over its outcomes. */
  readonly chain: string;
  /** Of its sessions. */
  readonly sessions: string;
}

/**
 * A proof as a document. Hashes, signatures and values are lower-case hex.
 *
 * @example
 * ```ts
 * import { type EntryProofJson } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const about = ({ learner, position }: Pick<EntryProofJson, "learner" | "position">) =>
 *   `${learner} ${position}`;
 * assertEquals(about({ learner: "Eve", position: 7 }), "Eve 7");
 * ```
 */
export interface EntryProofJson {
  /** Tells what it is. */
  readonly format: typeof PROOF_FORMAT;
  /** Tells how to read the rest. */
  readonly version: typeof PROOF_VERSION;
  /** Of the whole configuration. */
  readonly configDigest: string;
  /** By name. */
  readonly learner: string;
  /** Of the entry. */
  readonly position: number;
  /** The chain before it. */
  readonly head: string;
  /** The hash of what was decided, or `closed`. */
  readonly outcomes: readonly string[];
  /** Null for closed. */
  readonly value: string | null;
  /** Says where the log stands after these outcomes. */
  readonly certificate: CertificateJson;
}

/**
 * A certificate, in a document.
 *
 * @example
 * ```ts
 * import { type CertificateJson } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const covers = ({ position }: Pick<CertificateJson, "position">) => position;
 * assertEquals(covers({ position: 128 }), 128);
 * ```
 */
export interface CertificateJson extends HeadJson {
  /** How many outcomes it covers. */
  readonly position: number;
  /** One of each signer. */
  readonly statements: readonly {
    /** By name. */
    readonly signer: string;
    /** By learner, in the order of the learners' names. */
    readonly heads: readonly (HeadJson & { readonly learner: string })[];
    /** Of the statement's canonical bytes. */
    readonly signature: string;
  }[];
}

/** Why a document is not read: not of this form, of another version, or of another configuration. */
export interface UnreadProof {
  /** Which. */
  readonly unread: "MALFORMED" | "VERSION" | "CONFIGURATION";
  /** Where, in words. */
  readonly detail: string;
}

/** What stands for a certificate in a document. */
export function certificateJson(
  { spec }: LearnerGraph,
  { position, chain, sessions, statements }: Certificate,
): CertificateJson {
  return {
    position,
    chain,
    sessions,
    statements: statements.map(({ statement: { signer, heads }, signature }) => ({
      signer: spec.acceptors[signer]!,
      heads: heads.map(({ learner, chain, sessions }) => ({
        learner: spec.learners[learner]!,
        chain,
        sessions,
      })),
      signature: toHex(signature),
    })),
  };
}

/** The certificate of a learner that a document says is one; why it cannot be read otherwise. */
export function readCertificate(
  graph: LearnerGraph,
  learner: string,
  json: unknown,
): Certificate | UnreadProof {
  return orUnread(() => certificateIn(graph, learner, fields(json, "the certificate")));
}

/** The document of a proof. */
export function writeProof(
  { graph, configDigest }: Pick<LogContext, "graph" | "configDigest">,
  { position, head, outcomes, value, certificate }: EntryProof,
): EntryProofJson {
  return {
    format: PROOF_FORMAT,
    version: PROOF_VERSION,
    configDigest: toHex(configDigest),
    learner: graph.spec.learners[certificate.learner]!,
    position,
    head,
    outcomes: outcomes.map((each) => each.kind === "closed" ? "closed" : each.valueHash),
    value: value === undefined ? null : toHex(value),
    certificate: certificateJson(graph, certificate),
  };
}

/** Thrown and caught here alone. */
class Malformed extends Error {}

/**
 * The proof in a document from anybody; why it cannot be read otherwise. Nothing is verified yet.
 *
 * @param json As JSON was parsed; nothing is expected of it.
 */
export function readProof(
  { graph, configDigest }: Pick<LogContext, "graph" | "configDigest">,
  json: unknown,
): EntryProof | UnreadProof {
  return orUnread(() => {
    const document = fields(json, "the document");
    if (document.format !== PROOF_FORMAT) throw new Malformed("format is not that of a log proof");
    if (document.version !== PROOF_VERSION) {
      return { unread: "VERSION", detail: `version is not ${PROOF_VERSION}` };
    }
    if (document.configDigest !== toHex(configDigest)) {
      return { unread: "CONFIGURATION", detail: "configDigest is that of another configuration" };
    }
    return proofIn(graph, document);
  });
}

function orUnread<T>(read: () => T | UnreadProof): T | UnreadProof {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed) return { unread: "MALFORMED", detail: error.message };
    throw error;
  }
}

/** Tells what cannot be read from a proof. */
export function isUnread(read: object): read is UnreadProof {
  return "unread" in read;
}

type Fields = Readonly<Record<string, unknown>>;

function certificateIn({ spec }: LearnerGraph, learner: unknown, document: Fields): Certificate {
  const position = whole(document.position, "certificate.position");
  const head = (given: Fields, where: string): LearnerHead => ({
    learner: indexOf(spec.learners, given.learner, `${where}.learner`),
    chain: hash(given.chain, `${where}.chain`),
    sessions: hash(given.sessions, `${where}.sessions`),
  });
  const statement = (given: unknown, i: number): Signed<Checkpoint> => {
    const where = `certificate.statements[${i}]`;
    const { signer, heads, signature } = fields(given, where);
    return {
      statement: {
        signer: indexOf(spec.acceptors, signer, `${where}.signer`),
        position,
        heads: list(heads, spec.learners.length, `${where}.heads`).map((each, k) =>
          head(fields(each, `${where}.heads[${k}]`), `${where}.heads[${k}]`)
        ),
      },
      signature: bytes(signature, `${where}.signature`),
    };
  };
  return {
    ...head({ ...document, learner }, "certificate"),
    position,
    statements: list(document.statements, STATEMENTS_MAX, "certificate.statements")
      .map(statement),
  };
}

function proofIn(graph: LearnerGraph, document: Fields): EntryProof {
  return {
    position: whole(document.position, "position"),
    head: hash(document.head, "head"),
    outcomes: list(document.outcomes, PROOF_OUTCOMES_MAX, "outcomes").map((each, i): Outcome =>
      each === "closed"
        ? { kind: "closed" }
        : { kind: "decided", valueHash: hash(each, `outcomes[${i}]`) as string as ValueHash }
    ),
    value: document.value === null ? undefined : bytes(document.value, "value"),
    certificate: certificateIn(
      graph,
      document.learner,
      fields(document.certificate, "certificate"),
    ),
  };
}

function fields(json: unknown, where: string): Fields {
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as Fields;
  throw new Malformed(`${where} is no object`);
}

function list(json: unknown, max: number, where: string): readonly unknown[] {
  if (!Array.isArray(json)) throw new Malformed(`${where} is no list`);
  if (json.length > max) throw new Malformed(`${where} has ${json.length} items, above ${max}`);
  return json;
}

function whole(json: unknown, where: string): number {
  if (typeof json === "number" && Number.isSafeInteger(json) && json >= 0) return json;
  throw new Malformed(`${where} is not from 0 to 2^53 - 1`);
}

function hash(json: unknown, where: string): LogHash {
  if (typeof json === "string" && /^[0-9a-f]{64}$/.test(json)) return json as LogHash;
  throw new Malformed(`${where} is no hash: 64 lower-case hex digits`);
}

function bytes(json: unknown, where: string): Uint8Array {
  if (typeof json === "string" && /^([0-9a-f]{2})*$/.test(json)) return fromHex(json);
  throw new Malformed(`${where} is not lower-case hex`);
}

function indexOf(names: readonly string[], json: unknown, where: string): number {
  const index = typeof json === "string" ? names.indexOf(json) : -1;
  if (index < 0) throw new Malformed(`${where} is nobody's name in this configuration`);
  return index;
}
