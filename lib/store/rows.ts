/**
 * Rows of the tables in schema.ts, to and from what a journal keeps.
 *
 * @module
 */

import type { SQLInputValue, SQLOutputValue } from "node:sqlite";
import { crc32 } from "node:zlib";
import type { MessageId, ValueHash } from "../core/types.ts";
import { fromHex, toHex } from "../wire/hex.ts";
import type {
  JournalDecision,
  JournalEvidence,
  JournalLogEntry,
  JournalMessage,
  JournalProgress,
  JournalValue,
} from "./journal.ts";
import type { JournalRun } from "./runs.ts";

/** A row as SQLite gives it, all whole numbers as bigint. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** A row that is not what was written. */
export class DamagedRow extends Error {}

/** Half of all instances: SQLite's numbers have a sign. */
const SIGN = 1n << 63n;

/** As the column `instance` has it: the order of instances is that of the column. */
export function toColumn(instance: bigint): bigint {
  return instance - SIGN;
}

/** The way back from {@linkcode toColumn}. */
export function fromColumn(column: bigint): bigint {
  return column + SIGN;
}

/** The columns of a row and their checksum, in the order of the table. */
function sealed(...columns: SQLInputValue[]): SQLInputValue[] {
  return [...columns, checksum(columns)];
}

/** Over all numbers and texts, the lengths of all bytes, and then the bytes: few calls are fast. */
function checksum(columns: readonly (SQLInputValue | SQLOutputValue | undefined)[]): number {
  let text = "";
  for (const column of columns) {
    text += column instanceof Uint8Array ? `${column.length}\0` : `${column}\0`;
  }
  let sum = crc32(text);
  for (const column of columns) if (column instanceof Uint8Array) sum = crc32(column, sum);
  return sum;
}

/** @throws DamagedRow if the checksum, the last column, is not that of the others. */
function unseal(table: string, row: Row): void {
  const columns = Object.values(row);
  const sum = columns.pop();
  if (Number(sum) !== checksum(columns)) {
    throw new DamagedRow(`the checksum of a row of ${table} is wrong`);
  }
}

/** Whose journal a file is. */
export interface JournalOwner {
  /** The identity's name. */
  readonly name: string;
  /** Of the whole configuration, in hex. */
  readonly configDigest: string;
}

/**
 * How a table's rows are written and read. `write` gives the parameters of `insert`; `read` takes a
 * row of `columns` and throws {@linkcode DamagedRow}. `position` is of interest only where rows are
 * kept in the order in which they came.
 */
export interface Table<T> {
  /** In SQL. */
  readonly name: string;
  /** A statement that adds a row, or passes over one that is there. */
  readonly insert: string;
  /** All of them, `sum` at the end. */
  readonly columns: string;
  /** Parameters, checksum included. */
  write(kept: T, position: number): SQLInputValue[];
  /** What a row holds. */
  read(row: Row): T;
}

/** Whose journal this is, and the epoch of its first run. */
export const OWNERS: Table<JournalOwner & { readonly epoch: string }> = {
  name: "journal",
  insert: "INSERT INTO journal VALUES (?, ?, ?, ?, ?)",
  columns: "one, epoch, owner, config_digest, sum",
  write: ({ epoch, name, configDigest }) => sealed(1, epoch, name, configDigest),
  read(row) {
    unseal("journal", row);
    const { epoch, owner, config_digest } = row as Record<string, string>;
    return { epoch: epoch!, name: owner!, configDigest: config_digest! };
  },
};

/** Runs but the first. */
export const RUNS: Table<JournalRun> = {
  name: "runs",
  insert: "INSERT INTO runs VALUES (?, ?, ?, ?)",
  columns: "position, epoch, start, sum",
  write: ({ epoch, start }, position) => sealed(position, epoch, start),
  read(row) {
    unseal("runs", row);
    return { epoch: row.epoch as string, start: Number(row.start) };
  },
};

/** Messages. */
export const MESSAGES: Table<JournalMessage> = {
  name: "messages",
  insert: "INSERT INTO messages (position, instance, id, own, bytes, sum, value_hash) " +
    "VALUES (?, ?, ?, ?, ?, ?, ?)",
  columns: "position, instance, id, own, bytes, sum",
  write: ({ position, instance, id, own, bytes, valueHash }) => [
    ...sealed(position, toColumn(instance), fromHex(id), own ? 1 : 0, bytes),
    valueHash === undefined ? null : fromHex(valueHash),
  ],
  read(row) {
    unseal("messages", row);
    return {
      position: Number(row.position),
      id: toHex(row.id as Uint8Array) as MessageId,
      instance: fromColumn(row.instance as bigint),
      own: row.own === 1n,
      bytes: row.bytes as Uint8Array,
    };
  },
};

/** Values. */
export const VALUES: Table<JournalValue> = {
  name: "proposed",
  insert: "INSERT INTO proposed VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  columns: "hash, bytes, sum",
  write: ({ hash, bytes }) => sealed(fromHex(hash), bytes),
  read(row) {
    unseal("proposed", row);
    return { hash: toHex(row.hash as Uint8Array) as ValueHash, bytes: row.bytes as Uint8Array };
  },
};

/** Decisions. */
export const DECISIONS: Table<JournalDecision> = {
  name: "decisions",
  insert: "INSERT INTO decisions (position, instance, learner, seconds, nanos, value_hash, " +
    "proposer, proposal, signers, sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) " +
    "ON CONFLICT (instance, learner, value_hash) DO NOTHING",
  columns:
    "position, instance, learner, seconds, nanos, value_hash, proposer, proposal, signers, " +
    "sum",
  write({ instance, learner, ballot, proposal, signers }, position) {
    const { seconds, nanos, valueHash, proposer } = ballot;
    return sealed(
      ...[position, toColumn(instance), learner, seconds, nanos],
      ...[fromHex(valueHash), proposer, fromHex(proposal), JSON.stringify(signers)],
    );
  },
  read(row) {
    unseal("decisions", row);
    return {
      instance: fromColumn(row.instance as bigint),
      learner: row.learner as string,
      ballot: {
        seconds: Number(row.seconds),
        nanos: Number(row.nanos),
        valueHash: toHex(row.value_hash as Uint8Array) as ValueHash,
        proposer: Number(row.proposer),
      },
      proposal: toHex(row.proposal as Uint8Array) as MessageId,
      signers: JSON.parse(row.signers as string),
    };
  },
};

/** Evidence. */
export const EVIDENCE: Table<JournalEvidence> = {
  name: "evidence",
  insert: "INSERT INTO evidence VALUES (?, ?, ?, ?, ?, ?) " +
    "ON CONFLICT (instance, acceptor) DO NOTHING",
  columns: "position, instance, acceptor, first, second, sum",
  write: ({ instance, acceptor, first, second }, position) =>
    sealed(position, toColumn(instance), acceptor, fromHex(first), fromHex(second)),
  read(row) {
    unseal("evidence", row);
    return {
      instance: fromColumn(row.instance as bigint),
      acceptor: row.acceptor as string,
      first: toHex(row.first as Uint8Array) as MessageId,
      second: toHex(row.second as Uint8Array) as MessageId,
    };
  },
};

/** Opaque records of the log. */
export const LOG_RECORDS: Table<Uint8Array> = {
  name: "log_records",
  insert: "INSERT INTO log_records VALUES (?, ?, ?)",
  columns: "position, bytes, sum",
  write: (bytes, position) => sealed(position, bytes),
  read(row) {
    unseal("log_records", row);
    return row.bytes as Uint8Array;
  },
};

/** Entries of the log. */
export const LOG_ENTRIES: Table<JournalLogEntry> = {
  name: "log_entries",
  insert: "INSERT OR REPLACE INTO log_entries VALUES (?, ?, ?, ?)",
  columns: "learner, position, value_hash, sum",
  write: ({ learner, position, valueHash }) =>
    sealed(learner, position, valueHash === undefined ? null : fromHex(valueHash)),
  read(row) {
    unseal("log_entries", row);
    const hash = row.value_hash as Uint8Array | null;
    return {
      learner: Number(row.learner),
      position: Number(row.position),
      valueHash: hash === null ? undefined : toHex(hash) as ValueHash,
    };
  },
};

/** What a journal has let go of. */
export interface ForgottenRows {
  /** Which table. */
  readonly what: string;
  /** How many rows of it. */
  readonly count: number;
  /** How many it had had then in all. */
  readonly length: number;
}

/** What is forgotten, by table. */
export const FORGOTTEN: Table<ForgottenRows> = {
  name: "forgotten",
  insert: "INSERT OR REPLACE INTO forgotten VALUES (?, ?, ?, ?)",
  columns: "what, count, length, sum",
  write: ({ what, count, length }) => sealed(what, count, length),
  read(row) {
    unseal("forgotten", row);
    return { what: row.what as string, count: Number(row.count), length: Number(row.length) };
  },
};

/** Progress. */
export const PROGRESS: Table<JournalProgress> = {
  name: "progress",
  insert: "INSERT OR REPLACE INTO progress VALUES (?, ?, ?, ?)",
  columns: "peer, epoch, position, sum",
  write: ({ peer, epoch, position }) => sealed(peer, epoch, position),
  read(row) {
    unseal("progress", row);
    const { peer, epoch } = row as Record<string, string>;
    return { peer: peer!, epoch: epoch!, position: Number(row.position) };
  },
};
