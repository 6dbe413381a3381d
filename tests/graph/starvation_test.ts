import { assertEquals } from "@std/assert";
import { countMembers } from "../../lib/core/acceptor_set.ts";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { compileRule, type SetRule, thresholdOf } from "../../lib/core/quorum.ts";
import { newEffort } from "../../lib/graph/effort.ts";
import { prepare } from "../../lib/graph/prepared.ts";
import { findStarvations, starvations } from "../../lib/graph/starvation.ts";

const indicesTo = (count: number) => Array.from({ length: count }, (_, index) => index);

function twoLearners(acceptorCount: number, x: SetRule, y: SetRule) {
  return makeLearnerGraph({
    acceptors: indicesTo(acceptorCount).map((index) => `a${index}`),
    learners: ["X", "Y"],
    quorums: [x, y],
    safety: [{ a: 0, b: 1, safe: thresholdOf(acceptorCount, indicesTo(acceptorCount)) }],
    burial: "TECHNICAL_REPORT",
  });
}

/** Who is starved by whom, with how many. */
function sizes(graph: ReturnType<typeof twoLearners>) {
  return findStarvations(graph).map(({ by, starved, quorum }) => {
    if (quorum === "unknown") return [by, starved, quorum];
    const of = (learner: number) => compileRule(graph.spec.quorums[learner]!).satisfiedBy(quorum);
    assertEquals([of(by), of(starved)], [true, false]);
    return [by, starved, countMembers(quorum)];
  });
}

Deno.test("a learner that another may starve is found, one that it may not is not", () => {
  const any = (count: number) => thresholdOf(count, indicesTo(5));
  assertEquals(sizes(twoLearners(5, any(4), any(3))), [[1, 0, 3]]);
  assertEquals(sizes(twoLearners(5, any(3), any(3))), []);
});

Deno.test("among many acceptors too", () => {
  const any = (count: number) => thresholdOf(count, indicesTo(100));
  assertEquals(sizes(twoLearners(100, any(68), any(67))), [[1, 0, 67]]);
});

/** All of: z, and of 20 pairs one each (X) or of 19 of them (Y). */
function pairs() {
  const groups = indicesTo(20).map((i) => thresholdOf(1, [1 + 2 * i, 2 + 2 * i]));
  const rule = (threshold: number): SetRule => ({
    kind: "threshold",
    threshold: 2,
    of: [{ kind: "acceptor", index: 0 }, { kind: "threshold", threshold, of: groups }],
  });
  return twoLearners(41, rule(20), rule(19));
}

Deno.test("like groups in great number are no obstacle", () => {
  assertEquals(sizes(pairs()), [[1, 0, 20]]);
});

Deno.test("a search that is stopped says unknown, and leaves nobody out", () => {
  // Every acceptor is in groups of its own, so nothing is alike, and 9 of 18 is tried against 10.
  const groups = indicesTo(18).map((i) => thresholdOf(2, [i, (i + 1) % 18, (i * 5 + 2) % 18]));
  const rule = (threshold: number): SetRule => ({ kind: "threshold", threshold, of: groups });
  const graph = twoLearners(18, rule(15), rule(9));
  const effort = newEffort();
  const work = starvations(prepare(graph), effort);
  effort.stopped = true;
  let step = work.next();
  while (!step.done) step = work.next();
  for (const { quorum } of step.value) assertEquals(quorum, "unknown");
  assertEquals(step.value.length > 0, true);
});
