/**
 * The journal on disk: one SQLite file, written ahead, one transaction a batch.
 *
 * @module
 */

import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { MessageId, ValueHash } from "../core/types.ts";
import { fromHex } from "../wire/hex.ts";
import { checkBatch, checkCount } from "./checks.ts";
import { explainRead, explainWrite, isDuplicate, type JournalFaults } from "./faults.ts";
import { type Kept, Mark } from "./mark.ts";
import type {
  Journal,
  JournalBatch,
  JournalDecision,
  JournalError,
  JournalEvidence,
  JournalMessage,
  JournalProgress,
} from "./journal.ts";
import {
  DECISIONS,
  EVIDENCE,
  fromColumn,
  type JournalOwner,
  MESSAGES,
  PROGRESS,
  type Row,
  RUNS,
  type Table,
  toColumn,
  VALUES,
} from "./rows.ts";
import { commonLength, type JournalRun, newRun } from "./runs.ts";
import { checkJournal } from "./sqlite_check.ts";
import { type HeldDirectory, holdDirectory, openFile } from "./sqlite_file.ts";

/** Where a journal is, and whose it is. */
export interface SqliteJournalOptions {
  /** Made (mode 0700) unless it exists; the journal in it is `journal.sqlite`. */
  readonly dataDir: string;
  /** Another's journal is refused. */
  readonly owner: JournalOwner;
  /** For tests. */
  readonly faults?: JournalFaults;
}

/**
 * Opens the journal in a directory, for this process alone until it is closed, or makes one if
 * there is none. All of it is read and checked first, which takes time linear in its size.
 *
 * @throws JournalError if it is in use, another's, newer than this program, damaged, or cannot be
 * opened. It is never replaced by an empty one.
 */
export function openSqliteJournal(options: SqliteJournalOptions): Journal {
  const { dataDir, owner, faults = {} } = options;
  const directory = holdDirectory(dataDir);
  let database: DatabaseSync | undefined;
  try {
    database = openFile(directory.path, owner);
    return new SqliteJournal(directory, database, owner, faults);
  } catch (error) {
    if (database?.isOpen) database.close();
    directory.release();
    throw explainRead(directory.path, error);
  }
}

/** How many instances there can be. */
const INSTANCES = 1n << 64n;

class SqliteJournal implements Journal {
  readonly bytes: () => number;
  readonly #directory: HeldDirectory;
  readonly #database: DatabaseSync;
  readonly #faults: JournalFaults;
  readonly #mark: Mark;
  readonly #statements: Map<string, StatementSync> = new Map();
  /** All of them. The last is this process's. */
  readonly #runs: readonly JournalRun[];
  /** Whether the last is kept: it is with the first batch. */
  #isRunKept = false;
  #counts: Kept;
  /** What `PRAGMA synchronous` is set to. */
  #isSynchronous: boolean | undefined;
  /** Whether a batch that was kept may be lost with the machine. */
  #hasVolatile = false;
  /** Why no more batches are taken. */
  #failure: JournalError | undefined;

  constructor(
    directory: HeldDirectory,
    database: DatabaseSync,
    owner: JournalOwner,
    faults: JournalFaults,
  ) {
    this.#directory = directory;
    this.bytes = directory.bytes;
    this.#database = database;
    this.#faults = faults;
    const { runs, ...counts } = checkJournal(directory.path, database, owner);
    this.#mark = new Mark(directory.path);
    this.#mark.require(counts);
    // Whatever is there was made durable when it was opened.
    this.#mark.write(counts);
    this.#runs = [...runs, newRun(counts.messages)];
    this.#counts = counts;
    faults.opened?.(database);
  }

  get epoch(): string {
    return this.#runs.at(-1)!.epoch;
  }

  get length(): number {
    return this.#counts.messages;
  }

  get decisionCount(): number {
    return this.#counts.decisions;
  }

  get evidenceCount(): number {
    return this.#counts.evidence;
  }

  commonLength(epoch: string, position: number): number {
    this.#assertOpen();
    return commonLength({ runs: this.#runs, length: this.length }, epoch, position);
  }

  commit(batch: JournalBatch, durable: boolean): void {
    this.#assertOpen();
    if (this.#failure !== undefined) throw this.#failure;
    checkBatch(batch, this.length);
    try {
      this.#faults.beforeCommit?.(batch);
      this.#setSynchronous(durable);
      // Messages are certain to be written, and what follows them in the log makes it durable.
      if (durable && this.#hasVolatile && batch.messages.length === 0) this.#flush();
      this.#statement("BEGIN IMMEDIATE").run();
      const counts = this.#write(batch);
      this.#faults.afterWriteBeforeSync?.(batch);
      this.#statement("COMMIT").run();
      this.#counts = counts;
      this.#isRunKept = true;
      this.#hasVolatile = !durable;
      if (durable) this.#mark.write(counts);
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** Whether `COMMIT` waits for the disk. Asking for it again costs more than remembering. */
  #setSynchronous(durable: boolean): void {
    if (durable === this.#isSynchronous) return;
    this.#database.exec(`PRAGMA synchronous = ${durable ? "FULL" : "NORMAL"}`);
    this.#isSynchronous = durable;
  }

  /** Makes the log durable although nothing may follow: SQLite syncs only what it has changed. */
  #flush(): void {
    const result = this.#database.prepare("PRAGMA wal_checkpoint(PASSIVE)").get();
    if (result?.busy !== 0) throw new Error("the write-ahead log cannot be folded in");
  }

  /** The counts to be once this is committed. */
  #write(batch: JournalBatch): Kept {
    const { messages, decisions, evidence } = this.#counts;
    if (!this.#isRunKept) this.#insert(RUNS, this.#runs.slice(-1), this.#runs.length - 2);
    this.#insert(VALUES, batch.values, 0);
    this.#insert(PROGRESS, batch.progress, 0);
    return {
      messages: messages + this.#insert(MESSAGES, batch.messages, messages),
      decisions: decisions + this.#insert(DECISIONS, batch.decisions, decisions),
      evidence: evidence + this.#insert(EVIDENCE, batch.evidence, evidence),
    };
  }

  /** How many were not passed over. */
  #insert<T>(table: Table<T>, kept: readonly T[], position: number): number {
    if (kept.length === 0) return 0;
    const insert = this.#statement(table.insert);
    let inserted = 0;
    for (const one of kept) {
      inserted += Number(insert.run(...table.write(one, position + inserted)).changes);
    }
    return inserted;
  }

  /** Undoes what has been begun; the journal is of no more use unless the caller is to blame. */
  #fail(error: unknown): Error {
    try {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      if (isDuplicate(error)) return new Error("a message is kept already", { cause: error });
    } catch {
      // What made the rollback necessary says more than why it failed.
    }
    this.#failure = explainWrite(this.#directory.path, error);
    return this.#failure;
  }

  message(instance: bigint, id: MessageId): JournalMessage | undefined {
    const where = "WHERE instance = ? AND id = ?";
    return this.#select(MESSAGES, where, toColumn(instance), fromHex(id))[0];
  }

  messagesFrom(position: number, count: number): JournalMessage[] {
    checkCount(position);
    checkCount(count);
    const where = "WHERE position >= ? ORDER BY position LIMIT ?";
    return this.#select(MESSAGES, where, position, count);
  }

  messagesOf(instance: bigint): JournalMessage[] {
    return this.#select(MESSAGES, "WHERE instance = ? ORDER BY position", toColumn(instance));
  }

  hasInstance(instance: bigint): boolean {
    const query = "SELECT 1 FROM messages WHERE instance = ? LIMIT 1";
    return this.#query(query, [toColumn(instance)]).length > 0;
  }

  instancesAfter(after: bigint | undefined, count: number): bigint[] {
    checkCount(count);
    // One look into the index for each: SELECT DISTINCT would read every message of an instance.
    const instances: bigint[] = [];
    let lowest = after === undefined ? 0n : after + 1n;
    while (instances.length < count && lowest < INSTANCES) {
      const query = "SELECT min(instance) AS next FROM messages WHERE instance >= ?";
      const next = this.#query(query, [toColumn(lowest)])[0]?.next;
      if (typeof next !== "bigint") break;
      instances.push(fromColumn(next));
      lowest = fromColumn(next) + 1n;
    }
    return instances;
  }

  value(hash: ValueHash): Uint8Array | undefined {
    return this.#select(VALUES, "WHERE hash = ?", fromHex(hash))[0]?.bytes;
  }

  decisionsFrom(from: number, count: number): JournalDecision[] {
    checkCount(from);
    checkCount(count);
    return this.#select(DECISIONS, "WHERE position >= ? ORDER BY position LIMIT ?", from, count);
  }

  decisionsOf(instance: bigint): JournalDecision[] {
    return this.#select(DECISIONS, "WHERE instance = ? ORDER BY position", toColumn(instance));
  }

  evidence(from = 0): JournalEvidence[] {
    checkCount(from);
    return this.#select(EVIDENCE, "WHERE position >= ? ORDER BY position", from);
  }

  progress(peer: string): JournalProgress | undefined {
    return this.#select(PROGRESS, "WHERE peer = ?", peer)[0];
  }

  close(): void {
    if (!this.#database.isOpen) return;
    this.#statements.clear();
    this.#database.close();
    this.#mark.close();
    this.#directory.release();
  }

  #select<T>(table: Table<T>, where: string, ...parameters: SQLInputValue[]): T[] {
    const query = `SELECT ${table.columns} FROM ${table.name} ${where}`;
    return this.#query(query, parameters, table.read);
  }

  #query(query: string, parameters: SQLInputValue[]): Row[];
  #query<T>(query: string, parameters: SQLInputValue[], read: (row: Row) => T): T[];
  #query(query: string, parameters: SQLInputValue[], read = (row: Row): unknown => row): unknown[] {
    this.#assertOpen();
    try {
      return this.#statement(query).all(...parameters).map((row) => read(row));
    } catch (error) {
      throw explainRead(this.#directory.path, error);
    }
  }

  #statement(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.#database.prepare(text);
      statement.setReadBigInts(true);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  #assertOpen(): void {
    if (!this.#database.isOpen) throw new Error("the journal is closed");
  }
}
