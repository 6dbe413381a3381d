/**
 * Names of acceptors, learners and clients: which are allowed, how they are ordered, and which one
 * was probably meant.
 *
 * @module
 */

/** UTF-8 bytes of a name. */
export const NAME_BYTES_MAX = 64;

/** Beyond this many edits, two names are not alike. */
const EDITS_MAX = 2;

/**
 * Compares names by their code points, which is also the order of their UTF-8 bytes: negative if
 * `a` comes first, zero if equal.
 *
 * @example
 * ```ts
 * import { compareNames } from "./names.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(["b", "\u{1f600}", "\uff21", "B"].sort(compareNames), ["B", "b", "\uff21", "\u{1f600}"]);
 * ```
 */
export function compareNames(a: string, b: string): number {
  const [left, right] = [codePoints(a), codePoints(b)];
  const shorter = Math.min(left.length, right.length);
  for (let i = 0; i < shorter; i++) {
    const difference = left[i]! - right[i]!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/**
 * What is wrong with a name, as the rest of a sentence that begins with it; undefined if nothing.
 * Names that look alike must be alike, so a name is in normal form C and not padded.
 */
export function nameFault(name: string): string | undefined {
  if (name === "") return "is empty; give a name";
  if (!name.isWellFormed()) return "is not well-formed Unicode";
  const bytes = new TextEncoder().encode(name).length;
  if (bytes > NAME_BYTES_MAX) {
    return `has ${bytes} bytes of UTF-8; a name may have ${NAME_BYTES_MAX}`;
  }
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) {
    return "holds a control or invisible character; leave it out";
  }
  if (name !== name.trim()) return "begins or ends with a space; leave it out";
  if (name !== name.normalize("NFC")) return "is not in Unicode normal form C; normalise it";
  return undefined;
}

/** `; did you mean "…"?` with the most similar candidate, or nothing if none is similar. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  let best: string | undefined;
  let least = EDITS_MAX + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) > EDITS_MAX) continue;
    const edits = distance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < least && edits < candidate.length) [best, least] = [candidate, edits];
  }
  return best === undefined ? "" : `; did you mean ${JSON.stringify(best)}?`;
}

/** Names for a message: all if few, else the first few and how many more. */
export function listNames(names: readonly string[], most = 8): string {
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

function codePoints(name: string): number[] {
  return Array.from(name, (character) => character.codePointAt(0)!);
}

/** Levenshtein distance. Quadratic in the lengths, which callers keep small. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
