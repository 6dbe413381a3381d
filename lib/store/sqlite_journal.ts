/**
 * The journal on disk: one SQLite file, written ahead, one transaction a batch.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
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
  JournalLogEntry,
  JournalMessage,
  JournalProgress,
} from "./journal.ts";
import {
  DECISIONS,
  EVIDENCE,
  type JournalOwner,
  LOG_ENTRIES,
  LOG_RECORDS,
  MESSAGES,
  PROGRESS,
  RUNS,
  toColumn,
  VALUES,
} from "./rows.ts";
import { commonLength, type JournalRun, newRun } from "./runs.ts";
import { checkJournal } from "./sqlite_check.ts";
import { SqliteDurability } from "./sqlite_durability.ts";
import { type HeldDirectory, holdDirectory, openFile } from "./sqlite_file.ts";
import { SqliteLog } from "./sqlite_log.ts";
import { instancesAfter, Statements } from "./sqlite_statements.ts";

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

class SqliteJournal implements Journal {
  readonly bytes: () => number;
  readonly #directory: HeldDirectory;
  readonly #database: DatabaseSync;
  readonly #faults: JournalFaults;
  readonly #mark: Mark;
  readonly #statements: Statements;
  readonly #log: SqliteLog;
  /** How many records of the log there are. */
  #logRecords: number;
  /** All of them. The last is this process's. */
  readonly #runs: readonly JournalRun[];
  /** Whether the last is kept: it is with the first batch. */
  #isRunKept = false;
  #counts: Kept;
  readonly #durability: SqliteDurability;
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
    const checked = checkJournal(directory.path, database, owner);
    const { runs, messages, decisions, evidence } = checked;
    const counts = { messages, decisions, evidence };
    this.#statements = new Statements(directory.path, database);
    this.#log = new SqliteLog(this.#statements, checked.forgotten);
    this.#logRecords = checked.logRecords;
    this.#durability = new SqliteDurability(database);
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

  get firstPosition(): number {
    return this.#statements.first(MESSAGES) ?? this.length;
  }

  get firstDecision(): number {
    return this.#statements.first(DECISIONS) ?? this.decisionCount;
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
      this.#durability.begin(durable, batch.messages.length > 0);
      this.#statements.of("BEGIN IMMEDIATE").run();
      const counts = this.#write(batch);
      const logRecords = batch.log === undefined
        ? this.#logRecords
        : this.#log.write(batch.log, this.#logRecords);
      this.#faults.afterWriteBeforeSync?.(batch);
      this.#statements.of("COMMIT").run();
      this.#counts = counts;
      this.#logRecords = logRecords;
      this.#isRunKept = true;
      this.#durability.committed(durable);
      if (durable) this.#mark.write(counts);
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** The counts to be once this is committed. */
  #write(batch: JournalBatch): Kept {
    const { messages, decisions, evidence } = this.#counts;
    if (!this.#isRunKept) {
      this.#statements.insert(RUNS, this.#runs.slice(-1), this.#runs.length - 2);
    }
    this.#statements.insert(VALUES, batch.values, 0);
    this.#statements.insert(PROGRESS, batch.progress, 0);
    return {
      messages: messages + this.#statements.insert(MESSAGES, batch.messages, messages),
      decisions: decisions + this.#statements.insert(DECISIONS, batch.decisions, decisions),
      evidence: evidence + this.#statements.insert(EVIDENCE, batch.evidence, evidence),
    };
  }

  forget(below: bigint, count: number): boolean {
    this.#assertOpen();
    if (this.#failure !== undefined) throw this.#failure;
    checkCount(count);
    const column = toColumn(below);
    try {
      this.#durability.begin(false, true);
      this.#statements.of("BEGIN IMMEDIATE").run();
      const rows = this.#log.forget(column, count, this.#counts);
      this.#faults.afterForgetting?.();
      this.#statements.of("COMMIT").run();
      this.#log.forgot(rows);
      this.#durability.committed(false);
      this.#statements.of(`PRAGMA incremental_vacuum(${count})`).all();
    } catch (error) {
      throw this.#fail(error);
    }
    const query = "SELECT 1 FROM messages WHERE instance < ? LIMIT 1";
    return this.#statements.query(query, [column]).length > 0;
  }

  logRecords(): Uint8Array[] {
    return this.#statements.select(LOG_RECORDS, "ORDER BY position");
  }

  logEntries(): JournalLogEntry[] {
    return this.#statements.select(LOG_ENTRIES, "ORDER BY learner, position");
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
    return this.#statements.select(MESSAGES, where, toColumn(instance), fromHex(id))[0];
  }

  messagesFrom(position: number, count: number): JournalMessage[] {
    checkCount(position);
    checkCount(count);
    const where = "WHERE position >= ? ORDER BY position LIMIT ?";
    return this.#statements.select(MESSAGES, where, position, count);
  }

  messagesOf(instance: bigint): JournalMessage[] {
    return this.#statements.select(
      MESSAGES,
      "WHERE instance = ? ORDER BY position",
      toColumn(instance),
    );
  }

  hasInstance(instance: bigint): boolean {
    const query = "SELECT 1 FROM messages WHERE instance = ? LIMIT 1";
    return this.#statements.query(query, [toColumn(instance)]).length > 0;
  }

  instancesAfter(after: bigint | undefined, count: number): bigint[] {
    checkCount(count);
    return instancesAfter(this.#statements, after, count);
  }

  value(hash: ValueHash): Uint8Array | undefined {
    return this.#statements.select(VALUES, "WHERE hash = ?", fromHex(hash))[0]?.bytes;
  }

  decisionsFrom(from: number, count: number): JournalDecision[] {
    checkCount(from);
    checkCount(count);
    return this.#statements.select(
      DECISIONS,
      "WHERE position >= ? ORDER BY position LIMIT ?",
      from,
      count,
    );
  }

  decisionsOf(instance: bigint): JournalDecision[] {
    return this.#statements.select(
      DECISIONS,
      "WHERE instance = ? ORDER BY position",
      toColumn(instance),
    );
  }

  evidence(from = 0): JournalEvidence[] {
    checkCount(from);
    return this.#statements.select(EVIDENCE, "WHERE position >= ? ORDER BY position", from);
  }

  progress(peer: string): JournalProgress | undefined {
    return this.#statements.select(PROGRESS, "WHERE peer = ?", peer)[0];
  }

  close(): void {
    if (!this.#database.isOpen) return;
    this.#statements.clear();
    this.#database.close();
    this.#mark.close();
    this.#directory.release();
  }

  #assertOpen(): void {
    if (!this.#database.isOpen) throw new Error("the journal is closed");
  }
}
