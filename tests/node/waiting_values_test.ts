import { assertEquals } from "@std/assert";
import type { ValueHash } from "../../lib/core/types.ts";
import { isRejection } from "../../lib/core/rejection.ts";
import { WaitingValues } from "../../lib/node/waiting_values.ts";
import { inventedId } from "./harness.ts";

const LIMITS = { futureProposalsMax: 3, inboxWaitMsMax: 100 };

function hashOf(name: string): ValueHash {
  return inventedId(`value ${name}`) as string as ValueHash;
}

function wire(value: string) {
  const ballot = { seconds: 1, nanos: 0, valueHash: hashOf(value) };
  return { kind: "1a" as const, instance: 1n, ballot, value: undefined };
}

/** A store and a way to let 1as wait; true if one may. */
function makeStore() {
  const store = new WaitingValues(LIMITS);
  const wait = (id: string, value: string, source: string, nowMs = 0) =>
    !isRejection(store.wait(inventedId(id), wire(value), source, nowMs));
  return { store, wait };
}

Deno.test("1as are released by the value they wait for, once", () => {
  const { store, wait } = makeStore();
  wait("p", "a", "Alice");
  wait("q", "b", "Alice");
  wait("r", "a", "Bob");
  const released = store.release(hashOf("a"));
  assertEquals(released.map(({ id, source }) => [id, source]), [
    [inventedId("p"), "Alice"],
    [inventedId("r"), "Bob"],
  ]);
  assertEquals(store.release(hashOf("a")), []);
  assertEquals(store.has(inventedId("p"), 0), false);
  assertEquals(store.has(inventedId("q"), 0), true);
});

Deno.test("each source has a limit of its own; the same 1a counts once", () => {
  const { wait } = makeStore();
  for (const id of ["p", "q", "r", "p", "q"]) assertEquals(wait(id, id, "Alice"), true);
  assertEquals(wait("s", "s", "Alice"), false);
  assertEquals(wait("s", "s", "Bob"), true);
  assertEquals(wait("s", "s", "Alice"), true);
});

Deno.test("a 1a waits only so long, and then makes room", () => {
  const { store, wait } = makeStore();
  for (const id of ["p", "q", "r"]) wait(id, id, "Alice", 0);
  assertEquals(store.has(inventedId("p"), 99), true);
  assertEquals(wait("s", "s", "Alice", 99), false);
  assertEquals(store.has(inventedId("p"), 100), false);
  assertEquals(wait("s", "s", "Alice", 100), true);
  assertEquals(store.release(hashOf("q")), []);
});
