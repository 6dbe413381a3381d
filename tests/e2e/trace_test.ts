/**
 * Programs that record what they do, and the recordings run again.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { ORACLE, withoutPython } from "../../scripts/oracle.ts";
import { run } from "../../scripts/run.ts";
import { FROM_SOURCES, type Program } from "./program.ts";
import { Cluster, listening } from "./cluster.ts";
import { succeeds } from "./expect.ts";
import { e2e } from "./stage.ts";

/** Holds traces against the definitions, where there is a Python. */
async function asDefined(traces: readonly string[]): Promise<void> {
  const reason = await withoutPython();
  if (reason !== undefined) return console.log(`not held against the definitions: ${reason}`);
  const { code, output } = await run(["python3", "-B", ORACLE, ...traces]);
  assertEquals(code, 0, output);
  assert(Number(/^messages: (\d+) true/m.exec(output)![1]) >= 5 * 5 * 8, output);
}

Deno.test(
  e2e(import.meta.url, "what real programs record is replayed the same", async (stage, step) => {
    const cluster = await Cluster.make(stage, { clients: 2 });
    const traceOf = (name: string) => `${stage.folder}/${name}.trace`;
    const acceptors = new Map<string, Program>();
    const start = (name: string) => {
      const args = ["--data-dir", `${stage.folder}/${name}_data`, "--trace", traceOf(name)];
      acceptors.set(name, cluster.run("acceptor", name, args));
    };
    const replay = (names: readonly string[]) =>
      stage.start("replay", names.map(traceOf), {
        // It needs to read, and nothing else.
        launcher: () =>
          FROM_SOURCES("replay").filter((part) => !/^--allow-(net|write)$/.test(part)),
      }).ended;
    const propose = async (trace: string, more: readonly string[] = []) => {
      const args = ["--value", "x", "--count", "5", "--trace", traceOf(trace), ...more];
      return await succeeds(cluster.run("proposer", "client_0", args));
    };

    await step("acceptors, a learner and a proposer record five decisions", async () => {
      for (const name of cluster.plan.acceptors) start(name);
      await Promise.all([...acceptors.values()].map(listening));
      const args = ["--count", "5", "--once", "--trace", traceOf("learner")];
      const learner = cluster.run("learner", "client_1", args);
      assertEquals((await propose("proposer")).length, 5);
      assertEquals((await succeeds(learner)).length, 5);
    });

    await step("they stop, one of them by SIGKILL", async () => {
      acceptors.get("Dave")!.kill("SIGKILL");
      for (const name of ["Alice", "Bob", "Carol"]) {
        acceptors.get(name)!.kill("SIGTERM");
        await succeeds(acceptors.get(name)!);
      }
      await acceptors.get("Dave")!.ended;
    });

    await step("every recording is the same again", async () => {
      const names = ["Alice", "Bob", "Carol", "learner", "proposer"];
      const { code, out, err } = await replay(names);
      assertEquals([code, err], [0, ""], out);
      const results = out.trimEnd().split("\n").map((line) => JSON.parse(line));
      assertEquals(results.map(({ event }) => event), names.map(() => "same"));
      assertEquals(results.map(({ cutOff }) => cutOff), names.map(() => false));
      for (const { file, steps } of results) assert(steps >= 5 * 8, `${file}: ${steps} steps`);
    });

    await step("every recording is as defined", async () => {
      await asDefined(["Alice", "Bob", "Carol", "learner", "proposer"].map(traceOf));
    });

    await step("what a killed program leaves is the same as far as it goes", async () => {
      const alice = await Deno.readTextFile(traceOf("Alice"));
      await Deno.writeTextFile(traceOf("cut"), alice.slice(0, -10));
      const dave = await Deno.readTextFile(traceOf("Dave"));
      // He may have been killed before anything of his was written.
      const { code, out } = await replay(dave.includes("\n") ? ["cut", "Dave"] : ["cut"]);
      const results = out.trimEnd().split("\n").map((line) => JSON.parse(line));
      assertEquals([code, results[0].event, results[0].cutOff], [0, "same", true]);
    });

    await step("a trace takes nobody's place, and says so before anything starts", async () => {
      const { code, out, err } = await cluster.run("acceptor", "Dave", [
        ...["--volatile", "--trace", traceOf("Dave")],
      ]).ended;
      assertEquals([code, out], [2, ""]);
      assert(err.includes(`${traceOf("Dave")}: exists already`), err);
    });
  }),
);
