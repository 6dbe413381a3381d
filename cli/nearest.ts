/**
 * Guesses what somebody meant to type.
 *
 * @module
 */

/**
 * The candidate that `word` is most likely a slip of, or undefined if none is close: at most a
 * third of its letters wrong. The first of equally close ones.
 *
 * @example
 * ```ts
 * import { nearest } from "./nearest.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nearest("--lisen", ["--json", "--listen"]), "--listen");
 * assertEquals(nearest("--colour", ["--json", "--listen"]), undefined);
 * ```
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const letters = candidate.replace(/^-+/, "").length;
    const distance = editDistance(word, candidate);
    if (distance < bestDistance && distance <= Math.ceil(letters / 3)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** How many letters to insert, delete or replace to get from `a` to `b`: O(|a|·|b|). */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replace, previous[j]! + 1, row[j - 1]! + 1));
    }
    previous = row;
  }
  return previous[b.length]!;
}
