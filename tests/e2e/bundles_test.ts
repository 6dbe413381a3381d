/**
 * The single-file scripts that `deno task bundle` makes, away from this repository.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { freePorts } from "../../cli/demo/child.ts";
import { bundle } from "./bundle.ts";
import { listening } from "./cluster.ts";
import { succeeds, valuesOf } from "./expect.ts";
import { LocalClusters, propose } from "./local_cluster.ts";
import { e2e } from "./stage.ts";

Deno.test(e2e(import.meta.url, "a whole cluster runs from the bundled scripts", async (stage) => {
  const launcher = await bundle(stage);
  const prefix = `${stage.folder}/my`;
  const base = ["--base-port", String(freePorts(4)), "--host", "127.0.0.1"];
  await succeeds(
    stage.start("config", ["generate", "--clients", "1", ...base, prefix], { launcher }),
  );
  await succeeds(stage.start("config", ["check", `${prefix}_0_config.json`], { launcher }));
  const acceptors = [0, 1, 2, 3].map((i) =>
    stage.start("acceptor", ["--volatile", `${prefix}_${i}_config.json`], { launcher })
  );
  await Promise.all(acceptors.map(listening));
  const learner = stage.start("learner", ["--once", `${prefix}_client_0_config.json`], {
    launcher,
  });
  const proposer = stage.start("proposer", ["--value", "bundled", `${prefix}_0_config.json`], {
    launcher,
  });
  assertEquals(valuesOf(await succeeds(learner)), ["bundled"]);
  assertEquals(valuesOf(await succeeds(proposer)), ["bundled"]);
  for (const acceptor of acceptors) {
    assertEquals(valuesOf(await acceptor.decisions()), ["bundled"]);
    acceptor.kill("SIGTERM");
    assertEquals((await acceptor.ended).code, 0);
  }
  const name = "bundled";
  await LocalClusters.use(stage, async (clusters) => {
    await clusters.run(0, "up", name);
    await propose(stage, await clusters.config(name), 0, "by itself");
    await clusters.run(0, "down", name);
  }, launcher);
}));
