/**
 * HTTP/2 without TLS, on loopback only.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { Cluster, listening } from "./cluster.ts";
import { assertOneLine, succeeds, valuesOf } from "./expect.ts";
import { e2e } from "./stage.ts";

Deno.test(
  e2e(
    import.meta.url,
    "without TLS, on purpose and on loopback, a cluster decides",
    async (stage) => {
      const cluster = await Cluster.make(stage);
      const acceptors = cluster.plan.acceptors.map((name) =>
        cluster.run("acceptor", name, ["--volatile", "--cleartext"])
      );
      await Promise.all(acceptors.map(listening));
      const learner = cluster.run("learner", "Alice", ["--cleartext", "--once"]);
      const proposer = cluster.run("proposer", "Bob", ["--cleartext", "--value", "plain"]);
      assertEquals(valuesOf(await succeeds(learner)), ["plain"]);
      assertEquals(valuesOf(await succeeds(proposer)), ["plain"]);
    },
  ),
);

Deno.test(
  e2e(import.meta.url, "beyond loopback there is no cleartext", async (stage) => {
    const cluster = await Cluster.make(stage, {
      alter: (config) => ({ ...config, listen: "0.0.0.0:29999" }),
    });
    const acceptor = cluster.run("acceptor", "Alice", ["--volatile", "--cleartext"]);
    assertOneLine(await acceptor.ended, EXIT.usage, /0\.0\.0\.0.*loopback/);
  }),
);
