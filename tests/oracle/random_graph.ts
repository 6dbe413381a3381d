/**
 * Random learner graphs: few acceptors, all kinds of rules, not necessarily valid.
 *
 * @module
 */

import type { LearnerGraphSpec } from "../../lib/core/learner_graph.ts";
import { anyOf, type SetRule, thresholdOf } from "../../lib/core/quorum.ts";
import type { AcceptorIndex, BurialRule } from "../../lib/core/types.ts";
import type { Prng } from "../../lib/sim/prng.ts";

const ACCEPTOR_NAMES = ["Alice", "Bob", "Carol", "Dave", "Erin", "Frank", "Grace"];
const LEARNER_NAMES = ["Xenia", "Yuri", "Zoe", "Zuri"];

/** A graph of 1 to 7 acceptors and 1 to 4 learners; mostly 3 to 5, and 1 to 3. */
export function randomGraph(prng: Prng): LearnerGraphSpec {
  const acceptorCount = prng.pick([1, 2, 3, 3, 4, 4, 4, 4, 5, 5, 5, 6, 7])!;
  const learnerCount = prng.pick([1, 1, 2, 2, 2, 3, 3, 4])!;
  const acceptors = ACCEPTOR_NAMES.slice(0, acceptorCount);
  const learners = LEARNER_NAMES.slice(0, learnerCount);
  const shared = randomQuorums(prng, acceptorCount);
  const quorums = learners.map(() =>
    prng.chance(0.3) ? shared : randomQuorums(prng, acceptorCount)
  );
  const burial: BurialRule = prng.chance(0.5) ? "TECHNICAL_REPORT" : "HP2";
  return {
    acceptors,
    learners,
    quorums,
    safety: randomSafety(prng, acceptorCount, learnerCount),
    burial,
  };
}

function randomSafety(
  prng: Prng,
  acceptorCount: number,
  learnerCount: number,
): LearnerGraphSpec["safety"] {
  const safety: { a: number; b: number; safe: SetRule }[] = [];
  const density = prng.pick([0.3, 0.7, 0.95])!;
  for (let a = 0; a < learnerCount; a++) {
    for (let b = a; b < learnerCount; b++) {
      if (!prng.chance(a === b ? Math.max(density, 0.8) : density)) continue;
      const safe = randomSafeSets(prng, acceptorCount);
      safety.push(prng.chance(0.5) ? { a, b, safe } : { a: b, b: a, safe });
    }
  }
  return safety;
}

/** Quorums that a majority can be, so that there is something to decide in most worlds. */
function randomQuorums(prng: Prng, acceptorCount: number): SetRule {
  const majority = Math.floor(acceptorCount / 2) + 1;
  const size = Math.max(1, Math.min(acceptorCount, majority + prng.pick([-1, 0, 0, 0, 1])!));
  return randomRule(prng, acceptorCount, size);
}

/** Safe sets that one or two caught acceptors can break. */
function randomSafeSets(prng: Prng, acceptorCount: number): SetRule {
  const size = Math.max(1, acceptorCount - prng.pick([0, 1, 1, 1, 2])!);
  return randomRule(prng, acceptorCount, size);
}

function randomRule(prng: Prng, acceptorCount: number, size: number): SetRule {
  const all = Array.from({ length: acceptorCount }, (_, index) => index);
  const kind = prng.below(10);
  if (kind < 5) return thresholdOf(size, all);
  if (kind < 8) return explicitSets(prng, all, size);
  return nestedThreshold(prng, all);
}

/** A few sets of about the size given; they may overlap, contain one another, or repeat. */
function explicitSets(prng: Prng, all: readonly AcceptorIndex[], size: number): SetRule {
  return anyOf(
    Array.from({ length: prng.between(1, 4) }, () => {
      const wanted = Math.max(1, Math.min(all.length, size + prng.between(-1, 0)));
      return prng.shuffled(all).slice(0, wanted).sort((left, right) => left - right);
    }),
  );
}

/** A threshold over thresholds and names; a name may occur more than once. */
function nestedThreshold(prng: Prng, all: readonly AcceptorIndex[]): SetRule {
  const of = Array.from({ length: prng.between(1, 3) }, (): SetRule => {
    const members = prng.shuffled(all).slice(0, prng.between(1, all.length));
    return members.length === 1
      ? { kind: "acceptor", index: members[0]! }
      : thresholdOf(prng.between(1, members.length), members);
  });
  return { kind: "threshold", threshold: prng.between(1, of.length), of };
}
