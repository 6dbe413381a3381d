/**
 * Programs that are asked to stop, or that nobody listens to any more.
 *
 * @module
 */

import { assertEquals, assertLessOrEqual } from "@std/assert";
import { Cluster } from "./cluster.ts";
import { e2e } from "./stage.ts";

const STOP_MS_MAX = 2_000;

Deno.test(e2e(
  import.meta.url,
  "acceptors and learners stop within two seconds of SIGTERM or SIGINT, with status 0",
  async (stage) => {
    const cluster = await Cluster.make(stage, { clients: 2 });
    const acceptors = await cluster.acceptors(["Alice", "Bob", "Carol"]);
    const learners = ["client_0", "client_1"].map((name) => cluster.run("learner", name));
    for (const learner of learners) {
      await Promise.all(
        [...acceptors.keys()].map((name) => learner.logged(`${name} connected as acceptor`)),
      );
    }
    const stopped = [
      [learners[0]!, "SIGTERM"],
      [learners[1]!, "SIGINT"],
      [acceptors.get("Alice")!, "SIGTERM"],
      [acceptors.get("Bob")!, "SIGINT"],
      // The last one talks to nobody any more.
      [acceptors.get("Carol")!, "SIGTERM"],
    ] as const;
    for (const [program, signal] of stopped) {
      const startMs = performance.now();
      program.kill(signal);
      const { code, signal: killedBy } = await program.ended;
      const ms = performance.now() - startMs;
      assertEquals({ code, killedBy }, { code: 0, killedBy: null }, program.title);
      assertLessOrEqual(ms, STOP_MS_MAX, `${signal} to ${program.title}`);
      console.log(`${signal} to ${program.title.split(" ", 1)}: ${Math.round(ms)} ms`);
    }
  },
));

Deno.test(
  e2e(import.meta.url, "a learner whose output nobody reads any more ends", async (stage) => {
    const cluster = await Cluster.make(stage, { clients: 2 });
    // Two of four: there are messages to print, but no decisions.
    await cluster.acceptors(["Alice", "Bob"]);
    const learner = cluster.run("learner", "client_0", ["--all", "--messages"]);
    cluster.run("proposer", "client_1", ["--value", "x"]);
    await learner.line(({ event }) => event === "1a", "a message");
    await learner.stopReading();
    const { code, signal } = await learner.ended;
    assertEquals({ code, signal }, { code: 0, signal: null });
  }),
);
