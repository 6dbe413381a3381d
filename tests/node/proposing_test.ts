import { assert, assertEquals } from "@std/assert";
import { hashValue } from "../../lib/crypto/hash.ts";
import { newProposing, turnOf } from "../../lib/node/proposing.ts";
import { Role } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { Author, infiltrate, logOf, makeTestConfigurations } from "./harness.ts";
import { TestCluster, type TestPlan, type TestProcess } from "./harness.ts";

/** The values of the 1as that a process knows in an instance, in order. */
function offered(process: TestProcess, instance = 1n): string[] {
  return logOf(process).flatMap((record) => {
    if (record.valueHash === undefined || record.instance !== instance) return [];
    return [new TextDecoder().decode(process.node.ledger.value(record.valueHash))];
  });
}

/** A proposer to whom a test speaks as three acceptors. Nobody else is there. */
async function alone(plan: TestPlan = {}) {
  const cluster = await TestCluster.start(plan, []);
  const proposer = cluster.add("client_0");
  const authors = ["Alice", "Bob", "Carol"].map((name) => new Author(cluster, name));
  const speaker = await infiltrate(cluster, proposer, "Alice");
  const proposal = speaker.proposal({ value: "theirs" });
  const votes = authors.map((author) => author.signed({ refs: [proposal.id] }));
  return { cluster, proposer, authors, speaker, proposal, votes };
}

Deno.test("a proposer takes up the value of the highest 2a instead of its own", async () => {
  const { cluster, proposer, authors, speaker, proposal, votes } = await alone();
  const lock = authors[0]!.signed({
    prev: votes[0]!.id,
    refs: votes.map(({ id }) => id),
  });
  await speaker.send(proposal, ...votes, lock);
  assertEquals(proposer.node.ledger.length, 5);
  cluster.propose(proposer, 1n, "own");
  await cluster.clock.advance(10_000);
  const values = offered(proposer);
  assert(values.length > 3);
  assert(values.every((value) => value === "theirs"), values.join());
  await cluster.stop();
});

Deno.test("a proposer keeps to its own value while nobody is bound to another", async () => {
  const { cluster, proposer, speaker, proposal, votes } = await alone();
  await speaker.send(proposal, ...votes);
  cluster.propose(proposer, 1n, "own");
  await cluster.clock.advance(10_000);
  const [first, ...rest] = offered(proposer);
  assertEquals(first, "theirs");
  assert(rest.length > 2);
  assert(rest.every((value) => value === "own"), rest.join());
  await cluster.stop();
});

Deno.test("a proposer whose own votes are enough ends at once", async () => {
  const cluster = await TestCluster.start({ acceptors: 1, byzantine: 0 });
  const proposing = cluster.propose(cluster.acceptors[0]!, 1n, "own");
  // No time has passed, and nobody else could wake it.
  assertEquals(proposing.decided, true);
  await cluster.stop();
});

Deno.test("a proposer stops when the learners have decided, whatever was decided", async () => {
  const cluster = await TestCluster.start();
  const [alice, bob] = cluster.acceptors;
  const first = cluster.propose(alice!, 1n, "first");
  const second = cluster.propose(bob!, 1n, "second");
  await cluster.agree(1n);
  await cluster.clock.advance(1_000);
  assertEquals([first.decided, second.decided], [true, true]);
  const ballots = offered(alice!).length;
  await cluster.clock.advance(60_000);
  assertEquals(offered(alice!).length, ballots);
  assertEquals(alice!.node.instances.get(1n), undefined, "a quiet instance stays in memory");
  const late = cluster.propose(bob!, 1n, "late");
  assertEquals(late.decided, true);
  assertEquals(offered(alice!).length, ballots);
  await cluster.stop();
});

Deno.test("a proposer holds back when it sees another's ballots, but not beyond its own bound", async () => {
  const { cluster, proposer, speaker } = await alone({ proposer: { withoutWindows: true } });
  cluster.propose(proposer, 1n, "own");
  await cluster.clock.advance(0);
  assertEquals(offered(proposer), ["own"]);
  const { backoffMsMin } = proposer.configuration.proposer;
  const own = () => offered(proposer).filter((value) => value === "own").length;
  const pester = async (times: number) => {
    for (let i = 0; i < times; i++) {
      await cluster.clock.advance(backoffMsMin / 8);
      await speaker.send(speaker.proposal({ value: `other ${i}` }));
    }
  };
  // By itself it would go on after three quarters of its bound.
  await pester(7);
  assertEquals(own(), 1);
  await pester(2);
  assertEquals(own(), 2, "a stream of ballots does not silence it");
  // The next bound is twice as long.
  await pester(14);
  assertEquals(own(), 2);
  await pester(3);
  assertEquals(own(), 3);
  await cluster.stop();
});

Deno.test("a proposer outbids a ballot of a clock that is ahead if somebody has taken it", async () => {
  const { cluster, proposer, authors, speaker } = await alone();
  const ahead = speaker.proposal({ value: "ahead", atMs: 3_000 });
  await speaker.send(ahead, authors[1]!.signed({ refs: [ahead.id] }));
  cluster.propose(proposer, 1n, "own");
  // It is the only one, and has its time.
  assert(await cluster.clock.until(() => offered(proposer).includes("own"), 2_900));
  const last = logOf(proposer).at(-1)!.wire;
  assert(
    last.kind === "1a" && last.ballot.valueHash === hashValue(new TextEncoder().encode("own")),
  );
  assertEquals(last.ballot.seconds, ahead.wire.ballot.seconds);
  assert(last.ballot.nanos > ahead.wire.ballot.nanos);
  await cluster.stop();
});

Deno.test("a proposer does not outbid a ballot that nobody has taken", async () => {
  const { cluster, proposer, speaker } = await alone();
  await speaker.send(speaker.proposal({ value: "ahead", atMs: 3_000 }));
  cluster.propose(proposer, 1n, "own");
  await cluster.clock.advance(1_000);
  const last = logOf(proposer).at(-1)!.wire;
  assert(last.kind === "1a");
  assertEquals(last.ballot.seconds, cluster.clock.now().seconds - 1);
  await cluster.stop();
});

Deno.test("a proposer for ever goes on after the decision, with what was decided", async () => {
  const cluster = await TestCluster.start();
  const [alice] = cluster.acceptors;
  const proposing = cluster.propose(alice!, 1n, "again and again", true);
  await cluster.agree(1n);
  await cluster.clock.advance(120_000);
  assert(offered(alice!).length > 10, `${offered(alice!).length} ballots`);
  await cluster.agree(1n);
  alice!.node.stopProposing(1n, proposing);
  assertEquals(proposing.decided, false);
  const ballots = offered(alice!).length;
  await cluster.clock.advance(60_000);
  assertEquals(offered(alice!).length, ballots);
  await cluster.stop();
});

for (
  const [how, withoutWindows, least, most] of [
    // 77 windows begin in a minute: every fifth is not an acceptor's, and has six ballots; fewer at
    // first, when a ballot might take longer than a part of a window.
    ["in windows", false, 60, 92],
    // From 200 ms to 10 s, doubling: some ten, not hundreds.
    ["with back-off", true, 6, 20],
  ] as const
) {
  Deno.test(`a proposer ${how} with nobody to talk to is let go when its process ends`, async () => {
    const cluster = await TestCluster.start({ proposer: { withoutWindows } }, []);
    const proposer = cluster.add("client_0");
    const proposing = cluster.propose(proposer, 1n, "in vain");
    await cluster.clock.advance(60_000);
    const ballots = offered(proposer).length;
    assert(ballots >= least && ballots <= most, `${ballots} ballots`);
    await cluster.stop();
    assertEquals(proposing.decided, false);
    assertEquals(cluster.clock.pending, 0);
  });
}

Deno.test("a proposer outlives its peers, and decides with those that are left", async () => {
  const cluster = new TestCluster(await makeTestConfigurations({ acceptors: 7, byzantine: 2 }));
  const names = cluster.configurations[0]!.acceptors.map(({ name }) => name);
  const [never, dying, ...others] = names as [string, string, ...string[]];
  for (const name of [dying, ...others]) cluster.join(cluster.add(name));
  const proposer = cluster.add("client_0", { role: Role.PROPOSER });
  proposer.peers.start();
  await cluster.clock.advance(1_000);
  assertEquals(proposer.peers.connectedCount, 6);
  cluster.get(dying).kill();
  cluster.exchange.break(dying);
  cluster.propose(proposer, 1n, "go on");
  assertEquals(await cluster.agree(1n), ["Eve=go on"]);
  assertEquals(proposer.peers.connectedCount, 5);
  for (const name of [never, dying]) {
    const before = cluster.exchange.attemptsOf("client_0", name);
    await cluster.clock.advance(10_000);
    const attempts = cluster.exchange.attemptsOf("client_0", name) - before;
    assert(attempts > 0, `${name} is given up`);
  }
  await cluster.stop();
});

Deno.test("a proposer serves only the learners it is to serve", async () => {
  const cluster = await TestCluster.start({ learners: 2 });
  const [alice] = cluster.acceptors;
  const bytes = new TextEncoder().encode("for Frank");
  const proposing = newProposing(hashValue(bytes), 0b10n, turnOf(alice!.configuration));
  assertEquals(alice!.node.propose(1n, proposing, bytes), undefined);
  await cluster.agree(1n);
  assertEquals(proposing.decided, true);
  assertEquals(cluster.decided(alice!, 1n), ["Eve=for Frank", "Frank=for Frank"]);
  await cluster.stop();
});

Deno.test("many proposers with values of their own settle on one", async () => {
  const cluster = await TestCluster.start({ acceptors: 7, byzantine: 2 });
  const proposals = cluster.acceptors.map((process) =>
    cluster.propose(process, 1n, `by ${process.name}`)
  );
  await cluster.agree(1n);
  await cluster.clock.advance(20_000);
  for (const { decided } of proposals) assertEquals(decided, true);
  await cluster.agree(1n);
  await cluster.stop();
});
