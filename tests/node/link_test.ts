import { assert, assertEquals } from "@std/assert";
import type { MessageId } from "../../lib/core/types.ts";
import { decodeNamed } from "../../lib/node/envelopes.ts";
import type { Envelope, MessageIds } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { fromHex } from "../../lib/wire/hex.ts";
import { inventedId } from "./harness.ts";
import { LinkStage } from "./link_stage.ts";

const ALL = ["m0", "m1", "m2"];

function namesIn(lists: readonly MessageIds[]): MessageId[] {
  return decodeNamed(lists).map(({ id }) => id);
}

/** The lengths of the values that came with 1as, by message. */
function valuesIn(envelopes: readonly Envelope[]): (number | undefined)[] {
  const bodies = envelopes.flatMap(({ messages }) => messages.map(({ body }) => body));
  return bodies.map((body) => body.case === "proposal" ? body.value.value?.length : undefined);
}

Deno.test("Hello comes first, then offers of what was there, then what is wanted of it", async () => {
  const stage = await LinkStage.make();
  stage.log.chain(3);
  stage.read();
  const [hello, ...nothing] = await stage.news();
  assertEquals(hello?.hello?.name, "Alice");
  assertEquals(nothing, []);
  stage.greet();
  const [offers, ...more] = await stage.news();
  assertEquals(namesIn(offers!.offers), ["m0", "m1", "m2"].map((name) => stage.log.id(name)));
  assertEquals([offers?.offered, offers?.messages], [3n, []]);
  assertEquals(more, []);
  stage.say({ have: [{ instance: 1n, ids: [fromHex(stage.log.id("m0"))] }] });
  assertEquals(await stage.news(), [], "nothing is sent that is not wanted");
  stage.say({ want: [{ instance: 1n, ids: [fromHex(stage.log.id("m2"))] }] });
  const [backlog, ...rest] = await stage.news();
  assertEquals(backlog?.messages.length, 1, "m1 is offered, and may come from somebody else");
  assertEquals(rest, []);
  stage.stop();
});

Deno.test("a peer is told when it has taken everything, once", async () => {
  const stage = await LinkStage.make();
  stage.log.chain(1_500);
  stage.read();
  stage.greet();
  const [, first] = await stage.news();
  assertEquals([first?.offered, first?.caughtUp], [1_024n, false]);
  stage.say({ taken: 1_023n });
  assertEquals(await stage.news(), [], "the next stretch comes too early");
  stage.say({ taken: 1_024n });
  const [second] = await stage.news();
  assertEquals([second?.offered, second?.caughtUp], [1_500n, false]);
  stage.say({ taken: 9_999n });
  assertEquals(await stage.news(), [], "what was not offered cannot be taken");
  stage.say({ taken: 1_500n });
  assertEquals((await stage.news()).map(({ caughtUp }) => caughtUp), [true]);
  stage.say({ taken: 1_500n });
  assertEquals(await stage.news(), []);
  stage.stop();
});

Deno.test("a peer to whom nothing need be offered is told at once that it has everything", async () => {
  const stage = await LinkStage.make();
  stage.read();
  stage.greet();
  const said = await stage.news();
  assertEquals(said.map(({ caughtUp }) => caughtUp), [false, true]);
  assertEquals(stage.caughtUp, 0);
  stage.say({ caughtUp: true });
  assertEquals(stage.caughtUp, 1);
  stage.stop();
});

for (
  const [what, change, offered] of [
    ["from where it left off", {}, ["m2"]],
    ["from the start if it means another log", { resumeEpoch: new Uint8Array(16) }, ALL],
    ["from the start if it does not say which log", { resumeEpoch: new Uint8Array() }, ALL],
    ["no more if it has everything", { resumePosition: 3n }, undefined],
    ["no more if it has more than there is", { resumePosition: 2n ** 64n - 1n }, undefined],
  ] as const
) {
  Deno.test(`a peer is offered the log ${what}`, async () => {
    const stage = await LinkStage.make();
    stage.log.chain(3);
    stage.hasTaken(2);
    stage.read();
    stage.greet(change);
    const [, said] = await stage.news();
    const ids = offered?.map((name) => stage.log.id(name)) ?? [];
    assertEquals(namesIn(said!.offers), ids);
    assertEquals([said!.offered, said!.caughtUp], offered ? [3n, false] : [0n, true]);
    stage.stop();
  });
}

Deno.test("what is wanted goes out in envelopes of a bounded number of messages", async () => {
  const stage = await LinkStage.make();
  stage.log.chain(2_000);
  stage.read();
  stage.greet();
  const sizes = (await stage.takeAll()).map(({ messages }) => messages.length);
  assertEquals(sizes, [512, 512, 512, 464]);
  stage.stop();
});

Deno.test("what is wanted goes out in envelopes of a bounded number of bytes", async () => {
  const stage = await LinkStage.make();
  for (let i = 0; i < 10; i++) {
    const { valueHash } = stage.log.proposal(`p${i}`);
    stage.node.ledger.putValue(valueHash!, new Uint8Array(100_000));
  }
  stage.read();
  stage.greet();
  const sizes = (await stage.takeAll()).map(({ messages }) => messages.length);
  assertEquals(sizes, [3, 3, 3, 1]);
  stage.stop();
});

Deno.test("a value goes to a peer once, whatever number of 1as has it", async () => {
  const stage = await LinkStage.make();
  for (let i = 0; i < 10; i++) {
    const { valueHash } = stage.log.proposal(`p${i}`, { value: "same" });
    stage.node.ledger.putValue(valueHash!, new Uint8Array(100));
  }
  stage.read();
  stage.greet();
  const values = valuesIn(await stage.takeAll());
  assertEquals(values, [100, ...new Array(9).fill(undefined)]);
  stage.stop();
});

Deno.test("nothing is made for a peer that does not read, and it misses nothing", async () => {
  const stage = await LinkStage.make();
  stage.greet();
  for (let i = 0; i < 20_000; i++) stage.link.appended([stage.log.message(`x${i}`)]);
  stage.read();
  const messages = (await stage.takeAll()).flatMap(({ messages }) => messages);
  await stage.clock.advance(200);
  messages.push(...(await stage.takeAll()).flatMap(({ messages }) => messages));
  assertEquals(messages.length, 20_000);
  stage.stop();
});

Deno.test("pings of a peer that does not read are answered a few times only", async () => {
  const stage = await LinkStage.make();
  stage.greet();
  for (let i = 1n; i <= 1_000n; i++) stage.say({ ping: i });
  stage.read();
  const pongs = (await stage.news()).map(({ pong }) => pong).filter((pong) => pong !== 0n);
  assertEquals(pongs, Array.from({ length: 16 }, (_, i) => BigInt(i + 1)));
  stage.stop();
});

Deno.test("many requests at once go out, up to a bound", async () => {
  const stage = await LinkStage.make();
  stage.greet();
  for (let i = 0; i < 5_000; i++) {
    const kind = i % 2 === 0 ? "message" as const : "value" as const;
    stage.link.want({ kind, instance: 3n, id: inventedId(i), sources: [] });
  }
  stage.read();
  const envelopes = await stage.news();
  const wanted = envelopes.flatMap(({ want }) => namesIn(want));
  const wantedValues = envelopes.flatMap(({ wantValues }) => namesIn(wantValues));
  assertEquals([wanted.length, wantedValues.length], [2_048, 2_048]);
  stage.stop();
});

Deno.test("messages by others are announced to a peer that has not shown them", async () => {
  const stage = await LinkStage.make();
  stage.read();
  stage.greet();
  await stage.news();
  stage.link.appended(stage.log.chain(2));
  const { echoDelayMs } = stage.node.options.configuration.network;
  await stage.clock.advance(echoDelayMs / 4);
  const [have, ...more] = await stage.news();
  assertEquals(namesIn(have!.have), [stage.log.id("m1")]);
  assertEquals(more, []);
  stage.say({ have: [{ instance: 1n, ids: [fromHex(stage.log.id("m0"))] }] });
  await stage.clock.advance(echoDelayMs);
  const [echo] = await stage.news();
  assertEquals(echo!.messages.length, 1);
  assert(!stage.node.rejections.has("PROTOCOL_VIOLATION"));
  stage.stop();
  assertEquals(stage.clock.pending, 0);
});

Deno.test("a long value is not echoed with its 1a: it comes when it is asked for", async () => {
  const stage = await LinkStage.make();
  stage.read();
  stage.greet();
  await stage.news();
  const lengths = [4_096, 4_097];
  for (const length of lengths) {
    const record = stage.log.proposal(`p${length}`);
    stage.node.ledger.putValue(record.valueHash!, new Uint8Array(length));
    stage.link.appended([record]);
  }
  const own = stage.log.proposal("own", { own: true });
  stage.node.ledger.putValue(own.valueHash!, new Uint8Array(4_097));
  stage.link.appended([own]);
  assertEquals(valuesIn(await stage.news()), [4_097]);
  await stage.clock.advance(stage.node.options.configuration.network.echoDelayMs);
  assertEquals(valuesIn(await stage.news()), [4_096, undefined]);
  stage.say({ wantValues: [{ instance: 1n, ids: [fromHex(stage.log.id("p4097"))] }] });
  assertEquals(valuesIn(await stage.news()), [4_097]);
  stage.stop();
});
