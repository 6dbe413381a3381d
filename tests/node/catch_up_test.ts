import { assert, assertEquals } from "@std/assert";
import { TestCluster, type TestPlan } from "./harness.ts";
import { Traffic } from "./traffic.ts";

/** A cluster in which one instance has seen many ballots. */
async function longInstance(
  seconds: number,
  limits: TestPlan["limits"] = {},
): Promise<TestCluster> {
  const proposer = { backoffMsMin: 50, backoffMsMax: 100 };
  const cluster = await TestCluster.start({ proposer, limits });
  const [alice] = cluster.acceptors;
  const proposing = cluster.propose(alice!, 1n, "long", true);
  await cluster.agree(1n);
  await cluster.clock.advance(seconds * 1_000);
  alice!.node.stopProposing(1n, proposing);
  await cluster.clock.advance(1_000);
  return cluster;
}

for (
  const [what, limits] of [
    ["", {}],
    [", with little room", { refsMax: 16, inboxRefsPerPeerMax: 60 }],
  ] as const
) {
  Deno.test(`who comes late gets everything, in an instance of many ballots too${what}`, async () => {
    const cluster = await longInstance(15, limits);
    const [alice] = cluster.acceptors;
    const late = cluster.add("client_0");
    const traffic = new Traffic(cluster);
    const startMs = cluster.clock.elapsedMs();
    cluster.join(late);
    await cluster.agree(1n);
    const decidedMs = cluster.clock.elapsedMs() - startMs;
    const { length } = alice!.node.ledger;
    const complete = await cluster.clock.until(() => late.node.ledger.length === length, 60_000);
    const tookMs = cluster.clock.elapsedMs() - startMs;
    console.log(
      `    ${length} messages: decided after ${decidedMs} ms, ` +
        `${late.node.ledger.length} after ${tookMs} ms; refused: ${[...late.node.rejections]}`,
    );
    console.log(`    ${traffic}`);
    assert(complete, "not everything has come");
    assertEquals(late.node.instances.get(1n)!.state.inbox.waiting.size, 0);
    await cluster.decides(2n);
    await cluster.stop();
  });
}
