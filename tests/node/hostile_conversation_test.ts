import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { Goodbye_Reason as Reason } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { fromHex } from "../../lib/wire/hex.ts";
import { inventedId, logOf } from "./harness.ts";
import { makeStage, NARROW } from "./provocations.ts";

Deno.test("a flood of pings is answered within bounds", async () => {
  const { cluster, dave } = await makeStage();
  for (let i = 1n; i <= 1_000n; i++) {
    void dave.say({ ping: i });
  }
  await cluster.decides(1n);
  await cluster.clock.advance(100);
  const pongs = dave.heard.filter(({ pong }) => pong !== 0n).map(({ pong }) => pong);
  assert(pongs.length >= 16 && pongs.length <= 1_000, `${pongs.length} answers`);
  assertEquals(pongs, pongs.toSorted((a, b) => Number(a - b)));
  assertEquals(new Set(pongs).size, pongs.length);
  await cluster.stop();
});

Deno.test("haves and wants of things that nobody knows cost little and keep nothing", async () => {
  const { cluster, dave } = await makeStage();
  await cluster.decides(1n);
  const heard = dave.messages.length;
  const ids = Array.from({ length: 50_000 }, (_, i) => inventedId(i));
  const startMs = performance.now();
  await dave.say({ have: dave.ids(1n, ids) });
  await dave.say({ want: dave.ids(1n, ids), wantValues: dave.ids(2n, ids) });
  console.log(`150,000 unknown ids took ${Math.round(performance.now() - startMs)} ms`);
  assertEquals(dave.messages.length, heard);
  assertEquals(dave.ended, false);
  await dave.say({ have: [{ instance: 1n, ids: [new Uint8Array(31), new Uint8Array()] }] });
  await dave.say({ want: [{ instance: 9n, ids: [] }, { instance: 9n, ids: [new Uint8Array(1)] }] });
  assertEquals(dave.ended, false);
  await cluster.decides(2n);
  await cluster.stop();
});

Deno.test("one thing wanted thousands of times is sent once or twice, at little cost", async () => {
  const { cluster, dave } = await makeStage();
  for (let instance = 1n; instance <= 4n; instance++) await cluster.decides(instance);
  await cluster.clock.advance(1_000);
  const { node } = dave.victim;
  const last = logOf(dave.victim).at(-1)!;
  const before = dave.messages.length;
  const startMs = performance.now();
  const many = new Array(50_000).fill(last.id);
  await dave.say({ want: dave.ids(last.instance, many) });
  await cluster.clock.advance(10);
  const tookMs = performance.now() - startMs;
  const sent = dave.messages.length - before;
  assert(sent >= 1, "not sent at all");
  assertLessOrEqual(sent, 2 * node.ledger.length);
  console.log(`    50,000 wants of one message: ${Math.round(tookMs)} ms, ${sent} sent`);
  await cluster.decides(5n);
  await cluster.stop();
});

Deno.test("a goodbye is taken at its word, and cut to a line", async () => {
  const { cluster, dave } = await makeStage();
  await dave.say({ goodbye: { reason: Reason.DONE, detail: "x".repeat(100_000) } });
  assertEquals(dave.ended, true);
  assertEquals(dave.goodbye, undefined, "no goodbye is owed to one who has left");
  assert(dave.victim.logged.every((line) => line.length < 300));
  const status = dave.victim.peers.status().find(({ name }) => name === "Dave");
  assert(status === undefined || !status.connected);
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("what an envelope brings counts even if it says goodbye", async () => {
  const { cluster, dave } = await makeStage();
  const last = dave.proposal({ value: "last words" });
  await dave.say({ messages: [last.message], goodbye: { reason: Reason.SHUTDOWN } });
  assertEquals(await cluster.agree(1n), ["Eve=last words"]);
  await cluster.stop();
});

Deno.test("too many refused messages end the conversation, and the rest is not looked at", async () => {
  const { cluster, dave } = await makeStage();
  const forged = Array.from(
    { length: 100 },
    (_, i) => dave.signed({ refs: [inventedId(i)], signer: 1 }),
  );
  await dave.send(...forged);
  assertEquals(dave.goodbye?.reason, Reason.LIMIT);
  assertEquals(dave.ended, true);
  assertEquals(dave.victim.node.rejections.get("BAD_SIGNATURE"), 31);
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("refused messages that are well signed end the conversation too", async () => {
  const { cluster, dave } = await makeStage();
  const proposals = Array.from({ length: 6 }, (_, i) => dave.proposal({ value: `${i}` }));
  const vote = dave.signed({ refs: [proposals[0]!.id] });
  await dave.send(...proposals, vote);
  // None has a prev, but all have a message of their signer in their past.
  for (let i = 0; i < 64; i++) {
    const refs = proposals.filter((_, bit) => (i >> bit) & 1).map(({ id }) => id);
    await dave.send(dave.signed({ refs: [vote.id, ...refs] }));
  }
  assertEquals(dave.victim.node.rejections.get("BAD_PREV"), 31);
  assertEquals(dave.goodbye?.reason, Reason.LIMIT);
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("faults at a tolerable rate go on being tolerated", async () => {
  const { cluster, dave } = await makeStage({ ...NARROW, network: { pingIntervalMs: 3_600_000 } });
  for (let i = 0; i < 100; i++) {
    await dave.send(dave.signed({ refs: [inventedId(i)], signer: 1 }));
    await cluster.clock.advance(2_000);
  }
  assertEquals(dave.ended, false);
  assertEquals(dave.victim.node.rejections.get("BAD_SIGNATURE"), 100);
  await cluster.stop();
});

Deno.test("a peer that only claims to have things gets the rest none the less", async () => {
  const { cluster, dave } = await makeStage();
  await cluster.decides(1n);
  const first = logOf(dave.victim)[0]!.id;
  assert(dave.messages.length > 0);
  // It said that it has nothing; now it wants the first again, and gets it.
  const before = dave.messages.length;
  await dave.say({ want: [{ instance: 1n, ids: [fromHex(first)] }] });
  await cluster.clock.advance(10);
  assertEquals(dave.messages.length, before + 1);
  await cluster.stop();
});
