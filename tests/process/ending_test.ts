import { assertEquals } from "@std/assert";
import { endOf, restOf } from "../../lib/process/ending.ts";
import { TestCluster } from "../node/harness.ts";

Deno.test("whoever waits for the end of a proposal is told it, before and after", async () => {
  const cluster = await TestCluster.start();
  const [alice] = cluster.acceptors;
  const proposing = cluster.propose(alice!, 1n, "once");
  const [end, rest] = [endOf(proposing), restOf(proposing)];
  await cluster.agree(1n);
  assertEquals([await end, await rest, await endOf(proposing)], [true, true, true]);
  assertEquals(proposing.watchers.size, 0);
  alice!.node.stopProposing(1n, proposing);
  assertEquals(proposing.decided, true, "only the first end counts");
  await cluster.stop();
});
