/**
 * Writes several files as one act, as far as a file system allows.
 *
 * @module
 */

import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { EXIT, OperatorError } from "../wire/operator_error.ts";
import { reasonOf } from "./config_files.ts";

/** A file to be written. */
export interface NewFile {
  /** Its folder exists. */
  readonly path: string;
  /** All of it. */
  readonly text: string;
}

/** Read and write, for the owner only. */
const PRIVATE_MODE = 0o600;

/**
 * Writes private files (mode 0600). All are written beside their places first and moved there only
 * when every one is whole and on disk, so a failure leaves no half-written file and, unless the
 * moving itself fails, none at all.
 *
 * @param overwrite Whether files that exist may be replaced.
 * @throws OperatorError (usage) if one exists and may not be replaced, before anything is written;
 * (resource) if one cannot be written.
 */
export function writePrivateFiles(files: readonly NewFile[], overwrite: boolean): void {
  const existing = overwrite ? [] : files.filter(({ path }) => existsSync(path));
  if (existing.length > 0) {
    const more = existing.length > 1 ? ` (and ${existing.length - 1} more)` : "";
    throw new OperatorError(
      EXIT.usage,
      `exists already${more}; nothing was written: choose another PREFIX, or --force to overwrite`,
      existing[0]!.path,
    );
  }
  const temporary: { from: string; to: string }[] = [];
  try {
    for (const { path, text } of files) {
      const from = `${path}.${crypto.randomUUID()}.tmp`;
      attempt(path, () => writeWhole(from, text, () => temporary.push({ from, to: path })));
    }
    for (const { from, to } of temporary) attempt(to, () => renameSync(from, to));
  } finally {
    // Moved ones are gone from here; what is left belongs to a failure.
    for (const { from } of temporary) rmSync(from, { force: true });
  }
}

function writeWhole(path: string, text: string, created: () => void): void {
  const file = openSync(path, "wx", PRIVATE_MODE);
  created();
  try {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function attempt(path: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    const reason = reasonOf(error, "no such directory; make it first");
    throw new OperatorError(EXIT.resource, `cannot be written: ${reason}`, path);
  }
}
