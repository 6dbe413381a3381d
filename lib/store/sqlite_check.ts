/**
 * Whether a journal on disk is ours, and what was written: asked once, when it is opened.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { damaged, refused } from "./faults.ts";
import {
  DECISIONS,
  EVIDENCE,
  FORGOTTEN,
  type ForgottenRows,
  type JournalOwner,
  LOG_ENTRIES,
  LOG_RECORDS,
  MESSAGES,
  OWNERS,
  PROGRESS,
  RUNS,
  type Table,
  VALUES,
} from "./rows.ts";
import type { JournalRun } from "./runs.ts";
import { migrate, MIGRATIONS, schemaOf, schemaVersion } from "./schema.ts";

/** What is known of a journal once it has been checked. */
export interface CheckedJournal {
  /** All of them, in order. */
  readonly runs: readonly JournalRun[];
  /** What has been let go of, by table. */
  readonly forgotten: ReadonlyMap<string, ForgottenRows>;
  /** How many there are. */
  readonly logRecords: number;
  /** How many there have been. */
  readonly messages: number;
  /** How many there have been. */
  readonly decisions: number;
  /** How many there have been. */
  readonly evidence: number;
}

/**
 * Checks a journal from its first page to its last row, and brings it to the newest version.
 * Linear in its size.
 *
 * @param path For messages.
 * @throws JournalError if it is somebody else's, newer, or damaged. What SQLite throws is not
 * caught.
 */
export function checkJournal(
  path: string,
  database: DatabaseSync,
  owner: JournalOwner,
): CheckedJournal {
  const version = schemaVersion(database);
  if (version > MIGRATIONS.length) {
    const known = `${MIGRATIONS.length} is the newest known here`;
    throw refused(path, "newer", `has format ${version}, ${known}; use the version that wrote it`);
  }
  if (version < 1) throw damaged(path, "it has no tables");
  const first = { epoch: checkOwner(path, database, owner), start: 0 };
  const [problem] = database.prepare("PRAGMA integrity_check(1)").all();
  if (problem?.integrity_check !== "ok") {
    throw damaged(path, String(problem?.integrity_check).replace(/\s+/g, " "));
  }
  migrate(database);
  checkSchema(path, database);
  for (const table of [VALUES, PROGRESS, LOG_ENTRIES]) {
    checkRows<unknown>(path, database, table as Table<unknown>);
  }
  const forgotten = new Map<string, ForgottenRows>();
  checkRows(path, database, FORGOTTEN, undefined, (rows) => forgotten.set(rows.what, rows));
  const count = <T>(table: Table<T>) => checkRows(path, database, table, forgotten.get(table.name));
  const runs: JournalRun[] = [first];
  checkRows(path, database, RUNS, undefined, (run) => runs.push(run));
  const logRecords = checkRows(path, database, LOG_RECORDS);
  return {
    ...{ runs, forgotten, logRecords },
    messages: count(MESSAGES),
    decisions: count(DECISIONS),
    evidence: count(EVIDENCE),
  };
}

/** The tables must be those that the migrations make: with others, anything might be kept. */
function checkSchema(path: string, database: DatabaseSync): void {
  const expected = new DatabaseSync(":memory:");
  try {
    migrate(expected);
    if (schemaOf(database) !== schemaOf(expected)) {
      throw damaged(path, "its tables are not those of a journal");
    }
  } finally {
    expected.close();
  }
}

/** The epoch of the journal's first run, if it is this owner's: asked before anything is changed. */
function checkOwner(path: string, database: DatabaseSync, owner: JournalOwner): string {
  const select = database.prepare(`SELECT ${OWNERS.columns} FROM ${OWNERS.name}`);
  select.setReadBigInts(true);
  const row = select.get();
  if (row === undefined) throw damaged(path, "it has no owner");
  const { name, configDigest, epoch } = OWNERS.read(row);
  if (name !== owner.name) {
    const what = `is the journal of "${name}", not of "${owner.name}"`;
    throw refused(path, "foreign", `${what}; give each its own dataDir`);
  }
  if (configDigest !== owner.configDigest) {
    const [was, is] = [configDigest, owner.configDigest].map((digest) => digest.slice(0, 16));
    const what = `was written under another configuration (digest ${was}…, now ${is}…)`;
    throw refused(path, "foreign", `${what}; go back to that one, or use another dataDir`);
  }
  return epoch;
}

/**
 * How many rows a table has had. Of those that have a position, all from 0 on must be there but for
 * as many as are known to be forgotten.
 */
function checkRows<T>(
  path: string,
  database: DatabaseSync,
  table: Table<T>,
  forgotten: ForgottenRows | undefined = undefined,
  take: (kept: T) => void = () => {},
): number {
  const { name, columns } = table;
  const select = database.prepare(`SELECT ${columns} FROM ${name} ORDER BY rowid`);
  select.setReadBigInts(true);
  const isNumbered = columns.startsWith("position,");
  let count = 0;
  let next = 0;
  for (const row of select.iterate()) {
    take(table.read(row));
    if (isNumbered) {
      const position = Number(row.position);
      if (forgotten === undefined && position !== next) {
        throw damaged(path, `row ${next} of ${name} is missing`);
      }
      next = position + 1;
    }
    count++;
  }
  if (!isNumbered || forgotten === undefined) return count;
  const length = Math.max(next, forgotten.length);
  const missing = length - forgotten.count - count;
  if (missing === 0) return length;
  throw damaged(path, `${Math.abs(missing)} rows of ${name} are missing, or too many`);
}
