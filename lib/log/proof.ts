/**
 * Proofs of entries, for anybody who has the configuration: made from a log, and verified offline.
 *
 * @module
 */

import type { LearnerIndex } from "../core/types.ts";
import { type Certificate, type CertificateFlaw, certificateFlaw } from "./certificate.ts";
import { chainOver, extendChain } from "./chain.ts";
import { decodeBatch, type LogRecord } from "./record.ts";
import type { LogState } from "./state.ts";
import type { LogContext, LogHash, Outcome, Position } from "./types.ts";

/** A certificate, and the chain of outcomes from an entry to it. */
export interface EntryProof {
  /** Of which entry. */
  readonly position: Position;
  /** The chain before it. */
  readonly head: LogHash;
  /** Its own outcome, and those after it, up to the certificate. */
  readonly outcomes: readonly Outcome[];
  /** What was decided; undefined for closed. */
  readonly value: Uint8Array | undefined;
  /** Names the learner. */
  readonly certificate: Certificate;
}

/** What a proof has proved, if the learner is accurate. */
export interface ProvedEntry {
  /** Whose log. */
  readonly learner: LearnerIndex;
  /** Which entry. */
  readonly position: Position;
  /** What has become of the instance. */
  readonly outcome: Outcome;
  /** The records of the batch, repetitions included. */
  readonly records: readonly LogRecord[];
}

/** Why a proof proves nothing: by its certificate, its chain, or its value. */
export type ProofFlaw =
  | { readonly kind: "flaw"; readonly flaw: "CERTIFICATE"; readonly certificate: CertificateFlaw }
  | { readonly kind: "flaw"; readonly flaw: "CHAIN" | "VALUE" };

/** The proof of an entry below the floor; undefined if it is not retained, or nobody certifies it. */
export function proveEntry(
  context: LogContext,
  { floor, learners }: LogState,
  learner: LearnerIndex,
  position: Position,
): EntryProof | undefined {
  const log = learners[learner];
  if (log?.certificate === undefined || log.retainedChain === undefined) return undefined;
  if (!Number.isInteger(position)) return undefined;
  if (position < log.retained || position >= floor) return undefined;
  const entries = log.baseAt(floor).entries;
  const outcomes = entries.map(({ outcome }) => outcome);
  const skipped = position - log.retained;
  return {
    position,
    head: chainOver(context, log.retainedChain, log.retained, outcomes.slice(0, skipped)),
    outcomes: outcomes.slice(skipped),
    value: entries[skipped]!.value,
    certificate: log.certificate,
  };
}

/**
 * What a proof proves, or why nothing. Verifies a signature for each statement of the certificate,
 * and takes time linear in the outcomes.
 */
export function verifyEntry(context: LogContext, proof: EntryProof): ProvedEntry | ProofFlaw {
  const { position, head, outcomes, value, certificate } = proof;
  const flaw = certificateFlaw(context, certificate);
  if (flaw !== undefined) return { kind: "flaw", flaw: "CERTIFICATE", certificate: flaw };
  const [outcome] = outcomes;
  if (outcome === undefined || position < 0) return { kind: "flaw", flaw: "CHAIN" };
  // That the outcomes lead to the certificate's position says which entry the first of them is.
  if (position + outcomes.length !== certificate.position) return { kind: "flaw", flaw: "CHAIN" };
  const rest = outcomes.slice(1);
  const after = chainOver(
    context,
    extendChain(context, head, position, outcome),
    position + 1,
    rest,
  );
  if (after !== certificate.chain) return { kind: "flaw", flaw: "CHAIN" };
  const isFit = outcome.kind === "closed"
    ? value === undefined
    : value !== undefined && context.hashValue(value) === outcome.valueHash;
  if (!isFit) return { kind: "flaw", flaw: "VALUE" };
  const records = value === undefined ? [] : decodeBatch(value);
  return { learner: certificate.learner, position, outcome, records };
}

/** Tells what a proof is wrong in from what it proves. */
export function isProofFlaw(result: ProvedEntry | ProofFlaw): result is ProofFlaw {
  return "flaw" in result;
}
