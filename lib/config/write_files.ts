/**
 * Writes several files as one act, as far as a file system allows.
 *
 * @module
 */

import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { EXIT, OperatorError } from "../wire/operator_error.ts";
import { reasonOf } from "./config_files.ts";

/** A file to be written. */
export interface NewFile {
  /** Its folder exists. */
  readonly path: string;
  /** All of it. */
  readonly text: string;
  /** Whether others may read it; its owner alone if not said. */
  readonly public?: boolean;
}

/** What happens to files that exist. */
export interface Overwriting {
  /** Whether they are replaced. */
  readonly overwrite: boolean;
  /** What to do if not, as the end of a sentence. */
  readonly advice: string;
}

/** Read and write, for the owner only. */
const PRIVATE_MODE = 0o600;

/** Read for all, as far as the umask allows. */
const PUBLIC_MODE = 0o644;

/**
 * Writes files, private ones (mode 0600) unless they say otherwise. All are written beside their
 * places first and moved there only when every one is whole and on disk, so a failure leaves no
 * half-written file and, unless the moving itself fails, none at all.
 *
 * @throws OperatorError (usage) if one exists and may not be replaced, before anything is written;
 * (resource) if one cannot be written.
 */
export function writeFiles(files: readonly NewFile[], { overwrite, advice }: Overwriting): void {
  const existing = overwrite ? [] : files.filter(({ path }) => existsSync(path));
  if (existing.length > 0) {
    const more = existing.length > 1 ? ` (and ${existing.length - 1} more)` : "";
    existsAlready(existing[0]!.path, `${more}; nothing was written: ${advice}`);
  }
  const temporary: { from: string; to: string }[] = [];
  try {
    for (const file of files) {
      const { path: to } = file;
      const from = `${to}.${crypto.randomUUID()}.tmp`;
      attempt(to, () => writeWhole(from, file, () => temporary.push({ from, to })));
    }
    for (const { from, to } of temporary) {
      attempt(to, () => overwrite ? renameSync(from, to) : moveToNew(from, to, advice));
    }
  } finally {
    // Moved ones are gone from here; what is left belongs to a failure.
    for (const { from } of temporary) rmSync(from, { force: true });
  }
}

function writeWhole(path: string, { text, ...kind }: NewFile, created: () => void): void {
  const file = openSync(path, "wx", kind.public ? PUBLIC_MODE : PRIVATE_MODE);
  created();
  try {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Moves a file to where none is. What has come there in the meantime stays: it may be a key. */
function moveToNew(from: string, to: string, advice: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (existsSync(to)) existsAlready(to, ` since a moment ago: ${advice}`);
    // Some file systems have no links.
    if (!existsSync(from)) throw error;
    renameSync(from, to);
  }
}

function existsAlready(path: string, what: string): never {
  throw new OperatorError(EXIT.usage, `exists already${what}`, path);
}

function attempt(path: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    const reason = reasonOf(error, "no such directory; make it first");
    throw new OperatorError(EXIT.resource, `cannot be written: ${reason}`, path);
  }
}
