/**
 * Two processes with one identity: the second gives up, and nobody is caught.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { freePorts } from "../../cli/demo/child.ts";
import { Cluster } from "./cluster.ts";
import { assertOneLine, succeeds, valuesOf } from "./expect.ts";
import { e2e } from "./stage.ts";

Deno.test(e2e(import.meta.url, "a second process of an acceptor gives up", async (stage, step) => {
  const settings = { network: { pingIntervalMs: 500, pingTimeoutMs: 500 } };
  const cluster = await Cluster.make(stage, { clients: 1, settings });
  await cluster.acceptors();
  const [first, second] = ["before", "after"].map((value, instance) => async () => {
    const args = ["--value", value, "--instance", String(instance)];
    assertEquals(valuesOf(await succeeds(cluster.run("proposer", "client_0", args))), [value]);
  });

  await step("at the same address", async () => {
    const twin = stage.start("acceptor", ["--volatile", cluster.file("Bob")]);
    assertOneLine(await twin.ended, 5, /another process runs as Bob at 127\.0\.0\.1:\d+; stop it/);
  });

  await step("listening elsewhere", async () => {
    const config = { ...await cluster.read("Bob"), listen: `127.0.0.1:${freePorts(1)}` };
    const file = await stage.write("elsewhere.json", JSON.stringify(config));
    const twin = stage.start("acceptor", ["--volatile", file]);
    assertOneLine(await twin.ended, 5, /another process runs as Bob at 127\.0\.0\.1:\d+; stop it/);
  });

  await step("decided before the twin comes", first!);

  await step("where its own file does not tell where the first one is", async () => {
    const config = await cluster.read("Bob");
    const port = freePorts(1);
    const addresses = config.addresses.map((address) =>
      address.name === "Bob" ? { ...address, port } : address
    );
    const file = await stage.write("moved.json", JSON.stringify({ ...config, addresses }));
    const twin = stage.start("acceptor", ["--volatile", file]);
    const { code, err } = await twin.ended;
    const lines = err.trimEnd().split("\n");
    assertEquals(code, 5, err);
    assertEquals(
      JSON.parse(lines.at(-1)!).message,
      `${file}: another process runs as Bob already; stop it, or give this ` +
        "one another identity",
    );
    // What comes before are the words of the peers that refused it.
    for (const line of lines.slice(0, -1)) {
      assertEquals(JSON.parse(line).level, "error");
      assert(line.includes("another process runs as Bob"), line);
    }
  });

  await step("nobody is caught, and all four go on", async () => {
    await second!();
    for (const name of cluster.plan.acceptors) {
      assertEquals((await cluster.status(name)).caught, [], name);
    }
  });
}));
