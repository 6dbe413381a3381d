/**
 * A log by programs: appended to, read, printed by a learner, and shown by status.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Durable } from "./durable.ts";
import type { Line } from "./lines.ts";
import { e2e } from "./stage.ts";

Deno.test(e2e(
  import.meta.url,
  "what one program appends to the log another reads, and a learner prints by its own count",
  async (stage) => {
    const log = { checkpointEvery: 2 };
    const durable = await Durable.make(stage, { alter: (config) => ({ ...config, log }) });
    await durable.startAll();
    const config = durable.cluster.file("client_0");
    const learner = durable.cluster.run("learner", "client_1");
    const file = await stage.write("lines.txt", "one\ntwo\nthree\n");
    const run = async (...args: string[]) => {
      const { code, out, err } = await stage.start("log", args).ended;
      assertEquals(code, 0, err);
      return { out };
    };
    // A call for each, so that there are entries enough for a certificate.
    const appended = await run("append", config, file, "--client", "till", "--in-order");
    assertMatch(appended.out, /"event":"upload","client":"till","records":3,"nextSequence":4/);
    const { out } = await run("read", config, "--payloads");
    assertEquals(out, "one\ntwo\nthree\n");
    const last = (line: Line) =>
      line.event === "entry" && JSON.stringify(line.records).includes('"three"');
    await learner.line(last, "the last entry");
    const entries = learner.out.all.filter(({ event }) => event === "entry");
    const printed = entries.flatMap(({ records }) => records as { value: string }[]);
    assertEquals(printed.map(({ value }) => value), ["one", "two", "three"]);
    const path = `${stage.folder}/proof.json`;
    await run("proof", "0", config, "--out", path);
    const verified = await run("verify", path, config);
    assertMatch(verified.out, /"event":"verified".*"value":"one"/);
    const status = await stage.start("status", [config]).ended;
    assert(status.out.includes('"log":{"floor"'), status.out);
  },
));
