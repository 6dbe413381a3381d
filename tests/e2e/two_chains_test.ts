/**
 * Learners with different quorums, in a cluster that `hetpaxos config generate` made.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { freePorts } from "../../cli/demo/child.ts";
import { listening } from "./cluster.ts";
import { succeeds } from "./expect.ts";
import { e2e } from "./stage.ts";

/** Of eight; the other two stay away: one of each chain's own. */
const STARTED = ["Blue_0", "Blue_1", "Red_0", "Red_1", "Both_0", "Both_1"];

Deno.test(
  e2e(import.meta.url, "two chains, a quorum of each alive, decide the same", async (stage) => {
    const prefix = `${stage.folder}/chains`;
    const args = ["--preset", "two-chain", "--host", "127.0.0.1", "--clients", "3", "--json"];
    const base = ["--base-port", String(freePorts(8))];
    const made = stage.start("config", ["generate", ...args, ...base, prefix]);
    await succeeds(made);
    const names = new Map<string, string>();
    for await (const { name: file } of Deno.readDir(stage.folder)) {
      const { privateKey: _, ...config } = JSON.parse(
        await Deno.readTextFile(`${stage.folder}/${file}`),
      );
      const [, index] = /_(\d+)_config/.exec(file)!;
      if (!file.includes("client")) names.set(config.addresses[Number(index)].name, file);
    }
    const acceptors = STARTED.map((name) =>
      stage.start("acceptor", ["--volatile", `${stage.folder}/${names.get(name)}`])
    );
    await Promise.all(acceptors.map(listening));
    const learners = ["Blue", "Red"].map((name, i) =>
      stage.start("learner", ["--once", "--learner", name, `${prefix}_client_${i}_config.json`])
    );
    const proposer = stage.start("proposer", ["--value", "swap", `${prefix}_client_2_config.json`]);
    const [blue, red] = await Promise.all(learners.map(succeeds));
    assertEquals(blue!.map(({ learner, value }) => [learner, value]), [["Blue", "swap"]]);
    assertEquals(red!.map(({ learner, value }) => [learner, value]), [["Red", "swap"]]);
    assertEquals((await succeeds(proposer)).map(({ learner }) => learner).sort(), ["Blue", "Red"]);
  }),
);
