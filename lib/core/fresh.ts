/**
 * fresh_a(x) and Con2as_a(x): whether a 1b is free to support its ballot's value.
 *
 * @module
 */

import { isBuried } from "./buried.ts";
import type { Facts, Own2as } from "./entry.ts";
import type { LearnerGraph } from "./learner_graph.ts";
import type { LearnerSet } from "./types.ts";

export type { Own2as } from "./entry.ts";

/**
 * The signer's own 2as that still bind it at the 1b `x`, given those that bound it before.
 *
 * One per learner suffices. A signer's messages in the past of a well-formed one form a chain, a
 * later 2a for a learner is possible only after a fresh 1b, and freshness means that all earlier
 * 2as for the learner with another value are buried; of those with the same value, the latest is
 * buried last. What is buried stays buried. A learner that is not connected to itself is connected
 * to nobody, ever again, so its 2as bind no more.
 */
export function binding2as(graph: LearnerGraph, x: Facts, before: Own2as): Own2as {
  const connected = graph.connected(x.caught);
  return before.map((m, learner) => {
    if (m === undefined || connected[learner] === 0n) return undefined;
    const conflicts = m.facts.ballot.valueHash !== x.ballot.valueHash;
    return conflicts && isBuried(graph, m, x, learner) ? undefined : m;
  });
}

/** The learners for which the 1b `x` is fresh (TR, fresh): no binding 2a has another value. */
export function freshFor(graph: LearnerGraph, x: Facts, binding: Own2as): LearnerSet {
  let locked = 0n;
  binding.forEach((m, learner) => {
    if (m !== undefined && m.facts.ballot.valueHash !== x.ballot.valueHash) {
      locked |= 1n << BigInt(learner);
    }
  });
  let fresh = 0n;
  graph.connected(x.caught).forEach((connected, learner) => {
    if ((connected & locked) === 0n) fresh |= 1n << BigInt(learner);
  });
  return fresh;
}
