/**
 * Con_a(x): with which learners a learner must still agree, given who is caught.
 *
 * @module
 */

import { fullSet } from "./acceptor_set.ts";
import type { CompiledRule } from "./quorum.ts";
import type { AcceptorSet, LearnerIndex, LearnerSet } from "./types.ts";

/** A safety edge of the learner graph as given, before closing it. `a <= b`. */
export interface SafetyEdge {
  /** One end. */
  readonly a: LearnerIndex;
  /** The other; the same for a self-edge. */
  readonly b: LearnerIndex;
  /** Its safe sets. */
  readonly safe: CompiledRule;
}

/** At most this many distinct sets of caught acceptors are remembered; then it starts afresh. */
const MEMO_MAX = 1024;

/**
 * Makes the function from the caught acceptors to, for each learner, the learners connected to it
 * in the *closed* graph (TR, Con_a and condensed learner graph; HPaxos_2.tla, Con).
 *
 * The closed graph has a safe set within G = all but the caught on a pair exactly if a walk of one
 * or more edges, each with a safe set within G, joins the pair: closing unites safe sets along
 * walks. So the closure is never written out: the open edges that hold in G are joined into
 * components. A learner is connected to itself exactly if any edge at it holds.
 *
 * Results are remembered by caught set; a miss costs O(edges + learners).
 */
export function makeConnected(
  learnerCount: number,
  acceptorCount: number,
  edges: readonly SafetyEdge[],
): (caught: AcceptorSet) => readonly LearnerSet[] {
  const all = fullSet(acceptorCount);
  const memo = new Map<AcceptorSet, readonly LearnerSet[]>();
  return (caught) => {
    const known = memo.get(caught);
    if (known !== undefined) return known;
    const connected = components(learnerCount, edges, all & ~caught);
    if (memo.size >= MEMO_MAX) memo.clear();
    memo.set(caught, connected);
    return connected;
  };
}

function components(
  learnerCount: number,
  edges: readonly SafetyEdge[],
  safe: AcceptorSet,
): readonly LearnerSet[] {
  const component: LearnerSet[] = new Array(learnerCount).fill(0n);
  for (const edge of edges) {
    if (!edge.safe.satisfiedBy(safe)) continue;
    const joined = component[edge.a]! | component[edge.b]! |
      (1n << BigInt(edge.a)) | (1n << BigInt(edge.b));
    for (let learner = 0; learner < learnerCount; learner++) {
      if (((joined >> BigInt(learner)) & 1n) === 1n) {
        component[learner] = joined;
      }
    }
  }
  return component;
}
