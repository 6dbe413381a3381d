/**
 * Learner graphs for the simulated world: random ones that are valid, and known ones.
 *
 * @module
 */

import type { LearnerGraph, LearnerGraphSpec } from "../core/learner_graph.ts";
import { checkValidity } from "../graph/validity.ts";
import { makeLearnerGraph } from "../core/learner_graph.ts";
import { anyOf, type SetRule, thresholdOf } from "../core/quorum.ts";
import type { AcceptorIndex, BurialRule } from "../core/types.ts";
import type { Prng } from "./prng.ts";

const ACCEPTORS = [
  ...["Alice", "Bob", "Carol", "Dave", "Erin", "Frank", "Grace", "Heidi", "Ivan", "Judy"],
];
const LEARNERS = ["Val", "Wendy", "Xenia", "Yuri", "Zoe"];

/** Graphs that stand for what people build: by name, with the number of acceptors. */
export const KNOWN_GRAPHS: Readonly<Record<string, (burial: BurialRule) => LearnerGraphSpec>> = {
  "one learner, any 3 of 4": (burial) => thresholds(4, [3], burial),
  "two learners alike, any 3 of 4": (burial) => thresholds(4, [3, 3], burial),
  "any 4 of 5 and any 3 of 5": (burial) => thresholds(5, [4, 3], burial),
  "any 5 of 7": (burial) => thresholds(7, [5], burial),
  "two companies, four machines each": twoCompanies,
};

/** A valid graph of 1 to 10 acceptors and 1 to 5 learners; mostly 3 to 5, and 1 to 3. */
export function randomValidGraph(prng: Prng): LearnerGraph {
  for (;;) {
    const graph = makeLearnerGraph(randomSpec(prng));
    if (checkValidity(graph) === undefined) return graph;
  }
}

function randomSpec(prng: Prng): LearnerGraphSpec {
  const burial: BurialRule = prng.chance(0.5) ? "TECHNICAL_REPORT" : "HP2";
  if (prng.chance(0.15)) return prng.pick(Object.values(KNOWN_GRAPHS))!(burial);
  // What goes wrong at all goes wrong with few acceptors; a few large worlds, to be sure.
  const count = prng.chance(0.06) ? prng.between(6, 10) : prng.pick([1, 2, 3, 3, 4, 4, 4, 4, 5])!;
  const learnerCount = prng.pick([1, 1, 2, 2, 2, 2, 3, 3, 4, 5])!;
  const faults = prng.between(0, Math.floor((count - 1) / 3));
  const shared = randomRule(prng, count, count - faults);
  const quorums = Array.from(
    { length: learnerCount },
    () => prng.chance(0.4) ? shared : randomRule(prng, count, count - prng.between(0, faults + 1)),
  );
  const safety: { a: number; b: number; safe: SetRule }[] = [];
  const density = prng.pick([0.3, 0.8, 1])!;
  for (let a = 0; a < learnerCount; a++) {
    for (let b = a; b < learnerCount; b++) {
      if (!prng.chance(a === b ? 0.95 : density)) continue;
      safety.push({ a, b, safe: randomRule(prng, count, count - prng.between(0, faults + 1)) });
    }
  }
  return {
    acceptors: ACCEPTORS.slice(0, count),
    learners: LEARNERS.slice(0, learnerCount),
    quorums,
    safety,
    burial,
  };
}

/** Sets of about the given size: any of them, or some of them, or any of a part. */
function randomRule(prng: Prng, count: number, size: number): SetRule {
  const all = Array.from({ length: count }, (_, index) => index);
  const wanted = Math.max(1, Math.min(count, size));
  if (prng.chance(0.6)) return thresholdOf(wanted, all);
  if (prng.chance(0.3)) {
    const part = prng.shuffled(all).slice(0, prng.between(wanted, count)).sort((a, b) => a - b);
    return thresholdOf(Math.min(wanted, part.length), part);
  }
  const sets = Array.from({ length: prng.between(1, 4) }, (): AcceptorIndex[] => {
    const length = Math.max(1, Math.min(count, wanted + prng.between(-1, 0)));
    return prng.shuffled(all).slice(0, length).sort((a, b) => a - b);
  });
  return anyOf(sets);
}

/** Learners with thresholds of their own, all of which agree as long as they can. */
export function thresholds(
  count: number,
  sizes: readonly number[],
  burial: BurialRule,
): LearnerGraphSpec {
  const all = Array.from({ length: count }, (_, index) => index);
  const safety = sizes.flatMap((left, a) =>
    sizes.slice(a).map((right, i) => ({
      a,
      b: a + i,
      // Any two quorums and the safe set have a member in common. By closure, the safe sets of two
      // different learners are also safe sets of each of them alone.
      safe: thresholdOf(Math.max(1, 2 * count - 2 * Math.min(left, right) + 1), all),
    }))
  );
  return {
    acceptors: ACCEPTORS.slice(0, count),
    learners: LEARNERS.slice(0, sizes.length),
    quorums: sizes.map((size) => thresholdOf(size, all)),
    safety,
    burial,
  };
}

/** Each company wants 3 of its own four machines and 3 of the other's. */
function twoCompanies(burial: BurialRule): LearnerGraphSpec {
  const ours = [0, 1, 2, 3];
  const theirs = [4, 5, 6, 7];
  const both: SetRule = {
    kind: "threshold",
    threshold: 2,
    of: [thresholdOf(3, ours), thresholdOf(3, theirs)],
  };
  // Either company's machines being safe is enough: each learner's quorums meet within them.
  const either: SetRule = {
    kind: "threshold",
    threshold: 1,
    of: [thresholdOf(3, ours), thresholdOf(3, theirs)],
  };
  return {
    acceptors: ACCEPTORS.slice(0, 8),
    learners: LEARNERS.slice(0, 2),
    quorums: [both, both],
    safety: [{ a: 0, b: 0, safe: either }, { a: 0, b: 1, safe: either }, {
      a: 1,
      b: 1,
      safe: either,
    }],
    burial,
  };
}
