/**
 * Certificates: proof of where a learner's log stands at a position.
 *
 * @module
 */

import { setOf } from "../core/acceptor_set.ts";
import type { LearnerIndex } from "../core/types.ts";
import {
  type Checkpoint,
  checkpointFlaw,
  type Head,
  type LearnerHead,
  type Signed,
} from "./statement.ts";
import type { LogContext, Position } from "./types.ts";

/**
 * Statements of equal heads whose signers contain a quorum of the learner (PROTOCOL section 8). If
 * the learner is accurate it is true: one of the signers is safe, and saw the decisions.
 */
export interface Certificate extends LearnerHead {
  /** How many outcomes the head covers. */
  readonly position: Position;
  /** One of each signer. */
  readonly statements: readonly Signed<Checkpoint>[];
}

/** What is wrong with a certificate. */
export type CertificateFlaw =
  /** A statement is of another position, or has not the form of one. */
  | "POSITION"
  | "MALFORMED"
  /** A statement says something else of the learner, or nothing. */
  | "HEAD"
  /** A signature is not its signer's. */
  | "SIGNATURE"
  /** Two statements of one signer. */
  | "REPEATED"
  /** The signers contain no quorum of this learner. */
  | "QUORUM";

/** Whether two heads are the same. */
export function sameHead(one: Head, other: Head): boolean {
  return one.chain === other.chain && one.sessions === other.sessions;
}

/** What a checkpoint says of a learner; undefined if nothing. */
export function headOf({ heads }: Checkpoint, learner: LearnerIndex): LearnerHead | undefined {
  return heads.find((head) => head.learner === learner);
}

/** Why a certificate proves nothing; undefined if it does. One signature for each statement. */
export function certificateFlaw(
  context: LogContext,
  certificate: Certificate,
): CertificateFlaw | undefined {
  const { learner, position, statements } = certificate;
  const { graph } = context;
  if (!Number.isInteger(learner) || learner < 0 || learner >= graph.learnerCount) {
    return "MALFORMED";
  }
  if (statements.length > graph.acceptorCount) return "REPEATED";
  for (const { statement } of statements) {
    if (statement.position !== position) return "POSITION";
    const head = headOf(statement, learner);
    if (head === undefined || !sameHead(head, certificate)) return "HEAD";
  }
  const signers = statements.map(({ statement: { signer } }) => signer);
  if (new Set(signers).size < signers.length) return "REPEATED";
  for (const signed of statements) {
    const flaw = checkpointFlaw(context, signed);
    if (flaw !== undefined) return flaw;
  }
  return graph.quorums[learner]!.satisfiedBy(setOf(signers)) ? undefined : "QUORUM";
}
