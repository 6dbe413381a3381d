import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import type { MessageId } from "../../lib/core/types.ts";
import { isRejection } from "../../lib/core/rejection.ts";
import { messageId } from "../../lib/crypto/hash.ts";
import { decodeMessage } from "../../lib/wire/codec.ts";
import { logOf, makeTestConfigurations, TestCluster, type TestProcess } from "./harness.ts";
import { StoredJournal } from "../../lib/sim/cluster/stored_journal.ts";

/** Counts what arrives at processes. */
class Arrivals {
  /** By process: every message, as often as it came. */
  readonly messages: Map<TestProcess, MessageId[]> = new Map();
  /** By process: ids offered to it. */
  readonly offered: Map<TestProcess, number> = new Map();

  constructor(cluster: TestCluster) {
    const { digest, limits } = cluster.configurations[0]!;
    cluster.tap = (moment, _from, to, { messages, offers }) => {
      if (moment !== "arrives") return;
      const count = offers.reduce((sum, { ids }) => sum + ids.length, 0);
      this.offered.set(to, (this.offered.get(to) ?? 0) + count);
      for (const message of messages) {
        const wire = decodeMessage(message, limits);
        if (isRejection(wire)) throw new Error(wire.detail);
        this.of(to).push(messageId(digest.whole, wire));
      }
    };
  }

  of(process: TestProcess): MessageId[] {
    const known = this.messages.get(process) ?? [];
    this.messages.set(process, known);
    return known;
  }

  /** How many came more than once. */
  repeated(process: TestProcess): number {
    return this.of(process).length - new Set(this.of(process)).size;
  }
}

/** Has ballots made in some instances for a while. */
async function ballots(cluster: TestCluster, instances: readonly bigint[], ms: number) {
  const bob = cluster.get("Bob");
  const all = instances.map((instance) =>
    [instance, cluster.propose(bob, instance, `value ${instance}`, true)] as const
  );
  await cluster.clock.advance(ms);
  for (const [instance, proposing] of all) bob.node.stopProposing(instance, proposing);
  await cluster.clock.advance(500);
}

/** Acceptors with journals that can be taken up again. */
async function start(): Promise<{ cluster: TestCluster; stored: StoredJournal }> {
  // So short that there are many ballots: six a window.
  const proposer = { windowMsMin: 8, backoffMsMin: 4, rotation: ["Bob"] };
  const limits = { instanceIdleMs: 1_000 };
  const cluster = new TestCluster(await makeTestConfigurations({ proposer, limits }));
  const stored = new StoredJournal();
  cluster.add("Alice", { journal: stored });
  for (const name of ["Bob", "Carol", "Dave"]) cluster.join(cluster.add(name));
  await cluster.clock.advance(10);
  return { cluster, stored };
}

function range(from: bigint, to: bigint): bigint[] {
  return Array.from({ length: Number(to - from) }, (_, i) => from + BigInt(i));
}

Deno.test("who comes late gets 5,000 messages, each of them once", async () => {
  const { cluster } = await start();
  await ballots(cluster, range(1n, 21n), 2_500);
  await ballots(cluster, [100n], 3_000);
  const { length } = cluster.get("Bob").node.ledger;
  assert(length > 5_000, `only ${length} messages`);
  const late = cluster.add("client_0");
  const arrivals = new Arrivals(cluster);
  cluster.join(late);
  assert(await cluster.clock.until(() => late.node.ledger.length === length, 5_000));
  assertEquals([arrivals.of(late).length, arrivals.repeated(late)], [length, 0]);
  // Nor does it send any of it back, and after a while nothing of it is in memory.
  await cluster.clock.advance(10_000);
  for (const { name } of cluster.acceptors) assertEquals(arrivals.of(cluster.get(name)), []);
  for (const { node } of cluster.processes) assertEquals(node.instances.all.length, 0);
  assertEquals(late.node.rejections.size, 0);
  await cluster.stop();
});

Deno.test("who comes late while ballots go on gets everything, and little of it twice", async () => {
  const { cluster } = await start();
  await ballots(cluster, range(1n, 11n), 2_500);
  cluster.delayMs = () => 20;
  const late = cluster.add("client_0");
  const arrivals = new Arrivals(cluster);
  cluster.join(late);
  await ballots(cluster, range(6n, 16n), 1_000);
  await cluster.clock.advance(5_000);
  const { length } = cluster.get("Bob").node.ledger;
  assertEquals(late.node.ledger.length, length);
  const repeated = arrivals.repeated(late);
  console.log(
    `    ${length} messages, ${arrivals.of(late).length} came, ${repeated} of them again`,
  );
  assertLessOrEqual(repeated, length / 50);
  await cluster.stop();
});

Deno.test("who comes back with a journal gets only what is new, and is offered little more", async () => {
  const { cluster, stored } = await start();
  const client = new StoredJournal();
  const before = cluster.add("client_0", { journal: client });
  cluster.join(before);
  await cluster.clock.advance(10);
  await ballots(cluster, range(1n, 11n), 2_000);
  // So that everybody has taken in what everybody had.
  for (const name of ["Alice", "client_0"]) cluster.get(name).kill();
  await cluster.clock.advance(100);
  const again = [
    cluster.add("Alice", { journal: stored.copy(), recovers: true }),
    cluster.add("client_0", { journal: client.copy() }),
  ];
  for (const process of again) cluster.join(process);
  await cluster.clock.advance(1_000);
  for (const process of again) process.kill();
  await cluster.clock.advance(100);
  await ballots(cluster, range(6n, 16n), 1_000);
  const arrivals = new Arrivals(cluster);
  for (const { name, journal, role } of again) {
    const kept = (journal as StoredJournal).copy();
    const back = cluster.add(name, { journal: kept, role, recovers: true });
    const known = kept.length;
    const had = new Set(logOf(back).map(({ id }) => id));
    cluster.join(back);
    await cluster.clock.advance(1_000);
    const all = cluster.get("Bob").node.ledger.length;
    const came = arrivals.of(back);
    assertEquals([came.filter((id) => had.has(id)).length, arrivals.repeated(back)], [0, 0]);
    const { signed } = back.node.outcomes;
    assertEquals([name, back.node.ledger.length], [name, all]);
    assertEquals(came.length, all - known - signed);
    assertLessOrEqual(arrivals.offered.get(back)!, 4 * (all - known + 200));
  }
  for (const { journal } of cluster.processes) assertEquals(journal.evidence(), []);
  await cluster.decides(99n);
  await cluster.stop();
});

Deno.test("progress survives: what was taken before a crash is not offered again", async () => {
  const { cluster } = await start();
  await ballots(cluster, range(1n, 21n), 1_500);
  const { length } = cluster.get("Bob").node.ledger;
  const stored = new StoredJournal();
  const late = cluster.add("client_0", { journal: stored });
  // So slow that what is taken is kept before all is.
  cluster.delayMs = () => 100;
  cluster.join(late);
  const hasProgress = () =>
    cluster.acceptors.every(({ name }) => (stored.progress(name)?.position ?? 0) > 0);
  assert(await cluster.clock.until(hasProgress));
  late.kill();
  cluster.delayMs = () => 1;
  await cluster.clock.advance(100);
  const back = cluster.add("client_0", { journal: stored.copy() });
  const known = back.node.ledger.length;
  assert(known < length, `${known} of ${length}`);
  const positions = cluster.acceptors.map(({ name }) => stored.progress(name)?.position ?? 0);
  const arrivals = new Arrivals(cluster);
  cluster.join(back);
  assert(await cluster.clock.until(() => back.node.ledger.length === length, 5_000));
  assertEquals([arrivals.of(back).length, arrivals.repeated(back)], [length - known, 0]);
  const most = positions.reduce((sum, position) => sum + length - position, 0);
  console.log(`    had ${known} of ${length}; resumed at ${positions}`);
  assertLessOrEqual(arrivals.offered.get(back)!, most);
  assert(positions.every((position) => position > 0));
  await cluster.clock.advance(1_000);
  for (const { name, journal } of cluster.acceptors) {
    assertEquals(back.journal.progress(name), {
      peer: name,
      epoch: journal.epoch,
      position: length,
    });
  }
  await cluster.stop();
});

Deno.test("a rolled-back journal is offered from where it parts from what others have seen of it", async () => {
  const { cluster, stored } = await start();
  const client = cluster.add("client_0");
  cluster.join(client);
  await cluster.clock.advance(10);
  await ballots(cluster, range(1n, 6n), 1_000);
  for (const name of ["Alice"]) cluster.get(name).kill();
  await cluster.clock.advance(100);
  // Everybody takes in all of Alice's log, to its end.
  const alice = cluster.add("Alice", { journal: stored, recovers: true });
  cluster.join(alice, cluster.processes);
  await cluster.clock.advance(1_000);
  const seen = client.journal.progress("Alice")!;
  assertEquals([seen.epoch, seen.position > 100], [stored.epoch, true]);
  alice.kill();
  await cluster.clock.advance(100);
  const old = stored.copy(stored.batches.length >> 1);
  const { length } = old;
  assert(length < seen.position);
  const back = cluster.add("Alice", { journal: old, recovers: true });
  const arrivals = new Arrivals(cluster);
  cluster.join(back, [client]);
  await cluster.clock.advance(1_000);
  assertEquals(arrivals.offered.get(client) ?? 0, 0, "what both have is offered again");
  assertEquals(arrivals.of(client), [], "nothing that it has is sent");
  assertEquals(client.journal.progress("Alice"), seen);
  assertEquals(back.node.ledger.length, client.node.ledger.length);
  cluster.join(back, ["Bob", "Carol", "Dave"].map((name) => cluster.get(name)));
  await cluster.clock.advance(3_000);
  await cluster.decides(50n);
  for (const { journal } of cluster.processes) assertEquals(journal.evidence(), []);
  await cluster.stop();
});
