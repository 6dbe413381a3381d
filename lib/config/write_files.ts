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
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { EXIT, OperatorError } from "../wire/operator_error.ts";
import { FILE_BYTES_MAX, reasonOf } from "./config_files.ts";

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
 * half-written file and, unless the moving itself fails, none at all. A public one never replaces a
 * private key.
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
      const to = overwrite ? placeToReplace(file.path, file.public) : file.path;
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

/**
 * Where that is which may be replaced: of a symbolic link, what it leads to; the link stays.
 *
 * @param path Need not exist.
 * @param keepKeys Whether a private key stays: nobody could make it again.
 * @throws OperatorError (usage) if it holds a private key; (resource) if it is a device or a pipe.
 */
export function placeToReplace(path: string, keepKeys = false): string {
  if (!existsSync(path)) return path;
  const status = statSync(path);
  if (!status.isFile() && !status.isDirectory()) {
    throw new OperatorError(EXIT.resource, "cannot be written: it is no file; name one", path);
  }
  const isShort = status.isFile() && status.size <= FILE_BYTES_MAX;
  attempt(path, () => {
    if (!keepKeys || !isShort || !readFileSync(path, "latin1").includes(" PRIVATE KEY--")) return;
    const what = "holds a private key; nothing was written: choose another name";
    throw new OperatorError(EXIT.usage, what, path);
  });
  return realpathSync(path);
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
