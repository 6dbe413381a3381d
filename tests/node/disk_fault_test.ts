import { assert, assertEquals } from "@std/assert";
import { isRejection } from "../../lib/core/rejection.ts";
import { messageId } from "../../lib/crypto/hash.ts";
import { type Journal, JournalError } from "../../lib/store/journal.ts";
import { openMemoryJournal } from "../../lib/store/memory_journal.ts";
import { decodeMessage } from "../../lib/wire/codec.ts";
import { makeTestConfigurations, TestCluster, type TestProcess } from "./harness.ts";
import {
  breakingJournal,
  type CommitMoment,
  StoredJournal,
} from "../../lib/sim/cluster/stored_journal.ts";

/** Four acceptors and a learner; the disk of the first fails at a moment of the test's choice. */
class Stage {
  readonly cluster: TestCluster;
  readonly alice: TestProcess;
  readonly others: readonly TestProcess[];
  /** What is really kept. */
  readonly stored = new StoredJournal();
  /** Fails from now on, there. */
  fails: CommitMoment | undefined;
  /** Messages of Alice's that went out though they were not kept. */
  unkept = 0;
  /** Messages that went out from Alice. */
  sent = 0;

  private constructor(cluster: TestCluster) {
    this.cluster = cluster;
    const journal = breakingJournal(this.stored, (moment) => moment === this.fails);
    this.alice = cluster.add("Alice", { journal });
    this.others = ["Bob", "Carol", "Dave", "client_0"].map((name) => cluster.add(name));
    for (const [i, other] of this.others.entries()) {
      cluster.join(other, [this.alice, ...this.others.slice(0, i)]);
    }
    cluster.tap = (moment, from, _to, { messages }) => {
      if (moment !== "sent" || from !== this.alice) return;
      for (const message of messages) {
        const wire = decodeMessage(message, from.configuration.limits);
        if (isRejection(wire)) throw new Error(wire.detail);
        this.sent++;
        const id = messageId(from.configuration.digest.whole, wire);
        if (this.stored.message(wire.instance, id) === undefined) this.unkept++;
      }
    };
  }

  static async make(): Promise<Stage> {
    const stage = new Stage(new TestCluster(await makeTestConfigurations()));
    await stage.cluster.clock.advance(10);
    return stage;
  }
}

/** What a journal keeps of a process's own. */
function ownIn(journal: Journal): number {
  return journal.messagesFrom(0, journal.length).filter(({ own }) => own).length;
}

for (const moment of ["unkept", "kept"] as const) {
  Deno.test(`a disk that fails when a batch is ${moment}: nothing goes out, the others go on`, async () => {
    const stage = await Stage.make();
    const { cluster, alice, others } = stage;
    cluster.propose(others[0]!, 1n, "before");
    await cluster.agree(1n);
    assert(stage.sent > 0);
    stage.fails = moment;
    const before = ownIn(stage.stored);
    cluster.propose(others[0]!, 2n, "after");
    await cluster.agree(2n, others);
    assertEquals(alice.failures.map(({ message }) => message), ["the disk is full"]);
    const { sent } = stage;
    const { signed } = alice.node.outcomes;
    cluster.propose(others[0]!, 3n, "later");
    await cluster.agree(3n, others);
    await cluster.clock.advance(5_000);
    assertEquals([stage.unkept, stage.sent], [0, sent]);
    assertEquals(alice.node.outcomes.signed, signed, "it goes on signing");
    assertEquals(alice.failures.length, 1);
    assertEquals(ownIn(stage.stored) - before, moment === "kept" ? 1 : 0);
    for (const other of others) assertEquals(other.journal.evidence(), []);
    await cluster.stop();
    assertEquals(cluster.clock.pending, 0);
  });
}

Deno.test("a disk that fails while it proposes ends the proposal, and nothing of it goes out", async () => {
  const stage = await Stage.make();
  const { cluster, alice, others } = stage;
  stage.fails = "unkept";
  const proposing = cluster.propose(alice, 1n, "lost");
  await cluster.clock.advance(60_000);
  assertEquals([stage.sent, alice.failures.length], [0, 1]);
  assertEquals(proposing.decided, false);
  for (const other of others) assertEquals(other.node.ledger.length, 0);
  await cluster.stop();
});

Deno.test("an acceptor whose disk failed comes back with what is kept, and is not caught", async () => {
  for (const moment of ["unkept", "kept"] as const) {
    const stage = await Stage.make();
    const { cluster, alice, others } = stage;
    cluster.propose(others[0]!, 1n, "before");
    await cluster.agree(1n);
    stage.fails = moment;
    cluster.propose(others[0]!, 2n, "after");
    await cluster.agree(2n, others);
    alice.kill();
    await cluster.clock.advance(100);
    const back = cluster.add("Alice", { journal: stage.stored.copy() });
    cluster.join(back, others);
    await cluster.agree(2n);
    cluster.propose(others[0]!, 2n, "again");
    cluster.propose(back, 3n, "later");
    await cluster.agree(3n);
    for (const { journal, estranged } of cluster.processes) {
      assertEquals([journal.evidence(), estranged], [[], []]);
    }
    await cluster.stop();
  }
});

Deno.test("a decision that cannot be kept is told to nobody", async () => {
  const cluster = new TestCluster(await makeTestConfigurations());
  const journal = openMemoryJournal();
  const { commit } = journal;
  journal.commit = (batch, durable) => {
    if (batch.decisions.length > 0) throw new JournalError("the disk is full");
    commit.call(journal, batch, durable);
  };
  const learner = cluster.add("client_0", { journal });
  const others = ["Alice", "Bob", "Carol", "Dave"].map((name) => cluster.add(name));
  for (const [i, other] of others.entries()) {
    cluster.join(other, [learner, ...others.slice(0, i)]);
  }
  let told = 0;
  learner.node.decisions.onKept(() => told++);
  await cluster.clock.advance(10);
  cluster.propose(others[0]!, 1n, "value");
  await cluster.agree(1n, others);
  await cluster.clock.advance(1_000);
  assertEquals([learner.failures.length, told, journal.decisionCount], [1, 0, 0]);
  await cluster.stop();
});
