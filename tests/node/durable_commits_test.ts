import { assertEquals } from "@std/assert";
import { makeTestConfigurations, TestCluster } from "./harness.ts";
import { StoredJournal } from "../../lib/sim/cluster/stored_journal.ts";

const INSTANCES = 20;

Deno.test("a decision makes each acceptor wait for its disk twice: for its 1b and for its 2a", async () => {
  const cluster = new TestCluster(await makeTestConfigurations());
  const journals = ["Alice", "Bob", "Carol", "Dave"].map((name) => {
    const journal = new StoredJournal();
    cluster.join(cluster.add(name, { journal }));
    return journal;
  });
  await cluster.clock.advance(10);
  const countWaits = () => journals.map(({ waits }) => waits.filter((durable) => durable).length);
  const before = countWaits();
  for (let instance = 0; instance < INSTANCES; instance++) await cluster.decides(BigInt(instance));
  await cluster.clock.advance(1_000);
  const waits = countWaits().map((count, i) => count - before[i]!);
  assertEquals(waits, journals.map(() => 2 * INSTANCES));
  await cluster.stop();
});
