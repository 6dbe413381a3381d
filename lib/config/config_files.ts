/**
 * The files that make up a configuration: reading them, and who else may.
 *
 * @module
 */

import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import { platform } from "node:process";
import { EXIT, OperatorError } from "../wire/operator_error.ts";
import { reasonOf } from "../wire/os_reason.ts";
import { type Place, quote } from "../wire/place.ts";

import { standardInput } from "./stdin.ts";

export { reasonOf } from "../wire/os_reason.ts";

/** What standard input is called in messages. */
export const STDIN = "<stdin>";

/** Bytes of a file. A configuration of hundreds of acceptors, certificates and all, takes one MB. */
export const FILE_BYTES_MAX = 16 * 1024 * 1024;

/** Permission bits of group and others. */
const NOT_OWNER = 0o077;

/** Reads all of standard input. @throws OperatorError if it is too large or not text. */
export async function readStdin(): Promise<string> {
  const chunks: BlobPart[] = [];
  let length = 0;
  for await (const chunk of standardInput("the configuration")) {
    length += chunk.length;
    if (length > FILE_BYTES_MAX) tooLarge(STDIN);
    chunks.push(chunk);
  }
  return decodeText(await new Blob(chunks).bytes(), STDIN);
}

/**
 * Reads a text file.
 *
 * @param where How to call it in messages.
 * @param missing What to say if there is no such file; to check the path, if not given.
 * @throws OperatorError if it cannot be read, is too large, or is not text.
 */
export function readText(path: string, where: string, missing?: string): string {
  let bytes: Uint8Array;
  try {
    bytes = readUpTo(path, FILE_BYTES_MAX + 1);
  } catch (error) {
    throw new OperatorError(EXIT.resource, `cannot be read: ${reasonOf(error, missing)}`, where);
  }
  if (bytes.length > FILE_BYTES_MAX) tooLarge(where);
  return decodeText(bytes, where);
}

/** The first bytes of a file, however many it has: of a pipe or a device nobody knows. */
function readUpTo(path: string, count: number): Uint8Array {
  const file = openSync(path, "r");
  try {
    // A folder cannot be read, and of what has a size that is all.
    const bytes = new Uint8Array(Math.min(count, fstatSync(file).size || count));
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(file, bytes, length, bytes.length - length, null);
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

/**
 * Reads a file that a configuration names, relative to where the configuration is.
 *
 * @throws OperatorError as {@linkcode readText}.
 */
export function readNamedFile(
  file: string,
  place: Place,
  missing?: string,
): { text: string; path: string } {
  const path = besideFile(file, place.file);
  return { text: readText(path, `${place}: ${quote(file)}`, missing), path };
}

/** The path that a configuration means by `path`: relative to where the configuration is. */
export function besideFile(path: string, source: string): string {
  return isAbsolute(path) ? path : resolve(source === STDIN ? "." : dirname(source), path);
}

/** A warning for each of the files that others than its owner may read or write. */
export function permissionWarnings(files: readonly string[]): string[] {
  return files.flatMap((file) => {
    const mode = modeOf(file);
    if (mode === undefined || (mode & NOT_OWNER) === 0) return [];
    const octal = (mode & 0o777).toString(8).padStart(4, "0");
    return [`${file}: holds a private key and others may use it (mode ${octal}); chmod 600 it`];
  });
}

/** Permission bits of a file; undefined where there are none. */
function modeOf(file: string): number | undefined {
  if (platform === "win32") return undefined;
  try {
    const status = statSync(file);
    return status.isFile() ? status.mode : undefined;
  } catch {
    return undefined;
  }
}

function tooLarge(where: string): never {
  const what = `is larger than ${FILE_BYTES_MAX} bytes; is this the right file?`;
  throw new OperatorError(EXIT.configuration, what, where);
}

function decodeText(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const what = "is not UTF-8 text; is this the right file?";
    throw new OperatorError(EXIT.configuration, what, where);
  }
}
