/**
 * What goes wrong with files, in an operator's words.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { refusalOf } from "../wire/os_reason.ts";
import { type JournalBatch, JournalError, type JournalFault } from "./journal.ts";
import { DamagedRow } from "./rows.ts";

/** Where tests make a journal fail. What a function throws counts as SQLite's own failure. */
export interface JournalFaults {
  /** The database has been opened, and may be tampered with. */
  opened?(database: DatabaseSync): void;
  /** Nothing of the batch has been written. */
  beforeCommit?(batch: JournalBatch): void;
  /** All of the batch has been given to SQLite, but not yet been committed, or made durable. */
  afterWriteBeforeSync?(batch: JournalBatch): void;
  /** What is to be forgotten is deleted, and not yet committed. */
  afterForgetting?(): void;
}

const BUSY = 5;
const CONSTRAINT = 19;

/** Results of SQLite after which the file is not what it should be. */
const DAMAGED: ReadonlySet<number> = new Set([1, 11, 20, 25, 26]);

/** What to do about a damaged journal: the same everywhere, for it is easy to do harm. */
const MEND = "restore the newest state of the disk, or give the acceptor a new key; only a " +
  "process that never signs may start anew with an empty dataDir";

/** The result code of SQLite, without its extension; undefined if the error is not SQLite's. */
function resultOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return Number(error.errcode) & 0xff;
}

/** Whether SQLite refuses a row that is there already. */
export function isDuplicate(error: unknown): boolean {
  return resultOf(error) === CONSTRAINT;
}

/** One line of whatever was thrown. */
function lineOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (refusalOf(error) ?? message).replace(/\s+/g, " ");
}

/** What opening or reading `path` has failed with, in words. */
export function explainRead(path: string, error: unknown): JournalError {
  if (error instanceof JournalError) return error;
  const result = resultOf(error);
  if (result === BUSY) return inUse(path, error);
  if (error instanceof DamagedRow || (result !== undefined && DAMAGED.has(result))) {
    return damaged(path, lineOf(error), error);
  }
  return new JournalError(`${path}: cannot be read: ${lineOf(error)}`, { cause: error });
}

/** What writing to `path` has failed with, in words. */
export function explainWrite(path: string, error: unknown): JournalError {
  if (error instanceof JournalError) return error;
  const what = `${path}: cannot be written: ${lineOf(error)}`;
  return new JournalError(`${what}; mend that and start again`, { cause: error });
}

/** Somebody else has it open. */
export function inUse(path: string, cause?: unknown): JournalError {
  const what = `${path}: in use by another process; end that one, or give this one its own dataDir`;
  return new JournalError(what, { fault: "in use", cause });
}

/** It is not what was written. */
export function damaged(path: string, how: string, cause?: unknown): JournalError {
  return new JournalError(`${path}: damaged: ${how}; ${MEND}`, { fault: "damaged", cause });
}

/** Another fault, with the advice in the text. */
export function refused(path: string, fault: JournalFault, what: string): JournalError {
  return new JournalError(`${path}: ${what}`, { fault });
}
