/**
 * What several proposers of one instance cost each other, and one that dies.
 *
 * @module
 */

import { assertEquals, assertLessOrEqual } from "@std/assert";
import { slotInWindow } from "../../lib/core/slots.ts";
import { nextTurn } from "../../lib/core/windows.ts";
import { makePrng } from "../../lib/sim/prng.ts";
import { PROPOSER_SETTINGS } from "../../lib/wire/limits.ts";
import { infiltrate, logOf, TestCluster } from "./harness.ts";

const INSTANCES = 200;

Deno.test(`two proposers in each of ${INSTANCES} instances make hardly more ballots than one`, async () => {
  const cluster = await TestCluster.start();
  const prng = makePrng(40);
  cluster.delayMs = () => prng.between(1, 3);
  const signed = () => cluster.acceptors.reduce((sum, { node }) => sum + node.outcomes.signed, 0);
  const tooks: number[] = [];
  for (let instance = 1n; instance <= INSTANCES; instance++) {
    const [one, two] = prng.shuffled(cluster.acceptors);
    const startMs = cluster.clock.elapsedMs();
    cluster.propose(one!, instance, "one");
    await cluster.clock.advance(prng.between(0, 5));
    cluster.propose(two!, instance, "two");
    await cluster.agree(instance);
    tooks.push(cluster.clock.elapsedMs() - startMs);
    // What is still on its way is in nobody's way.
    await cluster.clock.advance(prng.between(10, 40));
  }
  // A ballot is a 1b and a 2a of each acceptor.
  const ballots = signed() / (2 * cluster.acceptors.length) / INSTANCES;
  const offered = logOf(cluster.acceptors[0]!).filter(({ wire }) => wire.kind === "1a").length;
  tooks.sort((a, b) => a - b);
  const p99 = tooks[Math.floor(INSTANCES * 0.99)]!;
  console.log(
    `    ${ballots} ballots and ${offered / INSTANCES} 1as an instance; p50 ` +
      `${tooks[INSTANCES / 2]} ms, p99 ${p99} ms`,
  );
  assertLessOrEqual(ballots, 1.25);
  assertLessOrEqual(offered / INSTANCES, 1.5);
  assertLessOrEqual(p99, 25);
  await cluster.stop();
});

for (const other of ["Bob", "Carol", "Dave"]) {
  for (const withValue of [true, false]) {
    const what = withValue ? "its ballot half sent" : "its value unsent";
    Deno.test(`where the first proposer dies with ${what}, ${other} loses no time`, async () => {
      const cluster = await TestCluster.start({}, ["Bob", "Carol", "Dave"]);
      await cluster.decides(1n);
      // Alice's 1a reaches Bob, and nobody else; nor does she say anything else.
      const alice = await infiltrate(cluster, cluster.get("Bob"), "Alice");
      await alice.send(alice.proposal({ instance: 2n, value: "hers", withValue }));
      alice.hangUp();
      const startMs = cluster.clock.elapsedMs();
      const proposing = cluster.propose(cluster.get(other), 2n, "own");
      await cluster.agree(2n);
      const tookMs = cluster.clock.elapsedMs() - startMs;
      // Three delays, and what Bob's vote refers to may be missing first.
      const { wantDelayMs } = cluster.configurations[0]!.network;
      assertLessOrEqual(tookMs, 3 + wantDelayMs + 5);
      assertEquals(proposing.decided, true);
      await cluster.stop();
    });
  }
}

Deno.test("no acceptor waits long for the first window of its own", () => {
  const rule = {
    rotation: [0, 1, 2, 3],
    hasOthers: true,
    windowMsMin: PROPOSER_SETTINGS.windowMsMin.default,
  };
  const waits = rule.rotation.map((self) =>
    slotInWindow(rule, self, nextTurn(rule, 4, self, 1), 0, 10)!.startMs
  );
  assertEquals(waits, [30, 75, 140, 225]);
});
