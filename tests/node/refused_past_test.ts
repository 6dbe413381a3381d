/**
 * What some accept and others refuse must not keep those from voting on anything else.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { addMs } from "../../lib/core/types.ts";
import type { Clock } from "../../lib/node/clock.ts";
import { Role } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import type { FakeClock } from "./fake_clock.ts";
import { configurationOf, makeTestConfigurations, TestCluster } from "./harness.ts";
import { StoredJournal } from "../../lib/sim/cluster/stored_journal.ts";

const HOUR_MS = 3_600_000;

function ahead(right: FakeClock): Clock {
  return {
    now: () => addMs(right.now(), HOUR_MS),
    elapsedMs: () => right.elapsedMs(),
    after: (ms, callback) => right.after(ms, callback),
  };
}

Deno.test("a ballot by clocks that were ahead keeps nobody from voting after a restart", async () => {
  const cluster = new TestCluster(await makeTestConfigurations({ clients: 2 }));
  const journals = new Map<string, StoredJournal>();
  for (const name of ["Alice", "Bob", "Carol", "Dave"]) {
    const journal = new StoredJournal();
    journals.set(name, journal);
    const clock = name < "C" ? ahead(cluster.clock) : cluster.clock;
    cluster.join(cluster.add(name, { journal, clock }));
  }
  const clock = ahead(cluster.clock);
  const client = cluster.add("client_0", { role: Role.PROPOSER, clock });
  cluster.join(client);
  await cluster.clock.advance(100);
  cluster.propose(client, 1n, "an hour early");
  await cluster.clock.advance(2_000);
  assert(cluster.rejected("FAR_FUTURE") > 0, "nobody minds");
  for (const process of [...cluster.processes]) process.kill();
  await cluster.clock.advance(100);
  for (const [name, stored] of journals) {
    cluster.join(cluster.add(name, { journal: stored.copy(), recovers: true }));
  }
  const restartedMs = cluster.clock.elapsedMs();
  await cluster.decides(2n);
  assert(cluster.clock.elapsedMs() - restartedMs < 10_000, "it took too long");
  const learner = cluster.add("client_1");
  cluster.join(learner);
  await cluster.decides(3n);
  await cluster.agree(2n, [...cluster.acceptors, learner]);
  await cluster.stop();
});

Deno.test("a value too large for one member keeps it from nothing else", async () => {
  const configurations = await makeTestConfigurations({ clients: 2 });
  const cluster = new TestCluster(configurations);
  for (const name of ["Alice", "Bob", "Carol"]) cluster.join(cluster.add(name));
  await cluster.clock.advance(10);
  await cluster.decides(1n, "x".repeat(2_000));
  const usual = configurationOf(configurations, "Dave");
  const configuration = { ...usual, limits: { ...usual.limits, valueBytesMax: 1_000 } };
  const dave = cluster.add("Dave", { configuration, recovers: true });
  cluster.join(dave);
  await cluster.clock.advance(5_000);
  assert(cluster.rejected("TOO_LARGE") > 0, "it is not too large");
  assert(dave.logged.some((line) => line.includes("votes from now on")), "it never votes");
  cluster.get("Alice").kill();
  await cluster.decides(2n);
  assert(dave.node.outcomes.signed > 0);
  assertEquals(cluster.decided(dave, 2n), ["Eve=value 2"]);
  await cluster.stop();
});

Deno.test("who is shown messages of its own that it cannot take in does not vote there", async () => {
  const cluster = new TestCluster(await makeTestConfigurations({ clients: 2 }));
  for (const name of ["Alice", "Bob", "Carol", "Dave"]) {
    const clock = name < "C" ? ahead(cluster.clock) : cluster.clock;
    cluster.join(cluster.add(name, { clock }));
  }
  const early = { role: Role.PROPOSER, clock: ahead(cluster.clock) };
  const client = cluster.add("client_0", early);
  cluster.join(client);
  await cluster.clock.advance(100);
  cluster.propose(client, 1n, "an hour early");
  await cluster.clock.advance(1_000);
  client.kill();
  const before = cluster.get("Alice");
  assert(before.node.outcomes.signed > 0, "she has said nothing");
  before.kill();
  await cluster.clock.advance(100);
  // Her disk is lost, and her clock is right.
  const alice = cluster.add("Alice", { recovers: true });
  cluster.join(alice);
  await cluster.clock.advance(3_000);
  assert(alice.logged.some((line) => line.includes("but not in 1 instances")), "she votes there");
  assert(!alice.node.voting.mayVote(1n));
  cluster.propose(cluster.get("Carol"), 1n, "in time");
  cluster.propose(cluster.get("Carol"), 2n, "elsewhere");
  await cluster.agree(2n);
  await cluster.clock.advance(5_000);
  assert(alice.node.outcomes.signed > 0, "she votes nowhere");
  const own = alice.node.ledger.ofInstance(1n).filter(({ own }) => own);
  assertEquals(own.length, 0, "she has said something that may contradict what she has forgotten");
  for (const { journal } of cluster.processes) assertEquals(journal.evidence(), []);
  await cluster.stop();
});

Deno.test("who waits for its peers before it votes says for whom", async () => {
  const cluster = new TestCluster(await makeTestConfigurations());
  const alice = cluster.add("Alice", { recovers: true });
  await cluster.clock.advance(25_000);
  const said = alice.logged.filter((line) => line.includes("does not vote yet"));
  // After 3, 9 and 21 seconds.
  assertEquals(said.length, 3);
  assert(said[0]!.endsWith("it waits to hear from Bob, Carol, Dave"), said[0]);
  await cluster.stop();
});
