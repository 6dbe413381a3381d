/**
 * Two processes with one identity, each with a journal: at most one of them signs.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { freePorts } from "../../cli/demo/child.ts";
import { copyFolder, Durable } from "./durable.ts";
import { assertOneLine } from "./expect.ts";
import { Load, tellsOf } from "./load.ts";
import { e2e } from "./stage.ts";

/** A journal is copied whole while nobody writes it. */
async function copyWhileFrozen(durable: Durable, to: string): Promise<void> {
  const bob = durable.program("Bob");
  bob.kill("SIGSTOP");
  await copyFolder(durable.dataDir("Bob"), to);
  bob.kill("SIGCONT");
}

Deno.test(e2e(
  import.meta.url,
  "of two processes of one acceptor with journals only one votes, and nobody is caught",
  async (stage, step) => {
    const settings = { network: { pingIntervalMs: 500, pingTimeoutMs: 2_000 } };
    const durable = await Durable.make(stage, { settings });
    const { cluster } = durable;
    await durable.startAll();
    const load = await Load.start(durable, { to: ["Alice", "Carol", "Dave"], concurrency: 2 });
    await load.more(5);
    const config = await cluster.read("Bob");
    const port = freePorts(1);
    const addresses = config.addresses.map((address) =>
      address.name === "Bob" ? { ...address, port } : address
    );
    const moved = await stage.write("moved.json", JSON.stringify({ ...config, addresses }));

    await step("on the same journal", async () => {
      const dataDir = durable.dataDir("Bob");
      const twin = stage.start("acceptor", ["--data-dir", dataDir, cluster.file("Bob")]);
      assertOneLine(await twin.ended, 4, /Bob\.data\/journal\.sqlite: in use by another process/);
    });

    await step("on another journal, at the same address", async () => {
      const args = ["--data-dir", `${stage.folder}/other`, cluster.file("Bob")];
      const twin = stage.start("acceptor", args);
      assertOneLine(await twin.ended, 5, /another process runs as Bob at 127\.0\.0\.1:\d+; stop/);
    });

    for (const copied of [false, true]) {
      const which = copied ? "a copy of the journal" : "an empty journal";
      await step(`on ${which}, where its file does not tell where the first one is`, async () => {
        const dataDir = `${stage.folder}/twin_${copied}`;
        if (copied) await copyWhileFrozen(durable, dataDir);
        const log = ["--log-level", "info"];
        const twin = stage.start("acceptor", [...log, "--data-dir", dataDir, moved]);
        const { code, err } = await twin.ended;
        assertEquals(code, 5, err);
        assert(err.trimEnd().split("\n").at(-1)!.includes("another process runs as Bob"), err);
        assert(!err.includes("votes from now on"), err);
      });
    }

    await step("nobody is caught, and all four go on", async () => {
      await load.more(5);
      const decided = await load.stop();
      for (const name of durable.names) await tellsOf(durable, name, decided);
      await durable.assertNobodyCaught();
    });
  },
));
