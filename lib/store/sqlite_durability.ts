/**
 * Whether what a journal on disk writes waits for the disk.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";

/** Of one database. */
export class SqliteDurability {
  readonly #database: DatabaseSync;
  /** What `PRAGMA synchronous` is set to. */
  #isSynchronous: boolean | undefined;
  /** Whether something that was committed may be lost with the machine. */
  #hasVolatile = false;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /**
   * Before a transaction: whether its `COMMIT` waits for the disk, and makes all before it durable.
   *
   * @param isCertain Whether it will certainly write something.
   */
  begin(durable: boolean, isCertain: boolean): void {
    this.#setSynchronous(durable);
    // What certainly follows in the log makes what was before durable.
    if (durable && this.#hasVolatile && !isCertain) this.#flush();
  }

  /** It is committed. */
  committed(durable: boolean): void {
    this.#hasVolatile = !durable;
  }

  /** Asking for it again costs more than remembering. */
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
}
