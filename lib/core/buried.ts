/**
 * Buried_b(m, y): whether a 2a no longer binds its signer.
 *
 * @module
 */

import { type Entry, isAncestorOrSelf } from "./dag.ts";
import { hasConflictAbove } from "./highest_2a.ts";
import type { LearnerGraph } from "./learner_graph.ts";
import type { AcceptorMessage, AcceptorSet, LearnerIndex } from "./types.ts";

/** What the definition needs of y: its facts, or those of a message still being judged. */
export type BurialPast = Pick<Entry["facts"], "tips" | "highest2a">;

/**
 * Whether `m`, a 2a for learner `b`, is buried in `past`, the facts of some y that has `m` in its
 * past (TR, Buried; HPaxos_2.tla, Buried).
 *
 * By the technical report, the signers of messages w in Tran(y), such that Tran(w) holds both m
 * and a 2a for b with a higher ballot and another value, must contain a quorum of b. What holds of
 * w holds of every later message of its signer, so each signer's tips decide.
 * By Heterogeneous Paxos 2.0 one such 2a in Tran(y) is enough.
 */
export function isBuried(
  graph: LearnerGraph,
  m: Entry,
  past: BurialPast,
  b: LearnerIndex,
): boolean {
  if (!hasConflictAbove(past.highest2a[b], m)) return false;
  if (graph.burial === "HP2") return true;
  return graph.quorums[b]!.satisfiedBy(buriersOf(m, past, b));
}

/** Signers of messages w in the past whose own past holds m and a conflicting 2a for b above it. */
export function buriersOf(m: Entry, past: BurialPast, b: LearnerIndex): AcceptorSet {
  const { signer } = m.message as AcceptorMessage;
  let burying = 0n;
  for (let w = 0; w < past.tips.length; w++) {
    if (past.tips[w]!.some((tip) => buries(tip, m, signer, b))) burying |= 1n << BigInt(w);
  }
  return burying;
}

function buries(w: Entry, m: Entry, signer: number, b: LearnerIndex): boolean {
  return hasConflictAbove(w.facts.highest2a[b], m) &&
    w.facts.tips[signer]!.some((tip) => isAncestorOrSelf(m, tip));
}
