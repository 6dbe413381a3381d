/**
 * How a link ends, and what keeps it up.
 *
 * @module
 */

import { assertEquals, assertLessOrEqual } from "@std/assert";
import { Goodbye_Reason as Reason } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { LinkStage } from "./link_stage.ts";

Deno.test("a silent peer is pinged, and then given up", async () => {
  const stage = await LinkStage.make();
  stage.read();
  stage.greet();
  await stage.news();
  const { pingIntervalMs, pingTimeoutMs } = stage.node.options.configuration.network;
  await stage.clock.advance(pingIntervalMs);
  assertEquals((await stage.news()).map(({ ping }) => ping), [1n]);
  await stage.clock.advance(pingTimeoutMs - 1);
  assertEquals(stage.link.isUp, true);
  await stage.clock.advance(1);
  assertEquals(stage.link.isUp, false);
  const { detail, byPeer } = stage.link.end!;
  assertEquals([detail, byPeer], ["silent for 12000 ms", true]);
  stage.node.close();
  assertEquals(stage.clock.pending, 0);
});

Deno.test("a pause of our own is not the peer's silence", async () => {
  const stage = await LinkStage.make();
  stage.read();
  stage.greet();
  const { pingIntervalMs, pingTimeoutMs } = stage.node.options.configuration.network;
  for (let i = 0; i < 5; i++) {
    await stage.clock.advance(pingIntervalMs + pingTimeoutMs - 1);
    stage.clock.stall(60_000);
    // The timers are late and come first; what the peer has sent meanwhile is read after them.
    await stage.clock.advance(0);
    assertEquals(stage.link.end, undefined, `after ${i} pauses`);
    stage.say({ pong: 1n });
  }
  await stage.clock.advance(pingIntervalMs + pingTimeoutMs);
  assertEquals(stage.link.end?.detail, "silent for 12000 ms");
  stage.node.close();
});

Deno.test("a peer that has died is given up though we stand still again and again", async () => {
  const stage = await LinkStage.make();
  stage.read();
  stage.greet();
  for (let i = 0; i < 20 && stage.link.isUp; i++) {
    await stage.clock.advance(1_000);
    stage.clock.stall(3_000);
  }
  assertEquals(stage.link.isUp, false);
  stage.node.close();
});

Deno.test("a process that is asked for proof of life has it after a pause of ours", async () => {
  const stage = await LinkStage.make();
  stage.read();
  stage.greet();
  const told: boolean[] = [];
  stage.link.probe(3_000, (answers) => told.push(answers));
  stage.clock.stall(10_000);
  await stage.clock.advance(0);
  stage.say({ pong: 1n });
  await stage.clock.advance(3_000);
  assertEquals(told, [true]);
  stage.link.probe(3_000, (answers) => told.push(answers));
  stage.clock.stall(10_000);
  await stage.clock.advance(3_000);
  assertEquals(told, [true, false]);
  stage.node.close();
});

Deno.test("a peer in the middle of a long envelope is alive", async () => {
  const stage = await LinkStage.make();
  stage.read();
  stage.greet();
  for (let i = 0; i < 20; i++) {
    await stage.clock.advance(11_900);
    stage.receivedBytes += 1;
  }
  assertEquals(stage.link.isUp, true);
  await stage.clock.advance(12_000 + 2_000);
  assertEquals(stage.link.isUp, false);
  stage.node.close();
});

Deno.test("a peer that never says Hello is given up as well", async () => {
  const stage = await LinkStage.make();
  stage.read();
  await stage.clock.advance(12_000);
  assertEquals(stage.link.end?.detail, "silent for 12000 ms");
  stage.node.close();
  assertEquals(stage.clock.pending, 0);
});

Deno.test("any sign of life keeps a link up", async () => {
  const stage = await LinkStage.make();
  stage.read();
  stage.greet();
  for (let i = 0; i < 20; i++) {
    await stage.clock.advance(11_900);
    stage.say(i % 2 === 0 ? { pong: 1n } : {});
  }
  assertEquals(stage.link.isUp, true);
  const pings = (await stage.news()).filter(({ ping }) => ping !== 0n);
  assertLessOrEqual(pings.length, 20);
  stage.stop();
  assertEquals(stage.clock.pending, 0);
});

Deno.test("a probe tells whether the peer answers in time", async () => {
  const stage = await LinkStage.make();
  stage.read();
  stage.greet();
  await stage.clock.advance(1);
  await stage.news();
  const answers: boolean[] = [];
  const tell = (answer: boolean) => answers.push(answer);
  stage.link.probe(500, tell);
  assertEquals((await stage.news()).map(({ ping }) => ping), [1n]);
  await stage.clock.advance(1);
  stage.say({ pong: 1n });
  await stage.clock.advance(500);
  assertEquals(answers, [true]);
  stage.link.probe(500, tell);
  await stage.clock.advance(1);
  // What was on its way when the peer ended answers nothing.
  stage.say({ taken: 1n });
  await stage.clock.advance(500);
  assertEquals(answers, [true, false]);
  stage.link.probe(500, tell);
  stage.link.broken("cut");
  assertEquals(answers, [true, false, false]);
  stage.node.close();
  assertEquals(stage.clock.pending, 0);
});

Deno.test("a closed link says goodbye as its last word", async () => {
  const stage = await LinkStage.make();
  stage.read();
  stage.greet();
  stage.log.chain(3);
  stage.link.close(Reason.SHUTDOWN, "going");
  stage.link.close(Reason.LIMIT, "too late to be the reason");
  const last = (await stage.news()).at(-1);
  assertEquals(last?.goodbye?.reason, Reason.SHUTDOWN);
  assertEquals(last?.goodbye?.detail, "going");
  assertEquals(stage.ends, [stage.link.end]);
  assertEquals(stage.link.end, {
    reason: Reason.SHUTDOWN,
    detail: "going",
    byPeer: false,
  });
  stage.say({ ping: 5n });
  stage.link.appended([stage.log.message("late")]);
  assertEquals(await stage.news(), []);
  stage.node.close();
  assertEquals(stage.clock.pending, 0);
});

Deno.test("a link that is closed before its Hello says both at once", async () => {
  const stage = await LinkStage.make();
  stage.link.close(Reason.SHUTDOWN, "going");
  stage.read();
  const [last, ...nothing] = await stage.news();
  assertEquals(last?.hello?.name, "Alice");
  assertEquals(last?.goodbye?.reason, Reason.SHUTDOWN);
  assertEquals(nothing, []);
});

Deno.test("a stream that nobody reads any more is a broken link", async () => {
  const stage = await LinkStage.make();
  await stage.next();
  stage.greet();
  await stage.next();
  await stage.stopReading();
  assertEquals(stage.link.end?.detail, "the stream ended");
  stage.node.close();
  assertEquals(stage.clock.pending, 0);
});
