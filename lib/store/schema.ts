/**
 * The tables of a journal on disk, and how older ones become what is written here.
 *
 * Instances are kept as signed numbers, 2^63 below what they are, so that their order is right.
 * `sum` is a checksum over the rest of its row: SQLite has none, and would not notice if a bit of
 * a message fell over. Every table is read in the order of its first column.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";

/** What `PRAGMA application_id` says of our files: "HPax" in ASCII. */
export const APPLICATION_ID = 0x48506178;

/**
 * The statements that lead from version `i` to version `i + 1`, for each `i` from 0. Those that
 * have been released never change.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE journal (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    epoch TEXT NOT NULL,
    owner TEXT NOT NULL,
    config_digest TEXT NOT NULL,
    sum INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE messages (
    position INTEGER PRIMARY KEY,
    instance INTEGER NOT NULL,
    id BLOB NOT NULL,
    own INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    sum INTEGER NOT NULL,
    UNIQUE (instance, id)
  ) STRICT;
  CREATE TABLE proposed (
    hash BLOB NOT NULL PRIMARY KEY,
    bytes BLOB NOT NULL,
    sum INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE decisions (
    position INTEGER PRIMARY KEY,
    instance INTEGER NOT NULL,
    learner TEXT NOT NULL,
    seconds INTEGER NOT NULL,
    nanos INTEGER NOT NULL,
    value_hash BLOB NOT NULL,
    proposal BLOB NOT NULL,
    signers TEXT NOT NULL,
    sum INTEGER NOT NULL,
    UNIQUE (instance, learner, value_hash)
  ) STRICT;
  CREATE TABLE evidence (
    position INTEGER PRIMARY KEY,
    instance INTEGER NOT NULL,
    acceptor TEXT NOT NULL,
    first BLOB NOT NULL,
    second BLOB NOT NULL,
    sum INTEGER NOT NULL,
    UNIQUE (instance, acceptor)
  ) STRICT;
  CREATE TABLE progress (
    peer TEXT NOT NULL PRIMARY KEY,
    epoch TEXT NOT NULL,
    position INTEGER NOT NULL,
    sum INTEGER NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE runs (
    position INTEGER PRIMARY KEY,
    epoch TEXT NOT NULL,
    start INTEGER NOT NULL,
    sum INTEGER NOT NULL
  ) STRICT;
  `,
  // Of a ballot's proposer. No older journal with decisions is opened: its digest is of another kind.
  `
  ALTER TABLE decisions ADD COLUMN proposer INTEGER NOT NULL DEFAULT 0;
  `,
  // The log, and what is forgotten. Only the messages of a log tell by a column of their own which
  // value they name, and it is in no checksum: it decides only when a value may go.
  `
  ALTER TABLE messages ADD COLUMN value_hash BLOB;
  CREATE INDEX message_values ON messages (value_hash) WHERE value_hash IS NOT NULL;
  CREATE TABLE log_records (
    position INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL,
    sum INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE log_entries (
    learner INTEGER NOT NULL,
    position INTEGER NOT NULL,
    value_hash BLOB,
    sum INTEGER NOT NULL,
    PRIMARY KEY (learner, position)
  ) STRICT;
  CREATE INDEX entry_values ON log_entries (value_hash) WHERE value_hash IS NOT NULL;
  CREATE TABLE forgotten (
    what TEXT PRIMARY KEY,
    count INTEGER NOT NULL,
    length INTEGER NOT NULL,
    sum INTEGER NOT NULL
  ) STRICT;
  `,
];

/** The version of the tables in a database; 0 if it has none. */
export function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.user_version);
}

/**
 * Brings a database to the newest version: each step is a transaction of its own, so that whatever
 * interrupts it leaves a version behind that is whole.
 *
 * @param migrations As {@linkcode MIGRATIONS}; at least as many as the database's version.
 */
export function migrate(database: DatabaseSync, migrations: readonly string[] = MIGRATIONS): void {
  for (let version = schemaVersion(database); version < migrations.length; version++) {
    database.exec("BEGIN IMMEDIATE");
    try {
      database.exec(migrations[version]!);
      database.exec(`PRAGMA user_version = ${version + 1}`);
      database.exec("COMMIT");
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }
}

/** The statements that made a database what it is, in the order of the names they gave. */
export function schemaOf(database: DatabaseSync): string {
  const rows = database.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name")
    .all();
  return JSON.stringify(rows.map((row) => Object.values(row)));
}
