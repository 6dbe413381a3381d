/**
 * What a decision costs, counted: signatures, envelopes, commits. No time is measured.
 *
 * @module
 */

import { assertEquals, assertLessOrEqual } from "@std/assert";
import { StoredJournal } from "../../lib/sim/cluster/stored_journal.ts";
import type { TestPlan } from "./configurations.ts";
import { logOf, makeTestConfigurations, TestCluster } from "./harness.ts";
import { Traffic } from "./traffic.ts";

const DECISIONS = 20n;

/** Acceptors with journals, four unless told, and a learner, all joined. */
async function start(plan: TestPlan = {}) {
  const cluster = new TestCluster(await makeTestConfigurations(plan));
  cluster.delayMs = () => 1;
  const journals = new Map<string, StoredJournal>();
  for (const { name } of cluster.configurations[0]!.acceptors) {
    journals.set(name, new StoredJournal());
    cluster.join(cluster.add(name, { journal: journals.get(name)! }));
  }
  cluster.join(cluster.add("client_0"));
  await cluster.clock.advance(1_000);
  const count = () => ({
    signed: cluster.acceptors.reduce((sum, { node }) => sum + node.outcomes.signed, 0),
    synced: [...journals.values()].map(({ waits }) => waits.filter((waits) => waits).length),
    commits: [...journals.values()].map(({ waits }) => waits.length),
  });
  return { cluster, count };
}

Deno.test("a decision costs two signatures and two synced commits at each acceptor", async () => {
  const { cluster, count } = await start();
  const traffic = new Traffic(cluster);
  const before = count();
  const startMs = cluster.clock.elapsedMs();
  // Those who are waited for: the one that was asked, and the learner.
  const eager = [cluster.acceptors[0]!, cluster.get("client_0")];
  for (let instance = 1n; instance <= DECISIONS; instance++) {
    cluster.propose(cluster.acceptors[0]!, instance, `value ${instance}`);
    await cluster.agree(instance, eager);
  }
  const each = Number(DECISIONS);
  // Windows or not, the first 1a passes at once: 1a, 1b and 2a are a delay each, of a millisecond.
  assertEquals(cluster.clock.elapsedMs() - startMs, 3 * each);
  const { envelopes } = traffic;
  await cluster.agree(DECISIONS);
  const after = count();
  const proposals = logOf(cluster.acceptors[0]!).filter(({ wire }) => wire.kind === "1a");
  assertEquals(proposals.length, each);
  assertEquals(after.signed - before.signed, 8 * each);
  assertEquals(
    after.synced.map((synced, i) => synced - before.synced[i]!),
    cluster.acceptors.map(() => 2 * each),
  );
  for (const [i, commits] of after.commits.entries()) {
    assertLessOrEqual(commits - before.commits[i]!, 3 * each + 1);
  }
  // The proposer's 1a goes with its 1b; each 1b and 2a goes to the four others.
  assertEquals(traffic.messages, (4 + 2 * 4 * 4) * each);
  // The 1a, with its proposer's 1b, to three; three 1bs, to three each; three 2as to the proposer; and
  // to the learner all of it, with the four 2as. The other 2as go along with the next instance.
  // Twice meanwhile the learner tells each acceptor what it has.
  assertEquals(envelopes, (3 + 9 + 3 + 4) * each + 2 * 4);
  await cluster.stop();
});

Deno.test("what happens in one turn is kept by one commit, whatever number of instances it is", async () => {
  const { cluster, count } = await start();
  const before = count();
  const [first] = cluster.acceptors;
  for (let instance = 1n; instance <= 64n; instance++) {
    cluster.propose(first!, instance, `value ${instance}`);
  }
  for (let instance = 1n; instance <= 64n; instance++) await cluster.agree(instance);
  const after = count();
  assertEquals(after.signed - before.signed, 8 * 64);
  assertEquals(after.synced.map((synced, i) => synced - before.synced[i]!), [2, 2, 2, 2]);
  await cluster.stop();
});

Deno.test("when everything becomes slow at once, each decision still takes one ballot", async () => {
  const { cluster, count } = await start();
  for (let instance = 1n; instance <= DECISIONS; instance++) await cluster.decides(instance);
  const before = count();
  const known = cluster.acceptors[0]!.node.ledger.length;
  // Three delays are hundreds of what a decision has taken so far.
  cluster.delayMs = () => 600;
  const slow = Array.from({ length: 16 }, (_, i) => 100n + BigInt(i));
  for (const [i, instance] of slow.entries()) {
    cluster.propose(cluster.acceptors[i % 4]!, instance, `value ${instance}`);
  }
  for (const instance of slow) await cluster.agree(instance);
  await cluster.clock.advance(2_000);
  assertEquals(count().signed - before.signed, 8 * slow.length);
  assertEquals(cluster.acceptors[0]!.node.ledger.length - known, 9 * slow.length);
  await cluster.stop();
});

for (const [acceptors, byzantine] of [[7, 2], [10, 3]] as const) {
  Deno.test(`${acceptors} acceptors send envelopes by the square of their number`, async () => {
    const { cluster } = await start({ acceptors, byzantine });
    const traffic = new Traffic(cluster);
    const [asked] = cluster.acceptors;
    const others = acceptors - 1;
    for (let instance = 1n; instance <= DECISIONS / 2n; instance++) {
      cluster.propose(asked!, instance, `value ${instance}`);
      await cluster.agree(instance, [asked!, cluster.get("client_0")]);
    }
    const each = others + others ** 2 + others + acceptors;
    // Once meanwhile the learner tells each acceptor what it has.
    assertEquals(traffic.envelopes, each * Number(DECISIONS) / 2 + acceptors);
    await cluster.stop();
  });
}
