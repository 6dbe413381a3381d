/**
 * Acceptors whose output nobody takes: they vote, are reached, and stop when they are told to.
 *
 * @module
 */

import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { Cluster, listening } from "./cluster.ts";
import { FROM_SOURCES, type Launcher, type Program } from "./program.ts";
import { e2e, type Stage } from "./stage.ts";

/** Of four acceptors: any three make a quorum, so none of these can be missed. */
const NEEDED = ["Alice", "Bob", "Carol"];

/** Printed as 1a and as decision it is some 40 kB: a pipe and a queue are full after ten. */
const VALUE = "x".repeat(20_000);

const DECISIONS = 40;
const STOP_MS_MAX = 3_000;

/** Has a cluster decide, as a proposer that wants to hear of it. */
async function decide(cluster: Cluster, first = 0, instances = DECISIONS): Promise<void> {
  const which = ["--instance", `${first}`, "--count", `${instances}`];
  const args = [...which, "--value", VALUE, "--timeout", "20s"];
  const { code, err } = await cluster.run("proposer", "client_0", args).ended;
  assertEquals(code, 0, err.slice(-2_000));
}

async function start(stage: Stage, unread: boolean): Promise<[Cluster, Program, Program[]]> {
  const cluster = await Cluster.make(stage, { clients: 1 });
  const others = await cluster.acceptors(NEEDED.slice(1));
  const alice = cluster.run("acceptor", "Alice", ["--volatile", "--messages"], { unread });
  return [cluster, alice, [...others.values()]];
}

async function assertConnected(cluster: Cluster): Promise<void> {
  const { peers } = await cluster.status("Bob", "client_0");
  const alice = peers.find(({ name }) => name === "Alice");
  assertEquals([alice?.connected, alice?.lastError], [true, ""]);
}

Deno.test(
  e2e(import.meta.url, "an acceptor whose reader has gone goes on, and says so", async (stage) => {
    const [cluster, alice, others] = await start(stage, false);
    await listening(alice);
    await alice.stopReading();
    await decide(cluster);
    await alice.logged("standard output: nobody reads it any more");
    await assertConnected(cluster);
    const lost = others.flatMap(({ err }) => err.all).filter(({ message }) =>
      /^Alice disconnected: (?!there is another link)/.test(String(message))
    );
    assertEquals(lost, []);
    const startMs = performance.now();
    alice.kill("SIGTERM");
    assertEquals((await alice.exited).code, 0);
    assertLessOrEqual(performance.now() - startMs, STOP_MS_MAX);
  }),
);

Deno.test(
  e2e(
    import.meta.url,
    "an acceptor whose reader stands still goes on, and loses no decision",
    async (stage) => {
      const [cluster, alice] = await start(stage, true);
      await decide(cluster);
      await assertConnected(cluster);
      // Only now does anybody read.
      alice.readNow();
      await decide(cluster, DECISIONS, 1);
      await alice.line(
        ({ event, instance }) => event === "decision" && instance === `${DECISIONS}`,
        "the last decision",
      );
      const decided = alice.out.all.filter(({ event }) => event === "decision");
      assertEquals(
        decided.map(({ instance }) => Number(instance)).sort((a, b) => a - b),
        Array.from({ length: DECISIONS + 1 }, (_, i) => i),
      );
      await alice.logged("standard output is not read");
      const lost = await alice.line(({ event }) => event === "lost", "how much it has left out");
      assert(Number(lost.lines) > 0);
    },
  ),
);

Deno.test(
  e2e(import.meta.url, "an acceptor whose readers stand still stops on SIGTERM", async (stage) => {
    const [cluster, alice] = await start(stage, true);
    await decide(cluster);
    const startMs = performance.now();
    alice.kill("SIGTERM");
    assertEquals(await alice.exited, { success: true, code: 0, signal: null });
    assertLessOrEqual(performance.now() - startMs, STOP_MS_MAX);
  }),
);

Deno.test(
  e2e(import.meta.url, "a learner whose readers stand still stops on SIGTERM", async (stage) => {
    const cluster = await Cluster.make(stage, { clients: 2 });
    await cluster.acceptors();
    const learner = cluster.run("learner", "client_1", ["--all", "--messages"], { unread: true });
    await decide(cluster);
    const { peers } = await cluster.status("Bob", "client_0");
    assertEquals(peers.find(({ name }) => name === "client_1")?.connected, true);
    const startMs = performance.now();
    learner.kill("SIGTERM");
    assertEquals(await learner.exited, { success: true, code: 0, signal: null });
    assertLessOrEqual(performance.now() - startMs, STOP_MS_MAX);
  }),
);

const NO_FULL_DISK = Deno.build.os === "linux" ? undefined : "it needs /dev/full of Linux";

Deno.test(e2e(
  import.meta.url,
  "an acceptor whose output has a full disk goes on, and says so",
  async (stage) => {
    const cluster = await Cluster.make(stage, { clients: 1 });
    await cluster.acceptors(NEEDED.slice(1));
    const launcher: Launcher = (
      name,
    ) => ["sh", "-c", 'exec "$@" >/dev/full', "sh", ...FROM_SOURCES(name)];
    const alice = cluster.run("acceptor", "Alice", ["--volatile"], { launcher });
    await alice.logged("standard output: the disk is full; make room; the program goes on");
    await decide(cluster, 0, 1);
    alice.kill("SIGTERM");
    assertEquals((await alice.exited).code, 0);
  },
  { ignore: NO_FULL_DISK },
));
