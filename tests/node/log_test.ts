import { assert, assertEquals } from "@std/assert";
import { hashValue } from "../../lib/crypto/hash.ts";
import type { Delivery } from "../../lib/log/learner_log.ts";
import { newProposing, turnOf } from "../../lib/node/proposing.ts";
import { encodeMessage } from "../../lib/wire/codec.ts";
import { makeTestConfigurations, TestCluster, type TestProcess } from "./harness.ts";
import { FOUR_AND_THREE, starveX } from "./starving.ts";

const LOG = { checkpointEvery: 4, windowMax: 16, spreadMax: 32, retain: { entries: 8 } };

/** What has been delivered, by process and learner: `client:sequence`, in order. */
class Delivered {
  readonly #by = new Map<string, string[]>();

  constructor(processes: readonly TestProcess[]) {
    for (const process of processes) this.follow(process);
  }

  follow({ name, node }: TestProcess): void {
    node.log!.onDelivered(({ learner, records }: Delivery) => {
      for (const { client, sequence } of records) {
        this.of(name, learner).push(`${client}:${sequence}`);
      }
    });
  }

  of(name: string, learner = 0): string[] {
    const key = `${name} ${learner}`;
    const known = this.#by.get(key) ?? [];
    this.#by.set(key, known);
    return known;
  }
}

/** Appends one after the other, each when the one before is delivered. */
async function appendAll(
  cluster: TestCluster,
  delivered: Delivered,
  { name, node }: TestProcess,
  sequences: { readonly from: number; readonly to: number },
): Promise<void> {
  for (let sequence = sequences.from; sequence <= sequences.to; sequence++) {
    assertEquals(node.log!.append(record(sequence, name)).kind, "accepted");
    const has = () => delivered.of(name).includes(`${name}:${sequence}`);
    assert(await cluster.clock.until(has), `record ${sequence} of ${name} is not delivered`);
  }
}

function record(sequence: number, client = "till") {
  return { client, sequence, payload: new TextEncoder().encode(`${client} ${sequence}`) };
}

Deno.test("log: what is appended at any acceptor is delivered once, in one order, by all", async () => {
  const cluster = await TestCluster.start({ learners: 2, log: LOG });
  const delivered = new Delivered(cluster.processes);
  const { acceptors } = cluster;
  for (let i = 1; i <= 60; i++) {
    const { node } = acceptors[i % 4]!;
    assertEquals(node.log!.append(record(i)).kind, "accepted");
    if (i % 3 === 0) await cluster.clock.advance(20);
  }
  const done = () => acceptors.every(({ name }) => delivered.of(name).length >= 60);
  assert(await cluster.clock.until(done), "not everything is delivered");
  const first = delivered.of("Alice");
  assertEquals(new Set(first).size, 60);
  for (const { name } of acceptors) {
    for (const learner of [0, 1]) assertEquals(delivered.of(name, learner), first);
  }
  await cluster.stop();
  assertEquals(cluster.clock.pending, 0);
});

Deno.test("log: what all have certified is forgotten, on disk too; entries stay as retained", async () => {
  const cluster = await TestCluster.start({ log: LOG });
  const [alice] = cluster.acceptors;
  const delivered = new Delivered(cluster.processes);
  await appendAll(cluster, delivered, alice!, { from: 1, to: 30 });
  await cluster.clock.advance(1_000);
  for (const { node, journal } of cluster.acceptors) {
    const { floor, learners: [eve] } = node.log!.stand();
    assert(floor >= 24, `the floor is ${floor}`);
    assertEquals(eve!.retained, floor - LOG.retain.entries);
    assert(journal.firstPosition > 0);
    assert(journal.instancesAfter(undefined, 1)[0]! >= BigInt(floor));
    assert(journal.decisionsOf(0n).length === 0);
    assert(journal.hasInstance(BigInt(floor)), "nothing at or above the floor is deleted");
    const proof = node.log!.prove(0, eve!.retained);
    assertEquals(proof?.certificate.position, floor);
    const value = proof?.value;
    assert(value !== undefined && journal.value(hashValue(value)) !== undefined);
  }
  await cluster.stop();
});

Deno.test("log: who starts with an empty disk below the floor goes on from a snapshot", async () => {
  const cluster = await TestCluster.start({ log: LOG }, ["Alice", "Bob", "Carol"]);
  const [alice] = cluster.acceptors;
  const delivered = new Delivered(cluster.processes);
  await appendAll(cluster, delivered, alice!, { from: 1, to: 30 });
  await cluster.clock.advance(1_000);
  const dave = cluster.add("Dave", { recovers: true });
  delivered.follow(dave);
  cluster.join(dave);
  assert(await cluster.clock.until(() => dave.node.votes), "Dave does not vote");
  assert(dave.node.log!.stand().floor >= 24);
  await appendAll(cluster, delivered, alice!, { from: 31, to: 36 });
  const has = () => delivered.of("Dave").includes("Alice:36");
  assert(await cluster.clock.until(has), "Dave does not go on");
  // And with its vote, when another is gone.
  cluster.get("Carol").kill();
  await appendAll(cluster, delivered, alice!, { from: 37, to: 40 });
  await cluster.stop();
});

Deno.test("log: who starts again from its disk goes on where it was, and remembers repetitions", async () => {
  const cluster = await TestCluster.start({ log: LOG });
  const [alice, bob] = cluster.acceptors;
  const delivered = new Delivered(cluster.processes);
  await appendAll(cluster, delivered, alice!, { from: 1, to: 30 });
  const before = bob!.node.log!;
  const { journal } = bob!;
  bob!.kill();
  await cluster.clock.advance(1_000);
  const again = cluster.add("Bob", { journal, recovers: true });
  cluster.join(again);
  assertEquals(again.node.log!.prefixOf(0), before.prefixOf(0));
  assertEquals(again.node.log!.stand().floor, before.stand().floor);
  assertEquals(again.node.log!.judge(0, record(30, "Alice")), "repeated");
  assert(await cluster.clock.until(() => again.node.votes));
  delivered.follow(again);
  await appendAll(cluster, delivered, again, { from: 1, to: 8 });
  await cluster.stop();
});

Deno.test("log: instances outside the window are refused with a code that blames nobody", async () => {
  const cluster = await TestCluster.start({ log: LOG });
  const [alice, bob] = cluster.acceptors;
  const value = new TextEncoder().encode("far");
  const proposing = newProposing(hashValue(value), 1n, turnOf(alice!.configuration));
  assertEquals(alice!.node.propose(16n, proposing, value)?.rejected, "OUTSIDE_WINDOW");
  assertEquals(bob!.node.ledger.length, 0);
  await cluster.stop();
});

Deno.test("log: an instance in which a learner is starved is closed for it, and its log goes on", async () => {
  const cluster = new TestCluster(await makeTestConfigurations({ plan: FOUR_AND_THREE, log: LOG }));
  const names = cluster.configurations[0]!.acceptors.map(({ name }) => name);
  for (const name of names) cluster.add(name, { recovers: true });
  const delivered = new Delivered(cluster.processes);
  const [alice] = cluster.acceptors;
  const { open, last } = starveX(cluster, 0n);
  // Before they vote they are shown what they have said.
  for (const { node } of cluster.acceptors) {
    for (const { wire } of [...open, last]) node.take(encodeMessage(wire), "client_0");
  }
  for (const each of cluster.acceptors) {
    cluster.join(each, cluster.acceptors.filter(({ name }) => name < each.name));
  }
  await cluster.clock.advance(1_000);
  assertEquals(cluster.decided(alice!, 0n), ["Y=second"]);
  const closed = () => alice!.node.log!.prefixOf(0) > 0;
  assert(await cluster.clock.until(closed), "X is not closed in instance 0");
  assertEquals(alice!.node.log!.entries(0, 0, 1, 1)[0]?.outcome, { kind: "closed" });
  await appendAll(cluster, delivered, alice!, { from: 1, to: 10 });
  for (const { name } of cluster.acceptors) {
    assertEquals(delivered.of(name, 0), delivered.of(name, 1));
  }
  await cluster.stop();
});

Deno.test("log: who was cut off beyond the window comes back by what others offer again", async () => {
  const log = { ...LOG, windowMax: 4, spreadMax: 64, checkpointEvery: 16 };
  const cluster = await TestCluster.start({ log }, ["Alice", "Bob", "Carol"]);
  const delivered = new Delivered(cluster.processes);
  const [alice] = cluster.acceptors;
  await appendAll(cluster, delivered, alice!, { from: 1, to: 14 });
  const dave = cluster.add("Dave", { recovers: true });
  delivered.follow(dave);
  cluster.join(dave);
  await appendAll(cluster, delivered, alice!, { from: 15, to: 30 });
  const has = () => delivered.of("Dave").includes("Alice:30");
  assert(await cluster.clock.until(has), "Dave does not come back");
  await cluster.stop();
});
