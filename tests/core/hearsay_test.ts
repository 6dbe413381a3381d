import { assertEquals } from "@std/assert";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { thresholdOf } from "../../lib/core/quorum.ts";
import type { ValueHash } from "../../lib/core/types.ts";
import { Hearsay, mayBelieve } from "../../lib/core/hearsay.ts";

const ALL = [0, 1, 2, 3];
const THREE = thresholdOf(3, ALL);

/** Learner 0 agrees with itself while any three are safe; nothing was promised to learner 1. */
const GRAPH = makeLearnerGraph({
  acceptors: ["Alice", "Bob", "Carol", "Dave"],
  learners: ["Eve", "Fay"],
  quorums: [THREE, THREE],
  safety: [{ a: 0, b: 0, safe: THREE }],
  burial: "TECHNICAL_REPORT",
});

const SETS = Array.from({ length: 16 }, (_, set) => BigInt(set));
const hash = (name: string) => name.padEnd(64, "0") as ValueHash;
const bytes = (text: string) => new TextEncoder().encode(text);

/** Written anew: whether a set meets every set of three. */
function meetsEveryThree(set: bigint): boolean {
  const threes = SETS.filter((three) => ALL.filter((i) => (three >> BigInt(i)) & 1n).length === 3);
  return threes.every((three) => (three & set) !== 0n);
}

Deno.test("who reports is believed if every safe set has one of them", () => {
  for (const set of SETS) assertEquals(mayBelieve(GRAPH, 0, set), meetsEveryThree(set), `${set}`);
});

Deno.test("a learner that was promised nothing wants a quorum", () => {
  for (const set of SETS) {
    assertEquals(mayBelieve(GRAPH, 1, set), GRAPH.quorums[1]!.satisfiedBy(set), `${set}`);
  }
});

Deno.test("one liar is not believed, whatever it says and however often", () => {
  const heard = new Hearsay(GRAPH, 0);
  for (let i = 0; i < 100; i++) heard.take(3, hash(`lie${i}`), bytes(`lie${i}`));
  heard.take(3, hash("lie1"), bytes("lie1"));
  assertEquals(heard.believed, []);
  heard.take(0, hash("truth"), undefined);
  assertEquals(heard.believed, []);
  // Two say so, but neither has the value.
  heard.take(1, hash("truth"), undefined);
  assertEquals(heard.believed, []);
  heard.take(2, hash("truth"), bytes("truth"));
  assertEquals(heard.believed, [
    { valueHash: hash("truth"), value: bytes("truth"), reporters: 0b0111n },
  ]);
  // What it says beyond a few is not even remembered: nobody can be made to vouch for it later.
  heard.take(0, hash("lie99"), bytes("lie99"));
  assertEquals(heard.believed.length, 1);
});
