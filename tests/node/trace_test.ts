/**
 * Traces that running nodes write.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { readLine } from "../../lib/trace/reader.ts";
import { replay } from "../../lib/trace/replay.ts";
import { TraceWriter } from "../../lib/trace/writer.ts";
import { makeTestConfigurations, TestCluster, type TestPlan } from "./harness.ts";
import { StoredJournal } from "../../lib/sim/cluster/stored_journal.ts";

const PLAN: TestPlan = {
  clients: 1,
  limits: { instanceIdleMs: 100 },
  network: { recoveryWaitMs: 2_000 },
};

/** How many lines of each kind a trace has. */
function count(lines: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  lines.forEach((text, index) => {
    const line = readLine(text, index + 1);
    const kind = line.kind === "step" ? line.input.kind : line.kind;
    counts[kind] = (counts[kind] ?? 0) + 1;
  });
  return counts;
}

Deno.test("a cluster with eviction, a crash and a restart is replayed without a difference", async () => {
  const cluster = new TestCluster(await makeTestConfigurations(PLAN));
  const lines: string[] = [];
  cluster.trace = (line) => lines.push(line);
  const stored = new StoredJournal();
  cluster.add("Alice", { journal: stored });
  for (const name of ["Bob", "Carol", "Dave", "client_0"]) cluster.join(cluster.add(name));
  await cluster.clock.advance(10);
  for (const instance of [1n, 2n]) await cluster.decides(instance);
  await cluster.clock.advance(5_000);
  assertEquals(cluster.get("Alice").node.instances.all, []);

  cluster.get("Alice").kill();
  cluster.propose(cluster.get("Bob"), 3n, "without Alice");
  await cluster.clock.advance(1_000);
  cluster.join(cluster.add("Alice", { journal: stored, recovers: true }));
  await cluster.clock.advance(5_000);
  for (const instance of [1n, 2n, 3n, 4n]) {
    cluster.propose(cluster.get("Alice"), instance, "again", instance < 3n);
  }
  await cluster.agree(4n);
  await cluster.clock.advance(1_000);
  await cluster.stop();

  const counts = count(lines);
  assertEquals(counts.header, 6);
  const one = lines.filter((line) => /^\{"trace":|"instance":"2",/.test(line));
  assertEquals([one.length < lines.length / 2, replay(one)], [true, undefined]);
  for (const kind of ["open", "close", "restore", "vote", "message", "propose"]) {
    assert(counts[kind]! > 0, `no ${kind}: ${JSON.stringify(counts)}`);
  }
  assertEquals(replay(lines), undefined);
});

Deno.test("an input at which the core fails is in the trace, and fails again", async () => {
  const cluster = new TestCluster(await makeTestConfigurations({}));
  const lines: string[] = [];
  const alice = cluster.add("Alice", { trace: (line) => lines.push(line) });
  cluster.propose(alice, 1n, "a value");
  const { node } = alice;
  const running = node.instances.get(1n)!;
  const message = { kind: "acceptor", id: "x", signer: 1, prev: undefined, refs: ["y"] };
  const now = cluster.clock.now();
  assertThrows(() => node.instances.step(running, { kind: "restore", message, now } as never));
  await cluster.stop();
  const difference = replay(lines)!;
  assertEquals(difference.line, lines.length);
  assertMatch(difference.actual!, /^an exception: refs-known: .*; but x refers to y$/);
});

Deno.test("nothing is traced, nor made ready for it, where no trace is wanted", async () => {
  const original = Object.getOwnPropertyDescriptors(TraceWriter.prototype);
  const refuse = () => {
    throw new Error("a trace was written");
  };
  try {
    for (const name of ["open", "close", "step", "propose"] as const) {
      TraceWriter.prototype[name] = refuse;
    }
    const cluster = await TestCluster.start();
    await cluster.decides(1n);
    for (const { node } of cluster.processes) assertEquals(node.instances.trace, undefined);
    await cluster.stop();
    const traced = await TestCluster.start();
    traced.trace = () => {};
    assertThrows(() => traced.add("client_0").node.bringBack(1n), Error, "a trace was written");
    await traced.stop();
  } finally {
    Object.defineProperties(TraceWriter.prototype, original);
  }
});
