/**
 * Exactly a quorum alive, and those who come late.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { Cluster } from "./cluster.ts";
import { succeeds, valuesOf } from "./expect.ts";
import { e2e } from "./stage.ts";

Deno.test(
  e2e(import.meta.url, "exactly a quorum decides; late ones catch up", async (stage, step) => {
    const cluster = await Cluster.make(stage, { clients: 4 });
    const running = await cluster.acceptors(["Alice", "Bob", "Carol"]);

    await step("with Dave never started a value is decided", async () => {
      const learner = cluster.run("learner", "client_0", ["--once"]);
      const proposer = cluster.run("proposer", "client_1", ["--value", "without Dave"]);
      for (const program of [learner, proposer]) {
        const [decision, ...more] = await succeeds(program);
        assertEquals(more, []);
        assertEquals(decision!.value, "without Dave");
        assertEquals(decision!.signers, ["Alice", "Bob", "Carol"]);
      }
    });

    await step("a learner that comes after the decision learns it", async () => {
      const learner = cluster.run("learner", "client_2", ["--once"]);
      assertEquals(valuesOf(await succeeds(learner)), ["without Dave"]);
    });

    await step("an acceptor that comes after the decision learns it and tells it", async () => {
      const dave = cluster.acceptor("Dave");
      running.set("Dave", dave);
      assertEquals(valuesOf(await dave.decisions()), ["without Dave"]);
      const told = await cluster.call("Dave", "client_3", async (client, signal) => {
        for await (const decision of client.watchDecisions({}, signal)) return decision;
      });
      assertEquals(new TextDecoder().decode(told!.value), "without Dave");
      // His own vote may have completed it for him, before he saw all the others'.
      assertEquals(told!.signers.length, 3);
    });

    await step("with Alice killed, Dave makes up the quorum", async () => {
      running.get("Alice")!.kill();
      await running.get("Alice")!.ended;
      const args = ["--instance", "1"];
      const learner = cluster.run("learner", "client_0", ["--once", ...args]);
      const proposer = cluster.run("proposer", "client_1", ["--value", "without Alice", ...args]);
      for (const program of [learner, proposer]) {
        const [decision] = await succeeds(program);
        assertEquals(decision!.value, "without Alice");
        assertEquals(decision!.signers, ["Bob", "Carol", "Dave"]);
      }
    });
  }),
);
