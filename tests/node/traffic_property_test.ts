import { assert, assertEquals } from "@std/assert";
import { logOf, TestCluster } from "./harness.ts";
import { Schedule, seeds, withSeed } from "./schedules.ts";
import { Traffic } from "./traffic.ts";

const FILE = "traffic_property_test.ts";

Deno.test("what one has delivered reaches all, and little is sent twice", async () => {
  let messages = 0, redundant = 0, needless = 0;
  for (const seed of seeds(40)) {
    await withSeed(seed, FILE, async () => {
      const schedule = await Schedule.make({ seed, breakMs: 250 });
      const { cluster, proposers, prng } = schedule;
      const traffic = new Traffic(cluster);
      for (const proposer of [...proposers, cluster.get("Carol")]) {
        cluster.clock.after(prng.between(0, 2_000), () => {
          cluster.propose(proposer, 1n, proposer.name);
        });
      }
      await schedule.endure();
      await cluster.agree(1n);
      await cluster.clock.advance(20_000);
      const [first, ...others] = cluster.processes.map((process) =>
        logOf(process).map(({ id }) => id).toSorted()
      );
      for (const other of others) assertEquals(other, first);
      messages += traffic.messages;
      redundant += traffic.redundant;
      needless += traffic.needless;
      await cluster.stop();
      assertEquals(cluster.clock.pending, 0);
    });
  }
  console.log(`    ${messages} messages, ${redundant} redundant, ${needless} needless`);
  assertEquals(needless, 0);
  assert(redundant < messages);
});

Deno.test("what a decision costs on a quiet network", async () => {
  for (const acceptors of [4, 7]) {
    const cluster = await TestCluster.start({ acceptors, byzantine: (acceptors - 1) / 3 });
    cluster.delayMs = () => 2;
    cluster.join(cluster.add("client_0"));
    await cluster.clock.advance(1_000);
    const traffic = new Traffic(cluster);
    const rounds = 10;
    for (let instance = 1n; instance <= BigInt(rounds); instance++) {
      await cluster.decides(instance);
      await cluster.clock.advance(500);
    }
    console.log(`    ${acceptors} acceptors, ${rounds} decisions: ${traffic}`);
    assertEquals(traffic.needless, 0);
    // The proposer sends the 1a, and every acceptor its 1b and 2a, to every other process.
    const least = acceptors + 2 * acceptors * acceptors;
    assertEquals(traffic.messages, least * rounds);
    assertEquals(traffic.values, acceptors * rounds);
    await cluster.stop();
  }
});
