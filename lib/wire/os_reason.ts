/**
 * What the operating system, or the permissions that Deno was started with, refuse: in an
 * operator's words.
 *
 * @module
 */

/** By the code of an error; what may be mended is said with what to do. */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: "permission denied; check its owner and mode",
  EPERM: "permission denied; check its owner and mode",
  EISDIR: "it is a directory; name a file",
  ENOTDIR: "a part of the path is no directory; check the path",
  EEXIST: "exists already",
  ENOTEMPTY: "the directory is not empty",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "too many symbolic links; check the path",
  ENOSPC: "the disk is full; make room",
  EDQUOT: "the disk quota is used up; make room",
  EFBIG: "the file would become too large",
  EROFS: "the file system is read-only",
  EIO: "the disk does not work: input/output error",
  EMFILE: "too many open files here; raise the limit (ulimit -n)",
  ENFILE: "too many open files on this machine",
  ENOMEM: "there is no memory left",
  EBUSY: "something else uses it",
  ETXTBSY: "something else runs it",
  EXDEV: "the two places are on different file systems",
  EADDRINUSE: "the address is in use; stop what uses it, or choose another",
  EADDRNOTAVAIL: "no address of this machine",
};

/** What to say of a file that does not exist, unless the caller knows better. */
const MISSING = "no such file; check the path";

/**
 * Why the operating system, or Deno's permissions, refused; undefined for an error of another kind.
 *
 * @param missing What to say if something does not exist.
 *
 * @example
 * ```ts
 * import { refusalOf } from "./os_reason.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   refusalOf({ code: "ENOSPC", message: "No space left on device (os error 28)" }),
 *   "the disk is full; make room",
 * );
 * assertEquals(refusalOf(new TypeError("oops")), undefined);
 * ```
 */
export function refusalOf(error: unknown, missing: string = MISSING): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  const text = String(message);
  const [, right, place] = /^Requires (\w+) access to (.*?), (?:run again|specify)/.exec(text) ??
    [];
  if (right !== undefined) {
    return `Deno was started without the permission --allow-${right} for ${
      place!.replaceAll(/^"|"$/g, "")
    }; add it`;
  }
  if (code === "ENOENT") return missing;
  const words = WORDS[String(code)];
  if (words !== undefined) return words;
  // A code that is not in the table: the system's words without its number for them.
  const [, plain] = /^(.*) \(os error -?\d+\)/s.exec(text) ?? [];
  return plain === undefined ? undefined : lowerFirst(plain.split("\n", 1)[0]!);
}

/**
 * Why something could not be done, in one line; in an operator's words where they are known.
 *
 * @param missing What to say if something does not exist.
 */
export function reasonOf(error: unknown, missing: string = MISSING): string {
  const refusal = refusalOf(error, missing);
  if (refusal !== undefined) return refusal;
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0]!;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
