import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import type { ValueHash } from "../../lib/core/types.ts";
import { isRejection } from "../../lib/core/rejection.ts";
import { Held } from "../../lib/node/held.ts";
import type { WireProposal } from "../../lib/wire/codec.ts";
import { HELD_LIMITS } from "./fetcher_stage.ts";
import { inventedId } from "./harness.ts";

function proposal(bytes: number): WireProposal {
  const ballot = {
    seconds: 1,
    nanos: 0,
    valueHash: inventedId("value") as string as ValueHash,
    proposer: 0,
  };
  return {
    kind: "1a",
    instance: 1n,
    ballot,
    value: new Uint8Array(bytes),
    signature: new Uint8Array(64),
  };
}

Deno.test("a 1a that came too fast is taken out once", () => {
  const held = new Held(HELD_LIMITS);
  const wire = proposal(1);
  held.putTooFast(inventedId("p"), wire);
  held.putTooFast(inventedId("p"), wire);
  assertEquals(held.tooFast, 1);
  assert(held.takeTooFast(inventedId("p")) === wire);
  assertEquals(held.takeTooFast(inventedId("p")), undefined);
  assertEquals(held.tooFast, 0);
});

Deno.test("of the 1as that came too fast the last few are kept", () => {
  const held = new Held(HELD_LIMITS);
  for (let i = 0; i < 1_000; i++) held.putTooFast(inventedId(i), proposal(10));
  assertLessOrEqual(held.tooFast, 256);
  assertEquals(held.takeTooFast(inventedId(0)), undefined);
  assert(held.takeTooFast(inventedId(999)) !== undefined);
});

Deno.test("of the 1as that came too fast a few bytes are kept, and the last 1a however large", () => {
  const held = new Held(HELD_LIMITS);
  const mebibyte = 1024 * 1024;
  for (let i = 0; i < 10; i++) held.putTooFast(inventedId(i), proposal(mebibyte));
  assertEquals(held.tooFast, 4);
  held.putTooFast(inventedId("large"), proposal(16 * mebibyte));
  assertEquals(held.tooFast, 1);
  assert(held.takeTooFast(inventedId("large")) !== undefined);
  for (let i = 0; i < 4; i++) held.putTooFast(inventedId(i), proposal(mebibyte));
  assertEquals(held.tooFast, 4);
});

function hashOf(name: string): ValueHash {
  return inventedId(`value ${name}`) as string as ValueHash;
}

function wire(value: string) {
  const ballot = { seconds: 1, nanos: 0, valueHash: hashOf(value), proposer: 0 };
  return {
    kind: "1a" as const,
    instance: 1n,
    ballot,
    value: undefined,
    signature: new Uint8Array(64),
  };
}

/** What is held and a way to let 1as wait; true if one may. */
function makeHeld() {
  const held = new Held(HELD_LIMITS);
  const wait = (id: string, value: string, source: string, nowMs = 0) =>
    !isRejection(held.waitForValue(inventedId(id), wire(value), source, nowMs));
  return { held, wait };
}

Deno.test("1as are released by the value they wait for, once", () => {
  const { held, wait } = makeHeld();
  wait("p", "a", "Alice");
  wait("q", "b", "Alice");
  wait("r", "a", "Bob");
  const released = held.withValue(hashOf("a"));
  assertEquals(released.map(({ id, source }) => [id, source]), [
    [inventedId("p"), "Alice"],
    [inventedId("r"), "Bob"],
  ]);
  assertEquals(held.withValue(hashOf("a")), []);
  assertEquals(held.lacksValue(inventedId("p"), 0), false);
  assertEquals(held.lacksValue(inventedId("q"), 0), true);
});

Deno.test("each source has a limit of its own; the same 1a counts once", () => {
  const { wait } = makeHeld();
  for (const id of ["p", "q", "r", "p", "q"]) assertEquals(wait(id, id, "Alice"), true);
  assertEquals(wait("s", "s", "Alice"), false);
  assertEquals(wait("s", "s", "Bob"), true);
  assertEquals(wait("s", "s", "Alice"), true);
});

Deno.test("a 1a waits only so long, and then makes room", () => {
  const { held, wait } = makeHeld();
  for (const id of ["p", "q", "r"]) wait(id, id, "Alice", 0);
  assertEquals(held.lacksValue(inventedId("p"), 99), true);
  assertEquals(wait("s", "s", "Alice", 99), false);
  assertEquals(held.lacksValue(inventedId("p"), 100), false);
  assertEquals(wait("s", "s", "Alice", 100), true);
  assertEquals(held.withValue(hashOf("q")), []);
});
