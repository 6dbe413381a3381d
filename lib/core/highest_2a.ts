/**
 * The highest 2a for a learner, and the highest with another value: together they answer, for any
 * message m, whether the past holds a 2a with a higher ballot and another value than m's.
 *
 * @module
 */

import type { Entry, Highest2a } from "./entry.ts";
import { compareBallots } from "./types.ts";

export type { Highest2a } from "./entry.ts";

/** Takes one more ballot (its 1a) with a 2a into account. */
export function raise2a(highest: Highest2a | undefined, proposal: Entry): Highest2a {
  if (highest === undefined) return { best: proposal, other: undefined };
  const { best, other } = highest;
  if (proposal === best || proposal === other) return highest;
  const sameValue = proposal.facts.ballot.valueHash === best.facts.ballot.valueHash;
  if (compareBallots(proposal.facts.ballot, best.facts.ballot) > 0) {
    return { best: proposal, other: sameValue ? other : best };
  }
  if (sameValue) return highest;
  if (other !== undefined && compareBallots(proposal.facts.ballot, other.facts.ballot) <= 0) {
    return highest;
  }
  return { best, other: proposal };
}

/** The {@linkcode Highest2a} of two pasts together. */
export function merge2as(
  a: Highest2a | undefined,
  b: Highest2a | undefined,
): Highest2a | undefined {
  if (b === undefined || a === b) return a;
  if (a === undefined) return b;
  const raised = raise2a(a, b.best);
  return b.other === undefined ? raised : raise2a(raised, b.other);
}

/** Whether some 2a counted in `highest` has a higher ballot and another value than `m`. */
export function hasConflictAbove(highest: Highest2a | undefined, m: Entry): boolean {
  if (highest === undefined) return false;
  const { ballot } = m.facts;
  const rival = highest.best.facts.ballot.valueHash === ballot.valueHash
    ? highest.other
    : highest.best;
  return rival !== undefined && compareBallots(rival.facts.ballot, ballot) > 0;
}
