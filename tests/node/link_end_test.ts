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
  assertEquals([detail, byPeer], ["silent for 5000 ms", true]);
  stage.node.close();
  assertEquals(stage.clock.pending, 0);
});

Deno.test("a peer that never says Hello is given up as well", async () => {
  const stage = await LinkStage.make();
  stage.read();
  await stage.clock.advance(10_000);
  assertEquals(stage.link.end?.detail, "silent for 5000 ms");
  stage.node.close();
  assertEquals(stage.clock.pending, 0);
});

Deno.test("any sign of life keeps a link up", async () => {
  const stage = await LinkStage.make();
  stage.read();
  stage.greet();
  for (let i = 0; i < 20; i++) {
    await stage.clock.advance(4_900);
    stage.say({ pong: 1n });
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
