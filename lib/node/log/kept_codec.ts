/**
 * What a journal keeps of the log: opaque records, and entries apart from them, to and from what the
 * log wants kept.
 *
 * @module
 */

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { isRejection, type Rejection } from "../../core/rejection.ts";
import type { ValueHash } from "../../core/types.ts";
import type { Certificate } from "../../log/certificate.ts";
import {
  certificateOf,
  decodeCheckpoint,
  decodeClosing,
  encodeCheckpoint,
  encodeClosing,
} from "../../log/codec.ts";
import type { Entry, LearnerBase } from "../../log/learner_log.ts";
import type { Kept } from "../../log/state.ts";
import type { LogHash, Position } from "../../log/types.ts";
import type { JournalLogEntry } from "../../store/journal.ts";
import {
  type LogKept,
  LogKeptSchema,
  type LogLearnerBase,
  LogLearnerBaseSchema,
} from "../../wire/gen/hetpaxos/v1/journal_pb.ts";
import { fromHex, toHex } from "../../wire/hex.ts";

/** A record; undefined for what is kept as entries, or stands in a base. */
export function encodeKept(kept: Kept): Uint8Array | undefined {
  const record = recordOf(kept);
  return record && toBinary(LogKeptSchema, create(LogKeptSchema, { record }));
}

function recordOf(kept: Kept): LogKept["record"] | undefined {
  switch (kept.kind) {
    case "base": {
      const floor = BigInt(kept.floor);
      const value = create(LogKeptSchema, {
        record: { case: "base", value: { floor, learners: kept.learners.map(encodeBase) } },
      });
      return value.record;
    }
    case "checkpoint":
      return { case: "checkpoint", value: encodeCheckpoint(kept.signed) };
    case "closing":
      return { case: "closing", value: encodeClosing(kept.signed) };
    case "abandon":
    case "inaccurate": {
      const value = { learner: kept.learner, abandoned: kept.kind === "abandon" };
      return create(LogKeptSchema, { record: { case: "mark", value } }).record;
    }
    default:
      return undefined;
  }
}

function encodeBase(
  { stand: { chain, encoded }, certificate, base, retained, retainedChain }: LearnerBase,
): LogLearnerBase {
  const hash = (hex: LogHash | undefined) => hex === undefined ? new Uint8Array() : fromHex(hex);
  return create(LogLearnerBaseSchema, {
    chain: hash(chain),
    sessions: new Uint8Array(encoded),
    certificate: certificate?.statements.map(encodeCheckpoint) ?? [],
    base: BigInt(base),
    retained: BigInt(retained),
    retainedChain: hash(retainedChain),
  });
}

/** Where what was kept comes from. */
export interface KeptSource {
  /** In the order in which they were kept. */
  readonly records: readonly Uint8Array[];
  /** By learner and position. */
  readonly entries: readonly JournalLogEntry[];
  /** The value with a hash; undefined if it is not kept. */
  value(hash: ValueHash): Uint8Array | undefined;
  /** The log's hash. */
  hash(bytes: Uint8Array): string;
}

/** What was kept, in an order in which it can be restored. @throws Error if it is not what was. */
export function decodeKept({ records, entries, value, hash }: KeptSource): Kept[] {
  const byLearner = new Map<number, Map<Position, Entry>>();
  for (const { learner, position, valueHash } of entries) {
    const known = byLearner.get(learner) ?? new Map<Position, Entry>();
    byLearner.set(learner, known);
    known.set(
      position,
      valueHash === undefined
        ? { outcome: { kind: "closed" }, value: undefined }
        : { outcome: { kind: "decided", valueHash }, value: value(valueHash) },
    );
  }
  const kept: Kept[] = [];
  let floor = 0;
  for (const bytes of records) {
    const one = decodeRecord(fromBinary(LogKeptSchema, bytes), byLearner, hash);
    if (one.kind === "base") floor = one.floor;
    kept.push(one);
  }
  for (const [learner, known] of byLearner) {
    for (const [position, entry] of known) {
      if (position >= floor) kept.push({ kind: "outcome", learner, position, entry });
    }
  }
  return kept;
}

function decodeRecord(
  { record }: LogKept,
  entries: ReadonlyMap<number, ReadonlyMap<Position, Entry>>,
  hash: KeptSource["hash"],
): Kept {
  switch (record.case) {
    case "base": {
      const floor = Number(record.value.floor);
      const learners = record.value.learners.map((base, learner) => ({
        ...decodeBase(base, floor, entries.get(learner) ?? new Map(), hash),
        certificate: certificateIn(learner, floor, base),
      }));
      return { kind: "base", floor, learners };
    }
    case "checkpoint":
      return { kind: "checkpoint", signed: sound(decodeCheckpoint(record.value)) };
    case "closing":
      return { kind: "closing", signed: sound(decodeClosing(record.value)) };
    case "mark": {
      const { learner, abandoned } = record.value;
      return { kind: abandoned ? "abandon" : "inaccurate", learner };
    }
    default:
      throw new Error("the journal has a record of the log that is none");
  }
}

function decodeBase(
  { chain, sessions, base, retained, retainedChain }: LogLearnerBase,
  floor: Position,
  entries: ReadonlyMap<Position, Entry>,
  hash: KeptSource["hash"],
): Omit<LearnerBase, "certificate"> {
  const hashOf = (bytes: Uint8Array) => bytes.length === 0 ? undefined : toHex(bytes) as LogHash;
  const from = Number(retained);
  const kept = Array.from({ length: floor - from }, (_, i) => {
    const entry = entries.get(from + i);
    if (entry === undefined) throw new Error(`the journal lacks entry ${from + i} of the log`);
    return entry;
  });
  const stand = { chain: hashOf(chain), sessions: hash(sessions) as LogHash, encoded: sessions };
  return {
    ...{ stand, base: Number(base), retained: from },
    ...{ retainedChain: hashOf(retainedChain), entries: kept },
  };
}

function certificateIn(
  learner: number,
  floor: Position,
  { certificate }: LogLearnerBase,
): Certificate | undefined {
  if (certificate.length === 0) return undefined;
  return sound(certificateOf(learner, floor, certificate));
}

function sound<T>(decoded: T | Rejection): T {
  if (isRejection(decoded)) throw new Error(`the journal's log: ${decoded.detail}`);
  return decoded;
}
