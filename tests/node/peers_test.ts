import { assert, assertEquals, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import { create } from "@bufbuild/protobuf";
import {
  type Envelope,
  EnvelopeSchema,
  Goodbye_Reason as Reason,
} from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import {
  HostilePeer,
  makeTestConfigurations,
  TestCluster,
  type TestPlan,
  type TestProcess,
} from "./harness.ts";

/** Acceptors (all of the plan unless named) and a learner that dial each other. */
async function dialing(plan: TestPlan = {}, names?: readonly string[]): Promise<TestCluster> {
  const cluster = new TestCluster(await makeTestConfigurations(plan));
  for (const name of names ?? ["Alice", "Bob", "Carol", "Dave"]) cluster.add(name);
  cluster.add("client_0");
  for (const { peers } of cluster.processes) peers.start();
  return cluster;
}

/** Whom a process is connected with. Sorted. */
function connected({ peers }: TestProcess): string[] {
  return peers.status().filter((peer) => peer.connected).map(({ name }) => name).toSorted();
}

function disconnections(cluster: TestCluster): number {
  return cluster.processes
    .flatMap(({ logged }) => logged)
    .filter((line) => line.includes("disconnected")).length;
}

for (const delayMs of [1, 20, 150]) {
  Deno.test(`two that dial each other at once keep one link, ${delayMs} ms apart`, async () => {
    const cluster = await dialing();
    cluster.delayMs = () => delayMs;
    await cluster.clock.advance(3_000);
    for (const process of cluster.acceptors) {
      const others = ["Alice", "Bob", "Carol", "Dave"].filter((name) => name !== process.name);
      assertEquals(connected(process), [...others, "client_0"]);
    }
    assertEquals(connected(cluster.get("client_0")), ["Alice", "Bob", "Carol", "Dave"]);
    const before = disconnections(cluster);
    // Nobody tries again what it has.
    await cluster.clock.advance(60_000);
    assertEquals(disconnections(cluster), before);
    await cluster.decides(1n);
    await cluster.stop();
    assertEquals(cluster.clock.pending, 0);
  });
}

Deno.test("whoever starts when, one link is left; of two at once, the first name's", async () => {
  for (let start = 0; start < 20; start++) {
    const cluster = new TestCluster(await makeTestConfigurations());
    const [alice, bob] = [cluster.add("Alice"), cluster.add("Bob")];
    cluster.delayMs = () => 10;
    bob.peers.start();
    await cluster.clock.advance(start * 2);
    alice.peers.start();
    await cluster.clock.advance(5_000);
    assertEquals([connected(alice), connected(bob)], [["Bob"], ["Alice"]]);
    const { links } = cluster.exchange;
    assertEquals(links.length, 1);
    if (start < 5) assertEquals(links, ["Alice Bob"]);
    await cluster.stop();
  }
});

Deno.test("links come back after the network has failed, and others go on meanwhile", async () => {
  const cluster = await dialing();
  await cluster.clock.advance(1_000);
  const { exchange } = cluster;
  exchange.cutOff.add("Dave");
  exchange.break("Dave");
  await cluster.clock.advance(30_000);
  assertEquals(connected(cluster.get("Alice")), ["Bob", "Carol", "client_0"]);
  const dave = cluster.get("Dave");
  assertEquals(connected(dave), []);
  const status = dave.peers.status().find(({ name }) => name === "Alice");
  assertStringIncludes(status!.lastError, "connection refused");
  // Between 100 ms and 5 s: about ten attempts in half a minute, neither one nor hundreds.
  const attempts = exchange.attemptsOf("Alice", "Dave");
  assert(attempts >= 6 && attempts <= 25, `${attempts} attempts`);
  cluster.propose(cluster.get("Alice"), 1n, "meanwhile");
  await cluster.agree(1n, cluster.processes.filter((process) => process !== dave));
  exchange.cutOff.delete("Dave");
  await cluster.agree(1n);
  await cluster.clock.advance(6_000);
  assertEquals(connected(dave), ["Alice", "Bob", "Carol", "client_0"]);
  await cluster.stop();
});

Deno.test("who waits for connections is told, or let go at the end", async () => {
  const cluster = await dialing({}, ["Alice", "Bob"]);
  const { peers } = cluster.get("client_0");
  let told = 0;
  const two = peers.connected(2).then(() => told++);
  const three = peers.connected(3).then(() => told++);
  await cluster.clock.advance(1_000);
  await two;
  assertEquals([told, peers.connectedCount], [1, 2]);
  await cluster.stop();
  await three;
  assertEquals(told, 2);
});

Deno.test("a peer with another configuration is dialed again ever more rarely", async () => {
  const cluster = await dialing({}, ["Alice"]);
  const hello = new HostilePeer(cluster, cluster.get("Alice"), "Dave").hello();
  const answer = async function* (): AsyncGenerator<Envelope> {
    yield create(EnvelopeSchema, { hello: { ...hello, configDigest: undefined } });
  };
  cluster.exchange.servers.set("Dave", answer);
  await cluster.clock.advance(120_000);
  const attempts = cluster.exchange.attemptsOf("Alice", "Dave");
  assert(attempts > 20, "given up");
  assertLessOrEqual(attempts, 60);
  const status = cluster.get("Alice").peers.status().find(({ name }) => name === "Dave");
  assertStringIncludes(status!.lastError, "configurations differ");
  await cluster.stop();
});

Deno.test("a new process of an acceptor replaces a dead one, but not one that lives", async () => {
  const cluster = new TestCluster(await makeTestConfigurations());
  const alice = cluster.add("Alice");
  const { pingTimeoutMs } = alice.configuration.network;
  const dave = (incarnation: bigint) => {
    const peer = new HostilePeer(cluster, alice, "Dave");
    return { peer, greet: () => peer.say({ hello: { ...peer.hello(), incarnation } }) };
  };
  const first = dave(1n);
  await first.greet();
  await cluster.clock.advance(1);
  const second = dave(2n);
  await second.greet();
  assertEquals(second.peer.goodbye?.reason, Reason.DUPLICATE_LINK);
  await cluster.clock.advance(pingTimeoutMs);
  assertEquals(first.peer.ended, true, "the silent one is not given up");
  const third = dave(2n);
  await third.greet();
  assertEquals(third.peer.goodbye, undefined);
  // The new one answers: whoever comes now is one too many.
  await cluster.clock.advance(1);
  const fourth = dave(3n);
  await fourth.greet();
  assertEquals(fourth.peer.goodbye?.reason, Reason.DUPLICATE_LINK);
  await cluster.clock.advance(1);
  await third.peer.say({ pong: 1n });
  await cluster.clock.advance(pingTimeoutMs);
  const fifth = dave(3n);
  await fifth.greet();
  assertEquals(fifth.peer.goodbye?.reason, Reason.DUPLICATE_IDENTITY);
  assertEquals(alice.node.rejections.get("DUPLICATE_IDENTITY"), 1);
  assertEquals(third.peer.ended, false);
  await cluster.stop();
});

Deno.test("two processes of an acceptor: the newer is told by enough peers, and says so", async () => {
  const cluster = await dialing();
  await cluster.clock.advance(1_000);
  const process = cluster.add("Dave", { incarnation: 99n });
  process.peers.start();
  await cluster.clock.advance(20_000);
  const inUse = process.logged.filter((line) => line.startsWith("in use"));
  assert(inUse.length > 0, "the newer does not notice");
  const older = cluster.get("Dave");
  assert(older !== process);
  assertEquals(older.logged.filter((line) => line.startsWith("in use")), []);
  await cluster.stop();
});

Deno.test("one Byzantine peer cannot talk an acceptor into believing it has a double", async () => {
  const cluster = await dialing({}, ["Alice", "Bob", "Carol"]);
  const accuse = async function* (): AsyncGenerator<Envelope> {
    const hello = new HostilePeer(cluster, cluster.get("Alice"), "Dave").hello();
    yield create(EnvelopeSchema, { hello });
    yield create(EnvelopeSchema, {
      goodbye: { reason: Reason.DUPLICATE_IDENTITY, detail: "you are two" },
    });
  };
  cluster.exchange.servers.set("Dave", accuse);
  await cluster.clock.advance(60_000);
  for (const { logged } of cluster.acceptors) {
    assert(logged.some((line) => line.includes("refuses us: you are two")));
    assertEquals(logged.filter((line) => line.startsWith("in use")), []);
  }
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("goodbye is said to everyone at the end", async () => {
  const cluster = await dialing();
  await cluster.clock.advance(1_000);
  const [alice, ...others] = cluster.processes;
  const closed = alice!.peers.close();
  await cluster.clock.advance(10);
  for (const other of others) {
    assert(!connected(other).includes("Alice"));
    assert(other.logged.some((line) => line === "info: Alice disconnected: shutting down"));
  }
  // Who comes now is told at once, and is not to blame.
  const late = new HostilePeer(cluster, alice!, "client_1");
  await late.say({ hello: late.hello() });
  assertEquals(late.goodbye?.reason, Reason.SHUTDOWN);
  assert(late.heard[0]?.hello !== undefined, "a goodbye without Hello is a fault");
  await cluster.clock.advance(1_000);
  await closed;
  assert(cluster.processes.every(({ node }) => node.rejections.size === 0));
  await cluster.stop();
  assertEquals(cluster.clock.pending, 0);
});
