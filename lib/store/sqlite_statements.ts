/**
 * Statements of one database: each is prepared once.
 *
 * @module
 */

import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { explainRead } from "./faults.ts";
import { fromColumn, type Row, type Table, toColumn } from "./rows.ts";

/** How many instances there can be. */
const INSTANCES = 1n << 64n;

/** What is asked of a database, and written to it. */
export class Statements {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #prepared: Map<string, StatementSync> = new Map();

  /** @param path Of the file, for messages. */
  constructor(path: string, database: DatabaseSync) {
    this.#path = path;
    this.#database = database;
  }

  /** The statement with this text. Whole numbers are read as bigint. */
  of(text: string): StatementSync {
    let statement = this.#prepared.get(text);
    if (statement === undefined) {
      statement = this.#database.prepare(text);
      statement.setReadBigInts(true);
      this.#prepared.set(text, statement);
    }
    return statement;
  }

  /** Adds rows, the first at a position; says how many were not passed over. */
  insert<T>(table: Table<T>, kept: readonly T[], position: number): number {
    if (kept.length === 0) return 0;
    const insert = this.of(table.insert);
    let inserted = 0;
    for (const one of kept) {
      inserted += Number(insert.run(...table.write(one, position + inserted)).changes);
    }
    return inserted;
  }

  /** What a table has where this holds. @throws JournalError if it cannot be read. */
  select<T>(table: Table<T>, where: string, ...parameters: SQLInputValue[]): T[] {
    const query = `SELECT ${table.columns} FROM ${table.name} ${where}`;
    return this.query(query, parameters, table.read);
  }

  /** The rows of a query. @throws JournalError if it cannot be read. */
  query(query: string, parameters: SQLInputValue[]): Row[];
  /** What is read of the rows of a query. @throws JournalError if it cannot be. */
  query<T>(query: string, parameters: SQLInputValue[], read: (row: Row) => T): T[];
  /** Of both. */
  query(query: string, parameters: SQLInputValue[], read = (row: Row): unknown => row): unknown[] {
    if (!this.#database.isOpen) throw new Error("the journal is closed");
    try {
      return this.of(query).all(...parameters).map((row) => read(row));
    } catch (error) {
      throw explainRead(this.#path, error);
    }
  }

  /** The lowest position in a table; undefined if it is empty. */
  first({ name }: Pick<Table<unknown>, "name">): number | undefined {
    const first = this.query(`SELECT min(position) AS first FROM ${name}`, [])[0]?.first;
    return typeof first === "bigint" ? Number(first) : undefined;
  }

  /** Lets go of all. */
  clear(): void {
    this.#prepared.clear();
  }
}

/** Up to `count` instances that have messages above `after` (or from the lowest), ascending. */
export function instancesAfter(
  statements: Statements,
  after: bigint | undefined,
  count: number,
): bigint[] {
  // One look into the index for each: SELECT DISTINCT would read every message of an instance.
  const instances: bigint[] = [];
  let lowest = after === undefined ? 0n : after + 1n;
  while (instances.length < count && lowest < INSTANCES) {
    const query = "SELECT min(instance) AS next FROM messages WHERE instance >= ?";
    const next = statements.query(query, [toColumn(lowest)])[0]?.next;
    if (typeof next !== "bigint") break;
    instances.push(fromColumn(next));
    lowest = fromColumn(next) + 1n;
  }
  return instances;
}
