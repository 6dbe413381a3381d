import { assertEquals } from "@std/assert";
import type { MessageId } from "../../lib/core/types.ts";
import { type Request, Wants } from "../../lib/node/wants.ts";
import { FakeClock, inventedId } from "./harness.ts";

const DELAY_MS = 50;
const ID = inventedId("wanted");

function makeWants() {
  const clock = new FakeClock();
  const missing = new Set<MessageId>([ID]);
  const valueless = new Set<MessageId>([ID]);
  const fetching = new Set<MessageId>();
  const asked: { readonly atMs: number; readonly request: Request }[] = [];
  const wants = new Wants(clock, DELAY_MS, {
    stillMissing: (kind, _instance, id) => (kind === "message" ? missing : valueless).has(id),
    isOnItsWay: (id) => fetching.has(id),
    ask: (requests) => {
      for (const request of requests) asked.push({ atMs: clock.elapsedMs(), request });
    },
  });
  return { clock, missing, valueless, fetching, asked, wants };
}

Deno.test("what arrives within the delay is not asked for", async () => {
  const { clock, asked, wants } = makeWants();
  wants.note("message", 1n, ID, "Alice");
  await clock.advance(DELAY_MS - 1);
  assertEquals(wants.hasAskedFor(ID), false);
  wants.satisfied(ID);
  await clock.advance(10_000);
  assertEquals(asked, []);
  assertEquals(clock.pending, 0);
});

Deno.test("what is delivered unnoticed is forgotten without asking", async () => {
  const { clock, missing, asked, wants } = makeWants();
  wants.note("message", 1n, ID, "Alice");
  missing.delete(ID);
  await clock.advance(10_000);
  assertEquals(asked, []);
  assertEquals(clock.pending, 0);
});

Deno.test("those who should have it are asked in turn, with growing pauses", async () => {
  const { clock, missing, asked, wants } = makeWants();
  wants.note("message", 7n, ID, "Alice");
  for (const source of ["Bob", "Alice", "Carol", "Bob"]) wants.note("message", 7n, ID, source);
  await clock.advance(60_000);
  assertEquals(wants.hasAskedFor(ID), true);
  assertEquals(asked.slice(0, 4).map(({ request }) => request.sources), [
    ["Alice", "Bob", "Carol"],
    ["Bob", "Carol", "Alice"],
    ["Carol", "Alice", "Bob"],
    ["Alice", "Bob", "Carol"],
  ]);
  const pauses = asked.slice(1).map(({ atMs }, i) => atMs - asked[i]!.atMs);
  assertEquals(asked[0]!.atMs, DELAY_MS);
  assertEquals(pauses.slice(0, 5), [100, 200, 400, 800, 1_600]);
  assertEquals(Math.max(...pauses), 5_000);
  assertEquals(asked.every(({ request }) => request.instance === 7n), true);
  missing.delete(ID);
  await clock.advance(10_000);
  assertEquals(wants.hasAskedFor(ID), false);
  assertEquals(clock.pending, 0);
});

Deno.test("a 1a that has come without its value is asked about for its value", async () => {
  const { clock, asked, wants } = makeWants();
  wants.note("message", 1n, ID, "Alice");
  await clock.advance(DELAY_MS);
  wants.note("value", 1n, ID, "Bob");
  await clock.advance(1_000);
  assertEquals(asked.map(({ request }) => request.kind).slice(0, 3), ["message", "value", "value"]);
  wants.note("message", 1n, ID, "Carol");
  await clock.advance(10_000);
  assertEquals(asked.at(-1)!.request.kind, "value");
  wants.close();
  assertEquals(clock.pending, 0);
});

Deno.test("a 1a that has waited too long for its value is asked for again, if it is missing", async () => {
  const { clock, missing, valueless, asked, wants } = makeWants();
  wants.note("value", 1n, ID, "Alice");
  await clock.advance(200);
  valueless.delete(ID);
  await clock.advance(1_000);
  assertEquals(asked[0]?.request.kind, "value");
  assertEquals(asked.at(-1)?.request.kind, "message");
  missing.delete(ID);
  await clock.advance(10_000);
  assertEquals(clock.pending, 0);
});

Deno.test("nothing is asked for after the end", async () => {
  const { clock, asked, wants } = makeWants();
  wants.note("message", 1n, ID, "Alice");
  wants.close();
  wants.note("message", 1n, inventedId("other"), "Alice");
  await clock.advance(10_000);
  assertEquals(asked, []);
  assertEquals(clock.pending, 0);
});

Deno.test("what is being fetched is not asked for, until it is fetched no more", async () => {
  const { clock, wants, asked, fetching } = makeWants();
  fetching.add(ID);
  wants.note("message", 1n, ID, "Alice");
  await clock.advance(10 * DELAY_MS);
  assertEquals(asked.length, 0);
  fetching.clear();
  await clock.advance(2 * DELAY_MS);
  assertEquals(asked.length, 1);
  wants.close();
});
