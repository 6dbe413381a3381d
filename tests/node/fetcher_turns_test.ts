import { assertEquals } from "@std/assert";
import type { MessageId } from "../../lib/core/types.ts";
import type { ValueHash } from "../../lib/core/types.ts";
import type { Request } from "../../lib/node/fetcher.ts";
import type { WireProposal } from "../../lib/wire/codec.ts";
import { DELAY_MS, HELD_LIMITS, makeFetcher } from "./fetcher_stage.ts";
import { FakeClock, inventedId } from "./harness.ts";

const ID = inventedId("wanted");

function makeWants(inboxWaitMsMax = 100_000) {
  const clock = new FakeClock();
  const missing = new Set<MessageId>([ID]);
  const asked: { readonly atMs: number; readonly request: Request }[] = [];
  const fetcher = makeFetcher(clock, {
    limits: { ...HELD_LIMITS, inboxWaitMsMax },
    isMissing: (id) => missing.has(id),
    ask: (requests) => {
      for (const request of requests) asked.push({ atMs: clock.elapsedMs(), request });
    },
  });
  return { clock, missing, asked, fetcher };
}

/** A 1a without its value. */
function valueless(): WireProposal {
  const ballot = {
    seconds: 1,
    nanos: 0,
    valueHash: inventedId("value") as string as ValueHash,
    proposer: 0,
  };
  return { kind: "1a", instance: 1n, ballot, value: undefined, signature: new Uint8Array(64) };
}

Deno.test("what arrives within the delay is not asked for", async () => {
  const { clock, asked, fetcher } = makeWants();
  fetcher.referred(1n, [ID], "Alice");
  await clock.advance(DELAY_MS - 1);
  assertEquals(asked, []);
  fetcher.arrived(ID);
  await clock.advance(10_000);
  assertEquals(asked, []);
  assertEquals(clock.pending, 0);
});

Deno.test("what is delivered unnoticed is forgotten without asking", async () => {
  const { clock, missing, asked, fetcher } = makeWants();
  fetcher.referred(1n, [ID], "Alice");
  missing.delete(ID);
  await clock.advance(10_000);
  assertEquals(asked, []);
  assertEquals(clock.pending, 0);
});

Deno.test("those who should have it are asked in turn, with growing pauses", async () => {
  const { clock, missing, asked, fetcher } = makeWants();
  fetcher.referred(7n, [ID], "Alice");
  for (const source of ["Bob", "Alice", "Carol", "Bob"]) fetcher.referred(7n, [ID], source);
  await clock.advance(60_000);
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
  assertEquals(fetcher.isWanted(ID, 7n), true, "it has been asked for");
  await clock.advance(10_000);
  assertEquals(fetcher.isWanted(ID, 7n), false);
  assertEquals(clock.pending, 0);
});

Deno.test("a 1a that has come without its value is asked about for its value", async () => {
  const { clock, asked, fetcher } = makeWants();
  fetcher.referred(1n, [ID], "Alice");
  await clock.advance(DELAY_MS);
  fetcher.waitForValue(ID, valueless(), "Bob");
  await clock.advance(1_000);
  assertEquals(asked.map(({ request }) => request.kind).slice(0, 3), ["message", "value", "value"]);
  fetcher.referred(1n, [ID], "Carol");
  await clock.advance(10_000);
  assertEquals(asked.at(-1)!.request.kind, "value");
  fetcher.close();
  assertEquals(clock.pending, 0);
});

Deno.test("a 1a that has waited too long for its value is asked for again, if it is missing", async () => {
  const { clock, missing, asked, fetcher } = makeWants(200);
  fetcher.waitForValue(ID, valueless(), "Alice");
  await clock.advance(1_000);
  assertEquals(asked[0]?.request.kind, "value");
  assertEquals(asked.at(-1)?.request.kind, "message");
  missing.delete(ID);
  await clock.advance(10_000);
  assertEquals(clock.pending, 0);
});

Deno.test("nothing is asked for after the end", async () => {
  const { clock, asked, fetcher } = makeWants();
  fetcher.referred(1n, [ID], "Alice");
  fetcher.close();
  fetcher.referred(1n, [inventedId("other")], "Alice");
  await clock.advance(10_000);
  assertEquals(asked, []);
  assertEquals(clock.pending, 0);
});

Deno.test("what is being fetched is not asked for, until it is fetched no more", async () => {
  const { clock, fetcher, asked } = makeWants();
  const supplier = { peer: "Bob", fetch: () => {}, tookIn: () => {} };
  fetcher.offered(supplier, [{ instance: 1n, id: ID }], 1);
  fetcher.referred(1n, [ID], "Alice");
  await clock.advance(10 * DELAY_MS);
  assertEquals(asked.length, 0);
  fetcher.lost(supplier);
  await clock.advance(2 * DELAY_MS);
  assertEquals(asked.length, 1);
  fetcher.close();
});
