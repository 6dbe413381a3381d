import { assert, assertEquals } from "@std/assert";
import { TestCluster } from "./harness.ts";

Deno.test("a cluster in memory decides, and stops without leaving a timer", async () => {
  const cluster = await TestCluster.start();
  const learner = cluster.add("client_0");
  cluster.join(learner);
  await cluster.decides(1n);
  await cluster.decides(2n);
  assertEquals(cluster.decided(learner, 2n), ["Eve=value 2"]);
  assert(cluster.acceptors.every(({ node }) => node.rejections.size === 0));
  await cluster.stop();
  assertEquals(cluster.clock.pending, 0);
});
