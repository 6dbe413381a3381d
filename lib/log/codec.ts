/**
 * Between protocol buffers about the log and what the rest of the program uses. What comes from a
 * peer is trusted in nothing: a fault is a `Rejection`, never an exception.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { isRejection, reject, type Rejection } from "../core/rejection.ts";
import type { MessageId, ValueHash } from "../core/types.ts";
import { HASH_BYTES, SIGNATURE_BYTES } from "../wire/canonical.ts";
import {
  type LogCheckpoint,
  LogCheckpointSchema,
  type LogClosing,
  LogClosingSchema,
  type LogPart,
  LogPartSchema,
  type LogSnapshot,
  LogSnapshotSchema,
} from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { fromHex, toHex } from "../wire/hex.ts";
import type { Certificate } from "./certificate.ts";
import { headOf } from "./certificate.ts";
import type { Entry } from "./learner_log.ts";
import type { Snapshot, SnapshotPart } from "./snapshot.ts";
import type { Checkpoint, Closing, Signed } from "./statement.ts";
import type { LogHash, Position } from "./types.ts";

/** A statement for sending. */
export function encodeCheckpoint(
  { statement: { signer, position, heads }, signature }: Signed<Checkpoint>,
): LogCheckpoint {
  return create(LogCheckpointSchema, {
    signer,
    position: BigInt(position),
    heads: heads.map(({ learner, chain, sessions }) => ({
      learner,
      chain: fromHex(chain),
      sessions: fromHex(sessions),
    })),
    signature: new Uint8Array(signature),
  });
}

/** Checks the form of a statement. Its signature is nobody's yet. */
export function decodeCheckpoint(
  { signer, position, heads, signature }: LogCheckpoint,
): Signed<Checkpoint> | Rejection {
  const at = positionOf(position);
  if (isRejection(at)) return at;
  const isFit = heads.every(({ chain, sessions }) =>
    chain.length === HASH_BYTES && sessions.length === HASH_BYTES
  );
  if (!isFit || signature.length !== SIGNATURE_BYTES) {
    return reject("BAD_LENGTH", "a checkpoint with a hash or signature of a wrong length");
  }
  const statement: Checkpoint = {
    signer,
    position: at,
    heads: heads.map(({ learner, chain, sessions }) => ({
      learner,
      chain: toHex(chain) as LogHash,
      sessions: toHex(sessions) as LogHash,
    })),
  };
  return { statement, signature: signature.slice() };
}

/** A closing for sending. */
export function encodeClosing(
  { statement: { signer, instance, learner, last }, signature }: Signed<Closing>,
): LogClosing {
  return create(LogClosingSchema, {
    ...{ signer, learner, instance: BigInt(instance), signature: new Uint8Array(signature) },
    last: last === undefined ? new Uint8Array() : fromHex(last),
  });
}

/** Checks the form of a closing. */
export function decodeClosing(
  { signer, instance, learner, last, signature }: LogClosing,
): Signed<Closing> | Rejection {
  const at = positionOf(instance);
  if (isRejection(at)) return at;
  const isFit = last.length === 0 || last.length === HASH_BYTES;
  if (!isFit || signature.length !== SIGNATURE_BYTES) {
    return reject("BAD_LENGTH", "a closing with an id or signature of a wrong length");
  }
  const id = last.length === 0 ? undefined : toHex(last) as MessageId;
  return { statement: { signer, instance: at, learner, last: id }, signature: signature.slice() };
}

/** A snapshot for sending. */
export function encodeSnapshot({ position, parts }: Snapshot): LogSnapshot {
  return create(LogSnapshotSchema, {
    position: BigInt(position),
    parts: parts.flatMap((part, learner) => part === undefined ? [] : encodePart(learner, part)),
  });
}

function encodePart(
  learner: number,
  { certificate, sessions, from, head, entries }: SnapshotPart,
): LogPart {
  return create(LogPartSchema, {
    learner,
    certificate: certificate.statements.map(encodeCheckpoint),
    sessions: new Uint8Array(sessions),
    from: BigInt(from),
    head: fromHex(head),
    entries: entries.map(({ outcome, value }) => ({
      valueHash: outcome.kind === "closed" ? new Uint8Array() : fromHex(outcome.valueHash),
      ...value && { value: new Uint8Array(value) },
    })),
  });
}

/** Checks the form of a snapshot of `learnerCount` learners; what it says proves itself later. */
export function decodeSnapshot(
  { position, parts }: LogSnapshot,
  learnerCount: number,
): Snapshot | Rejection {
  const at = positionOf(position);
  if (isRejection(at)) return at;
  const decoded = new Array<SnapshotPart | undefined>(learnerCount).fill(undefined);
  for (const part of parts) {
    if (part.learner >= learnerCount || decoded[part.learner] !== undefined) {
      return reject("MALFORMED", `a snapshot with an odd part for learner ${part.learner}`);
    }
    const one = decodePart(part, at);
    if (isRejection(one)) return one;
    decoded[part.learner] = one;
  }
  return { position: at, parts: decoded };
}

function decodePart(part: LogPart, position: Position): SnapshotPart | Rejection {
  const from = positionOf(part.from);
  if (isRejection(from)) return from;
  const certificate = certificateOf(part.learner, position, part.certificate);
  if (isRejection(certificate)) return certificate;
  const isFit = part.entries.every(({ valueHash: { length } }) =>
    length === 0 || length === HASH_BYTES
  );
  if (!isFit || part.head.length !== HASH_BYTES) {
    return reject("BAD_LENGTH", "a snapshot with a hash of a wrong length");
  }
  const entries = part.entries.map(({ valueHash, value }): Entry =>
    valueHash.length === 0 ? { outcome: { kind: "closed" }, value: undefined } : {
      outcome: { kind: "decided", valueHash: toHex(valueHash) as ValueHash },
      value: value?.slice(),
    }
  );
  const { sessions, head } = part;
  return { certificate, sessions: sessions.slice(), from, head: toHex(head) as LogHash, entries };
}

/** What statements certify of a learner; the first of them says what. */
export function certificateOf(
  learner: number,
  position: Position,
  encoded: readonly LogCheckpoint[],
): Certificate | Rejection {
  const statements: Signed<Checkpoint>[] = [];
  for (const one of encoded) {
    const statement = decodeCheckpoint(one);
    if (isRejection(statement)) return statement;
    statements.push(statement);
  }
  const head = statements[0] && headOf(statements[0].statement, learner);
  if (head === undefined) return reject("MALFORMED", "a certificate that says nothing");
  return { learner, position, chain: head.chain, sessions: head.sessions, statements };
}

function positionOf(position: bigint): Position | Rejection {
  if (position <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(position);
  return reject("MALFORMED", `position ${position} is above 2^53 - 1`);
}
