/**
 * Programs say that a learner is starved, and end, instead of waiting for ever.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { loadConfiguration } from "../../lib/config/configuration.ts";
import { openJournal } from "../../lib/process/open_journal.ts";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { infiltrate, TestCluster } from "../node/harness.ts";
import { FOUR_AND_THREE, starveX } from "../node/starving.ts";
import { Cluster, listening } from "./cluster.ts";
import type { Program } from "./program.ts";
import { e2e } from "./stage.ts";

/** Writes a journal as Alice would have it when X is starved in instance 0. */
async function writeJournal(cluster: Cluster, dataDir: string): Promise<void> {
  const configurations = await Promise.all(FOUR_AND_THREE.acceptors.map(async (name) => {
    const file = cluster.file(name);
    return loadConfiguration(await Deno.readTextFile(file), file);
  }));
  const past = new TestCluster(configurations);
  const journal = openJournal(configurations[0]!, dataDir);
  const witness = past.add("Alice", { journal, recovers: true });
  const { open, last } = starveX(past, 0n);
  const speaker = await infiltrate(past, witness, "Bob");
  await speaker.send(...open, last);
  assertEquals(past.decided(witness, 0n), ["Y=second"]);
  await past.stop();
  journal.close();
}

/** X may still be freed, by whoever is caught, so that it would be waited for without an end. */
const WAIT = ["--once", "--timeout", "2s"];

/** What a program printed, shortly, and how it ended. */
async function ended(program: Program) {
  const { code, err } = await program.ended;
  const events = program.out.all.map(({ event, learner, instance }) =>
    `${event} ${learner} ${instance}`
  );
  return { code, events: events.toSorted(), err };
}

Deno.test(
  e2e(import.meta.url, "who waits for a starved learner is told", async (stage, step) => {
    const cluster = await Cluster.make(stage, { plan: FOUR_AND_THREE, clients: 2 });
    const dataDir = `${stage.folder}/Alice.data`;
    await writeJournal(cluster, dataDir);
    const alice = cluster.run("acceptor", "Alice", ["--data-dir", dataDir]);
    await listening(alice);
    const both = ["decision Y 0", "starved X 0"];

    await step("a learner", async () => {
      const { code, events, err } = await ended(cluster.run("learner", "client_0", WAIT));
      assertEquals({ code, events }, { code: EXIT.starved, events: both }, err);
    });

    await step("a learner that has it all in its journal, with nobody there", async () => {
      const args = [...WAIT, "--data-dir", `${stage.folder}/learner.data`];
      assertEquals((await ended(cluster.run("learner", "client_0", args))).code, EXIT.starved);
      alice.kill();
      await alice.ended;
      const again = await ended(cluster.run("learner", "client_0", args));
      assertEquals(again.events, both);
      assertEquals(again.code, EXIT.starved, again.err);
    });

    await step("a learner that is asked for the other one only is not concerned", async () => {
      const args = ["--once", "--learner", "Y", "--data-dir", `${stage.folder}/learner.data`];
      const { code, events, err } = await ended(cluster.run("learner", "client_0", args));
      assertEquals({ code, events }, { code: EXIT.ok, events: ["decision Y 0"] }, err);
    });

    await step("a proposer, and in words", async () => {
      await listening(cluster.run("acceptor", "Alice", ["--data-dir", dataDir]));
      const proposer = cluster.run("proposer", "client_1", [
        "--value",
        "late",
        "--text",
        "--timeout",
        "2s",
      ]);
      const { code, err } = await proposer.ended;
      assertEquals(code, EXIT.starved, err);
      assertStringIncludes(proposer.out.text, "X is starved in instance 0: it cannot decide");
      assertStringIncludes(proposer.out.text, 'Y decided in instance 0: "second"');
    });
  }),
);
