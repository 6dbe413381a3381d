/**
 * Proofs and checkpoints: from whoever has them, and believed for what is signed in them.
 *
 * @module
 */

import { sha3Hex } from "../crypto/hash.ts";
import type { LearnerIndex } from "../core/types.ts";
import { certificateFlaw } from "../log/certificate.ts";
import { isProofFlaw, type ProofFlaw, verifyEntry } from "../log/proof.ts";
import { type EntryProofJson, isUnread, readCertificate, readProof } from "../log/proof_json.ts";
import { Sessions } from "../log/sessions.ts";
import type { LogContext } from "../log/types.ts";
import { reasonOf } from "../wire/os_reason.ts";
import type { AcceptorClient } from "../net/client.ts";
import { Failures, firstToAsk } from "./calls.ts";
import { ClientError } from "./errors.ts";
import { type LogParts, type Refusal, refusalIn, refusedAs } from "./log_calls.ts";
import type { LogCheckpoint, VerifiedEntry } from "./log_types.ts";
import type { Scope } from "./scope.ts";

/** What a document proves, if its learner is accurate. @throws ClientError (INVALID) if nothing. */
export function verifyDocument(context: LogContext, document: unknown): VerifiedEntry {
  const read = readProof(context, document);
  if (isUnread(read)) throw new ClientError("INVALID", `not read: ${read.detail}`);
  const proved = verifyEntry(context, read);
  if (isProofFlaw(proved)) throw new ClientError("INVALID", flawText(proved));
  const { acceptors, learners } = context.graph.spec;
  const { learner, position, outcome, records } = proved;
  const signers = read.certificate.statements.map(({ statement }) => acceptors[statement.signer]!);
  return {
    learner: learners[learner]!,
    position,
    kind: outcome.kind,
    records,
    signers: signers.toSorted(),
  };
}

const CERTIFICATE_FLAWS = {
  POSITION: "a statement is of another position",
  MALFORMED: "a statement has not the form of one",
  HEAD: "a statement says something else of the log",
  SIGNATURE: "a signature is not its signer's",
  REPEATED: "a signer occurs twice",
  QUORUM: "the signers contain no quorum of the learner",
} as const;

function flawText(flaw: ProofFlaw): string {
  if (flaw.flaw === "CERTIFICATE") return `proves nothing: ${CERTIFICATE_FLAWS[flaw.certificate]}`;
  return flaw.flaw === "CHAIN"
    ? "proves nothing: the outcomes do not lead from the entry to the certificate"
    : "proves nothing: the value is not the one that was decided";
}

/** A proof of an entry, from the first acceptor who has one that holds. */
export function findProof(
  parts: LogParts,
  learner: LearnerIndex,
  position: number,
  scope: Scope,
): Promise<EntryProofJson> {
  if (!Number.isSafeInteger(position) || position < 0) {
    throw new ClientError("INVALID", `there is no position ${position}`);
  }
  const name = parts.context.graph.spec.learners[learner]!;
  return firstGood(parts, scope, async (acceptor) => {
    const request = { learner: name, position: BigInt(position) };
    const { document } = await acceptor.getProof(request, scope.signal);
    const proof: unknown = JSON.parse(document);
    const verified = verifyDocument(parts.context, proof);
    if (verified.learner !== name || verified.position !== position) {
      throw new Error("it gives the proof of another entry");
    }
    return proof as EntryProofJson;
  });
}

/** The highest checkpoint of which an acceptor has a certificate that holds. */
export async function findCheckpoint(
  parts: LogParts,
  learner: LearnerIndex,
  scope: Scope,
): Promise<LogCheckpoint> {
  const { configuration, calls, context } = parts;
  const name = context.graph.spec.learners[learner]!;
  const failures = new Failures();
  const answers = configuration.acceptors.map(async (acceptor) => {
    try {
      const answer = await calls.to(acceptor).getCheckpoint({ learner: name }, scope.signal);
      if (answer.certificate === "") return { learner: name, position: 0, sessions: NOBODY };
      return checked(context, name, answer);
    } catch (error) {
      failures.add(acceptor.name, error);
      return undefined;
    }
  });
  const found = (await Promise.all(answers)).filter((each) => each !== undefined);
  if (found.length === 0) throw noneAnswered(parts, failures, scope);
  return found.reduce((best, each) => each.position > best.position ? each : best);
}

/** The sessions of a log before its first entry. */
const NOBODY: Uint8Array = new Sessions(0).encode();

function checked(
  context: LogContext,
  name: string,
  { certificate: text, sessions }: { readonly certificate: string; readonly sessions: Uint8Array },
): LogCheckpoint {
  const certificate = readCertificate(context.graph, name, JSON.parse(text));
  if (isUnread(certificate)) {
    throw new Error(`its certificate cannot be read: ${certificate.detail}`);
  }
  const flaw = certificateFlaw(context, certificate);
  if (flaw !== undefined) throw new Error(`its certificate: ${CERTIFICATE_FLAWS[flaw]}`);
  if (sha3Hex(sessions) !== certificate.sessions) {
    throw new Error("its sessions are not the certified ones");
  }
  return { learner: name, position: certificate.position, sessions };
}

/** What the first acceptor gives that can give it; they are asked one after another. */
async function firstGood<T>(
  parts: LogParts,
  scope: Scope,
  ask: (acceptor: AcceptorClient) => Promise<T>,
): Promise<T> {
  const { configuration, calls } = parts;
  const { acceptors } = configuration;
  const failures = new Failures();
  const refusals: Refusal[] = [];
  const first = firstToAsk(configuration);
  for (let turn = 0; turn < acceptors.length && !scope.signal.aborted; turn++) {
    const acceptor = acceptors[(first + turn) % acceptors.length]!;
    try {
      return await ask(calls.to(acceptor));
    } catch (error) {
      failures.add(acceptor.name, error);
      const refusal = refusalIn(error);
      if (refusal !== undefined) refusals.push(refusal);
    }
  }
  scope.check();
  // Who has the most to offer says best what can be had.
  const [best] = refusals.toSorted((a, b) => b.begins - a.begins);
  if (best !== undefined) throw refusedAs(best);
  throw noneAnswered(parts, failures, scope);
}

function noneAnswered(parts: LogParts, { all }: Failures, scope: Scope): ClientError {
  scope.check();
  const { length } = parts.configuration.acceptors;
  const what = [
    `none of ${length} acceptors has an answer`,
    ...all.map(({ acceptor, reason }) => `${acceptor}: ${reasonOf(reason)}`),
  ].join("; ");
  return new ClientError(scope.expired ? "TIMEOUT" : "UNREACHABLE", what, { failures: all });
}
