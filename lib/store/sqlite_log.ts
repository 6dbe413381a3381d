/**
 * What a journal on disk keeps of the log, and how it forgets what that has left behind.
 *
 * @module
 */

import type { JournalLogBatch } from "./journal.ts";
import type { Kept } from "./mark.ts";
import {
  DECISIONS,
  EVIDENCE,
  FORGOTTEN,
  type ForgottenRows,
  LOG_ENTRIES,
  LOG_RECORDS,
  MESSAGES,
  type Row,
} from "./rows.ts";
import type { Statements } from "./sqlite_statements.ts";

/** Writes within transactions that are begun and ended elsewhere. */
export class SqliteLog {
  readonly #statements: Statements;
  /** By table. */
  readonly #forgotten: Map<string, ForgottenRows>;

  /** @param forgotten What has been let go of so far, by table. */
  constructor(statements: Statements, forgotten: ReadonlyMap<string, ForgottenRows>) {
    this.#statements = statements;
    this.#forgotten = new Map(forgotten);
  }

  /** Writes a batch after `count` records; says how many there are once it is committed. */
  write(log: JournalLogBatch, count: number): number {
    if (log.replaces) this.#statements.of("DELETE FROM log_records").run();
    const first = log.replaces ? 0 : count;
    this.#statements.insert(LOG_ENTRIES, log.entries, 0);
    for (const { learner, from } of log.retained) {
      const text = "DELETE FROM log_entries WHERE learner = ? AND position < ? " +
        "RETURNING value_hash";
      this.#letGo(this.#statements.of(text).all(learner, from));
    }
    return first + this.#statements.insert(LOG_RECORDS, log.records, first);
  }

  /**
   * Deletes up to `count` rows of each table that belong to instances below a column's value.
   *
   * @returns What to pass to {@linkcode SqliteLog.forgot} once this is committed.
   */
  forget(below: bigint, count: number, lengths: Kept): ForgottenRows[] {
    const forgotten = [MESSAGES.name, DECISIONS.name, EVIDENCE.name].map((name) => {
      const named = name === MESSAGES.name ? "value_hash" : "NULL AS value_hash";
      // What is followed by position must have no holes.
      const which = name === MESSAGES.name
        ? "instance < ?1"
        : `position < ifnull((SELECT min(position) FROM ${name} WHERE instance >= ?1), 1 << 53)`;
      const text = `DELETE FROM ${name} WHERE position IN ` +
        `(SELECT position FROM ${name} WHERE ${which} LIMIT ?2) RETURNING ${named}`;
      const rows = this.#statements.of(text).all(below, count);
      this.#letGo(rows);
      const before = this.#forgotten.get(name)?.count ?? 0;
      return { what: name, count: before + rows.length, length: lengths[name as keyof Kept] };
    });
    for (const rows of forgotten) this.#statements.insert(FORGOTTEN, [rows], 0);
    return forgotten;
  }

  /** What was deleted is committed. */
  forgot(rows: readonly ForgottenRows[]): void {
    for (const each of rows) this.#forgotten.set(each.what, each);
  }

  /** Deletes values that these rows named and nothing names any more. */
  #letGo(rows: readonly Row[]): void {
    const text = "DELETE FROM proposed WHERE hash = ?1 " +
      "AND NOT EXISTS (SELECT 1 FROM messages WHERE value_hash = ?1) " +
      "AND NOT EXISTS (SELECT 1 FROM log_entries WHERE value_hash = ?1)";
    for (const { value_hash: hash } of rows) {
      if (hash instanceof Uint8Array) this.#statements.of(text).run(hash);
    }
  }
}
