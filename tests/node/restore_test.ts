import { assert, assertEquals } from "@std/assert";
import { encodeRecord } from "../../lib/node/envelopes.ts";
import { HostilePeer, infiltrate, logOf, TestCluster } from "./harness.ts";
import { makeTestConfigurations, type TestPlan, type TestProcess } from "./harness.ts";
import { StoredJournal } from "../../lib/sim/cluster/stored_journal.ts";

const PLAN: TestPlan = {
  network: { recoveryWaitMs: 2_000 },
  // So short that there are many ballots.
  proposer: { windowMsMin: 4, backoffMsMin: 4, rotation: ["Bob"] },
};
const OPEN: TestPlan = {
  ...PLAN,
  proposer: { backoffMsMin: 50, backoffMsMax: 200, withoutWindows: true },
};
const OTHERS = ["Bob", "Carol", "Dave", "client_0"];

/** A cluster that has seen some ballots of two instances, and Alice gone. */
class Stage {
  readonly cluster: TestCluster;
  /** What Alice has kept. */
  readonly stored: StoredJournal;

  private constructor(cluster: TestCluster, stored: StoredJournal) {
    this.cluster = cluster;
    this.stored = stored;
  }

  static async make(plan: TestPlan = PLAN): Promise<Stage> {
    const cluster = new TestCluster(await makeTestConfigurations(plan));
    const stored = new StoredJournal();
    const alice = cluster.add("Alice", { journal: stored });
    for (const name of OTHERS) cluster.join(cluster.add(name));
    cluster.join(cluster.get("client_0"));
    await cluster.clock.advance(10);
    await ballots(cluster, 2_000);
    alice.kill();
    await cluster.clock.advance(1_000);
    return new Stage(cluster, stored);
  }

  /** Alice comes back with a journal, and asks before she votes. */
  restart(journal: StoredJournal): TestProcess {
    return this.cluster.add("Alice", { journal, recovers: true });
  }

  /** The older copies to try: nothing, and some of what was kept. */
  get copies(): StoredJournal[] {
    const { length } = this.stored.batches;
    return [
      new StoredJournal(),
      ...[1, length >> 2, length >> 1, length - 3, length - 1].map((n) => this.stored.copy(n)),
    ];
  }

  /** Many more ballots, in old instances and in a new one; nobody may be caught. */
  async goOn(): Promise<void> {
    const { cluster } = this;
    await ballots(cluster, 2_000);
    await cluster.decides(3n);
    await cluster.clock.advance(1_000);
    for (const { name, journal, estranged } of cluster.processes) {
      assertEquals([name, journal.evidence(), estranged], [name, [], []]);
    }
  }
}

async function ballots(cluster: TestCluster, ms: number): Promise<void> {
  const bob = cluster.get("Bob");
  const all = [1n, 2n].map((instance) =>
    [instance, cluster.propose(bob, instance, "many", true)] as const
  );
  await cluster.clock.advance(ms);
  for (const [instance, proposing] of all) bob.node.stopProposing(instance, proposing);
  await cluster.clock.advance(500);
}

/** How many messages of Alice's somebody knows that she signed. */
function signedByAlice(process: TestProcess): number {
  return logOf(process).filter(({ wire }) => wire.kind === "acceptor" && wire.content.signer === 0)
    .length;
}

Deno.test("with an old journal, or none, an acceptor takes back its messages before it votes", async () => {
  for (const copy of [0, 1, 2, 3, 4, 5]) {
    const stage = await Stage.make();
    const { cluster } = stage;
    const alice = stage.restart(stage.copies[copy]!);
    const known = signedByAlice(alice);
    const signed = signedByAlice(cluster.get("Bob"));
    cluster.delayMs = () => 20;
    cluster.propose(cluster.get("Bob"), 1n, "meanwhile", true);
    cluster.join(alice);
    const votes = () => alice.logged.some((line) => line.includes("votes from now on"));
    assert(await cluster.clock.until(() => votes() || alice.node.outcomes.signed > 0));
    assertEquals(signedByAlice(alice) - alice.node.outcomes.signed, signed);
    assert(alice.node.outcomes.adopted >= signed - known);
    assert(votes(), "signs before it votes");
    await stage.goOn();
    assert(alice.node.outcomes.signed > 10, "does not vote any more");
    await cluster.stop();
  }
});

Deno.test("nothing is signed before everybody has told, or a quorum and time enough", async () => {
  const stage = await Stage.make();
  const { cluster } = stage;
  const alice = stage.restart(new StoredJournal());
  cluster.join(alice, [cluster.get("Bob")]);
  await cluster.clock.advance(60_000);
  cluster.propose(cluster.get("Bob"), 1n, "in vain");
  await cluster.clock.advance(1_000);
  assertEquals(alice.node.outcomes.signed, 0, "Bob alone may not know everything");
  cluster.join(alice, [cluster.get("Carol")]);
  await cluster.clock.advance(1_000);
  await stage.goOn();
  assert(alice.logged.some((line) => line.includes("not heard from Dave")));
  assert(alice.node.outcomes.signed > 0);
  await cluster.stop();
});

Deno.test("with one peer down an acceptor votes after a while, and is not caught", async () => {
  for (const down of ["Carol", "Dave"]) {
    const stage = await Stage.make();
    const { cluster } = stage;
    cluster.get(down).kill();
    await cluster.clock.advance(100);
    const alice = stage.restart(stage.stored.copy(3));
    cluster.join(alice);
    await cluster.clock.advance(1_900);
    assertEquals(alice.node.outcomes.signed, 0);
    await cluster.clock.advance(200);
    await stage.goOn();
    assert(alice.node.outcomes.signed > 0);
    await cluster.stop();
  }
});

for (
  const [what, lies] of [
    ["says that it has told everything", true],
    ["says nothing", false],
  ] as const
) {
  Deno.test(`a Byzantine peer that withholds and ${what} gets nobody caught`, async () => {
    const stage = await Stage.make();
    const { cluster } = stage;
    cluster.get("Dave").kill();
    await cluster.clock.advance(100);
    const alice = stage.restart(new StoredJournal());
    const dave = new HostilePeer(cluster, alice, "Dave");
    await dave.say({ hello: dave.hello() });
    if (lies) await dave.say({ caughtUp: true });
    cluster.join(alice);
    await cluster.clock.advance(3_000);
    await dave.say({ pong: 1n });
    await stage.goOn();
    assert(alice.node.outcomes.signed > 0);
    dave.hangUp();
    await cluster.stop();
  });
}

Deno.test("an own message that comes while voting: no more is signed in that instance, ever", async () => {
  // Without windows: what the client offers is answered at once, in old instances too.
  const stage = await Stage.make(OPEN);
  const { cluster } = stage;
  const stored = stage.stored.copy(stage.stored.batches.length >> 1);
  // She votes at once, which she must not: and says something new before she hears of the old.
  const alice = cluster.add("Alice", { journal: stored });
  const client = await infiltrate(cluster, alice, "client_1");
  await client.send(client.proposal({ value: "new" }));
  assertEquals([alice.node.outcomes.signed, alice.estranged], [1, []]);
  const lost = logOf(cluster.get("Bob"))
    .filter((record) => record.instance === 1n && !alice.node.ledger.has(record));
  const value = new TextEncoder().encode("many");
  await client.send(...lost.map((record) => encodeRecord(record, value)));
  assertEquals(alice.estranged, [1n]);
  const signsNoMore = async (process: TestProcess, peer: HostilePeer) => {
    const { signed } = process.node.outcomes;
    for (let i = 0; i < 5; i++) await peer.send(peer.proposal({ value: `${i}`, atMs: i - 5 }));
    await cluster.clock.advance(1_000);
    assertEquals(process.node.outcomes.signed, signed, "signs on in that instance");
    const instance = BigInt(7 + signed);
    await peer.send(peer.proposal({ instance }));
    assertEquals(process.node.outcomes.signed, signed + 1, "does not sign in others");
  };
  await signsNoMore(alice, client);
  assertEquals(alice.estranged, [1n]);
  // Nor does she when the instance has left memory, nor when she comes back.
  await cluster.clock.advance(60_000);
  assertEquals(alice.node.instances.get(1n), undefined);
  await signsNoMore(alice, await infiltrate(cluster, alice, "client_1"));
  alice.kill();
  const back = cluster.add("Alice", { journal: stored.copy() });
  await signsNoMore(back, await infiltrate(cluster, back, "client_1"));
  await cluster.stop();
});

Deno.test("what an acceptor takes back is on its disk before it votes", async () => {
  const { cluster, stored } = await Stage.make();
  const own = new Set(
    stored.batches.flatMap(({ messages }) => messages.filter(({ own }) => own).map(({ id }) => id)),
  );
  const journal = new StoredJournal();
  cluster.join(cluster.add("Alice", { journal, recovers: true }));
  await cluster.clock.advance(500);
  const taken = journal.batches.map(({ messages }) => messages.some(({ id }) => own.has(id)));
  assert(taken.includes(true), "nothing was taken back");
  taken.forEach((isTaken, i) => assert(!isTaken || journal.waits[i], `batch ${i} may be lost`));
  await cluster.stop();
});
