/**
 * Caught(x), by way of tips: for each signer, its maximal messages in the past.
 *
 * @module
 */

import { isAncestorOrSelf } from "./dag.ts";
import type { Entry, Tips } from "./entry.ts";

export type { Tips } from "./entry.ts";

/** No message of the signer. */
export const NO_TIPS: Tips = [];

/**
 * The tips of two pasts together. An honest signer never has more than one: of two, one is the
 * other's ancestor. More than one that do not merge mean that the signer is caught (TR, Caught).
 */
export function mergeTips(a: Tips, b: Tips): Tips {
  if (a === b || b.length === 0) return a;
  if (a.length === 0) return b;
  if (a.length === 1 && b.length === 1) {
    const later = laterOf(a[0]!, b[0]!);
    if (later !== undefined) return later === a[0] ? a : b;
  }
  let merged = a;
  for (const tip of b) merged = addTip(merged, tip);
  return merged;
}

/** The one of two messages of a signer that follows the other, if one does: mostly it is so. */
function laterOf(a: Entry, b: Entry): Entry | undefined {
  if (a.chain!.depth >= b.chain!.depth) return isAncestorOrSelf(b, a) ? a : undefined;
  return isAncestorOrSelf(a, b) ? b : undefined;
}

function addTip(tips: Tips, tip: Entry): Tips {
  if (tips.some((known) => isAncestorOrSelf(tip, known))) return tips;
  return [...tips.filter((known) => !isAncestorOrSelf(known, tip)), tip];
}
