/**
 * PROTOCOL section 1: actors and trust, one test per definition.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { setOf } from "../../lib/core/acceptor_set.ts";
import {
  entangled,
  learnersWithoutSelfEdge,
  makeLearnerGraph,
} from "../../lib/core/learner_graph.ts";
import { type SetRule, thresholdOf } from "../../lib/core/quorum.ts";
import { checkValidity } from "../../lib/graph/validity.ts";
import { type NamedGraph, specOf } from "../oracle/builder.ts";
import { type Bits, closeGraph, counterexamples } from "../oracle/closed_graph.ts";

function graphs(named: NamedGraph) {
  const spec = specOf(named);
  const bits = (names: string): Bits =>
    Number(setOf(names.split(" ").map((name) => spec.acceptors.indexOf(name))));
  return { graph: makeLearnerGraph(spec), closed: closeGraph(spec), bits };
}

Deno.test("quorums: minimal sets of acceptors; every superset counts too", () => {
  const { graph, closed, bits } = graphs({
    acceptors: "A B C D",
    learners: { X: ["A B", "C", "A B D"] },
    agree: {},
  });
  assertEquals(closed.quorums[0], [bits("A B"), bits("C")]);
  const satisfies = (names: string) => graph.quorums[0]!.satisfiedBy(BigInt(bits(names)));
  assertEquals(["A B", "A B D", "C", "B C"].map(satisfies), [true, true, true, true]);
  assertEquals(["A", "B D", "A D"].map(satisfies), [false, false, false]);
});

Deno.test("quorums: a nested threshold is the list of sets it stands for", () => {
  const twoOfThree = (first: number) => thresholdOf(2, [first, first + 1, first + 2]);
  const twoSites: SetRule = {
    kind: "threshold",
    threshold: 2,
    of: [twoOfThree(0), twoOfThree(3), { kind: "acceptor", index: 6 }],
  };
  const { closed, bits } = graphs({
    acceptors: "A B C D E F G",
    learners: { X: twoSites },
    agree: {},
  });
  assertEquals(closed.quorums[0]!.length, 9 + 3 + 3);
  assertEquals(closed.quorums[0]!.includes(bits("A C D E")), true);
  assertEquals(closed.quorums[0]!.includes(bits("B C G")), true);
});

Deno.test("Entangled(a,b): the safe acceptors include a safe set of the pair", () => {
  const { graph, bits } = graphs({
    acceptors: "A B C",
    learners: { X: 2, Y: 2 },
    agree: { "X Y": ["A B"] },
  });
  const isEntangled = (safe: string) => entangled(graph, 0, 1, BigInt(bits(safe)));
  assertEquals(["A B", "A B C", "A C", "C"].map(isEntangled), [true, true, false, false]);
});

Deno.test("Entangled: no safe set on a pair, no agreement demanded", () => {
  const { graph } = graphs({
    acceptors: "A B C",
    learners: { X: 2, Y: 2 },
    agree: { "X X": 2, "Y Y": 2 },
  });
  assertEquals(entangled(graph, 0, 1, 0b111n), false);
  assertEquals(entangled(graph, 0, 0, 0b111n), true);
});

Deno.test("Accurate(a) is Entangled(a,a); a learner without any edge is accurate never", () => {
  const { graph } = graphs({
    acceptors: "A B C",
    learners: { X: 2, Y: 2, Z: 2 },
    agree: { "X Y": 3 },
  });
  assertEquals(entangled(graph, 0, 0, 0b111n), true, "by way of Y");
  assertEquals(entangled(graph, 0, 0, 0b011n), false);
  assertEquals(entangled(graph, 2, 2, 0b111n), false);
  assertEquals(learnersWithoutSelfEdge(graph), [2]);
});

Deno.test("Condensed graph: s1 of {a,b} and s2 of {b,c} make s1 ∪ s2 one of {a,c}", () => {
  const { graph, closed, bits } = graphs({
    acceptors: "A B C D",
    learners: { X: 3, Y: 3, Z: 3 },
    agree: { "X Y": ["A B"], "Y Z": ["B C"] },
  });
  assertEquals(closed.safeSets[0]![2], [bits("A B C")]);
  assertEquals(closed.safeSets[0]![0], [bits("A B")], "a = c included");
  assertEquals(closed.safeSets[1]![1], [bits("A B"), bits("B C")]);
  assertEquals(graph.connected(0n), [0b111n, 0b111n, 0b111n]);
  assertEquals(graph.connected(0b1000n), [0b111n, 0b111n, 0b111n], "D is in no safe set");
  assertEquals(graph.connected(0b0100n), [0b011n, 0b011n, 0n], "without C no edge to Z");
  assertEquals(graph.connected(0b0010n), [0n, 0n, 0n], "B is in all");
});

Deno.test("Condensed graph: only minimal safe sets are kept", () => {
  const { closed, bits } = graphs({
    acceptors: "A B C",
    learners: { X: 2, Y: 2, Z: 2 },
    agree: { "X Y": ["A"], "Y Z": ["A"], "X Z": ["A B C", "B"] },
  });
  assertEquals(closed.safeSets[0]![2], [bits("A"), bits("B")]);
});

Deno.test("Valid graph: qa ∩ qb ∩ s ≠ ∅", () => {
  const valid = { acceptors: "A B C D", learners: { X: 3 }, agree: { "X X": 3 } };
  assertEquals(checkValidity(graphs(valid).graph), undefined);
  assertEquals(counterexamples(graphs(valid).closed), []);
  const invalid = { acceptors: "A B C D", learners: { X: 3 }, agree: { "X X": 2 } };
  const violation = checkValidity(graphs(invalid).graph)!;
  assertEquals(violation.quorumA & violation.quorumB & violation.safeSet, 0n);
  assertEquals(counterexamples(graphs(invalid).closed).length, 6 * 2);
});

Deno.test("Valid graph: on the closure, not only on the edges given", () => {
  const { graph, closed } = graphs({
    acceptors: "A B C D",
    learners: { X: ["A B"], Y: ["A B C D"], Z: ["C D"] },
    agree: { "X Y": ["A"], "Y Z": ["C"] },
  });
  const violation = checkValidity(graph)!;
  assertEquals([violation.a, violation.b], [0, 2]);
  assertEquals([violation.quorumA, violation.quorumB], [0b0011n, 0b1100n]);
  assertEquals(violation.safeSet, 0b0101n);
  assertEquals(counterexamples(closed).map(({ a, b }) => [a, b]), [[0, 2]]);
});

Deno.test("Valid graph: an edge to another learner can make a self-edge invalid", () => {
  const named = (safe: number): NamedGraph => ({
    acceptors: "A B C D E",
    learners: { X: 4, Y: 3 },
    agree: { "X X": 4, "Y Y": 5, "X Y": safe },
  });
  assertEquals(checkValidity(graphs(named(5)).graph), undefined);
  assertEquals(counterexamples(graphs(named(5)).closed), []);
  const violation = checkValidity(graphs(named(4)).graph)!;
  assertEquals([violation.a, violation.b], [1, 1], "Y must agree with X, so with itself");
});
