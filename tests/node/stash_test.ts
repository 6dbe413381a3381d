import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import type { ValueHash } from "../../lib/core/types.ts";
import { Stash } from "../../lib/node/stash.ts";
import type { WireProposal } from "../../lib/wire/codec.ts";
import { inventedId } from "./harness.ts";

function proposal(bytes: number): WireProposal {
  const ballot = { seconds: 1, nanos: 0, valueHash: inventedId("value") as string as ValueHash };
  return { kind: "1a", instance: 1n, ballot, value: new Uint8Array(bytes) };
}

Deno.test("a 1a is taken out of the stash once", () => {
  const stash = new Stash();
  const wire = proposal(1);
  stash.put(inventedId("p"), wire);
  stash.put(inventedId("p"), wire);
  assertEquals(stash.size, 1);
  assert(stash.take(inventedId("p")) === wire);
  assertEquals(stash.take(inventedId("p")), undefined);
  assertEquals(stash.size, 0);
});

Deno.test("the stash keeps the last few 1as", () => {
  const stash = new Stash();
  for (let i = 0; i < 1_000; i++) stash.put(inventedId(i), proposal(10));
  assertLessOrEqual(stash.size, 256);
  assertEquals(stash.take(inventedId(0)), undefined);
  assert(stash.take(inventedId(999)) !== undefined);
});

Deno.test("the stash keeps so many bytes, and the last 1a however large", () => {
  const stash = new Stash();
  const mebibyte = 1024 * 1024;
  for (let i = 0; i < 10; i++) stash.put(inventedId(i), proposal(mebibyte));
  assertEquals(stash.size, 4);
  stash.put(inventedId("large"), proposal(16 * mebibyte));
  assertEquals(stash.size, 1);
  assert(stash.take(inventedId("large")) !== undefined);
  for (let i = 0; i < 4; i++) stash.put(inventedId(i), proposal(mebibyte));
  assertEquals(stash.size, 4);
});
