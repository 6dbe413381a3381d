import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { Goodbye_Reason as Reason } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { HostilePeer, infiltrate, inventedId, type Made, type TestCluster } from "./harness.ts";
import { makeStage, NARROW } from "./provocations.ts";

for (
  const [what, change] of [
    ["an epoch that is too short", { logEpoch: new Uint8Array(15) }],
    ["an epoch of a megabyte", { logEpoch: new Uint8Array(1 << 20) }],
  ] as const
) {
  Deno.test(`a Hello with ${what} ends the conversation`, async () => {
    const { cluster } = await makeStage();
    const peer = new HostilePeer(cluster, cluster.get("Bob"), "Dave");
    await peer.say({ hello: { ...peer.hello(), ...change } });
    assertEquals(peer.goodbye?.reason, Reason.PROTOCOL_ERROR);
    await cluster.decides(1n);
    await cluster.stop();
  });
}

Deno.test("a Hello without epoch, or with an absurd position, does no harm", async () => {
  const { cluster } = await makeStage();
  await cluster.decides(1n);
  for (
    const change of [
      { logEpoch: new Uint8Array() },
      { resumePosition: 2n ** 64n - 1n },
      { resumeEpoch: new Uint8Array(1 << 20) },
    ]
  ) {
    const peer = new HostilePeer(cluster, cluster.get("Bob"), "client_1");
    await peer.say({ hello: { ...peer.hello(), ...change } });
    await cluster.clock.advance(10);
    assertEquals(peer.messages.length, peer.victim.node.ledger.length);
    await peer.say({ offers: [], offered: 7n });
    assertEquals(peer.ended, false);
    peer.hangUp();
    await cluster.clock.advance(10);
  }
  await cluster.decides(2n);
  await cluster.stop();
});

Deno.test("offers up to an absurd position, or too many, end the conversation", async () => {
  const { cluster, dave } = await makeStage();
  await dave.say({ offers: [], offered: 2n ** 64n - 1n });
  assertEquals(dave.goodbye?.reason, Reason.PROTOCOL_ERROR);
  const again = await infiltrate(cluster, cluster.get("Bob"), "Dave");
  const many = Array.from({ length: 5_000 }, (_, i) => inventedId(i));
  await again.say({ offers: again.ids(1n, many), offered: 1n });
  assertEquals(again.goodbye?.reason, Reason.PROTOCOL_ERROR);
  assertEquals(cluster.rejected("PROTOCOL_VIOLATION"), 2);
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("offers of what does not exist are asked for once, and keep nobody up", async () => {
  const { cluster, dave } = await makeStage();
  const offer = (round: number) => {
    const ids = Array.from({ length: 4_096 }, (_, i) => inventedId(`${round} ${i}`));
    return dave.say({ offers: dave.ids(1n, ids), offered: BigInt(round + 1) });
  };
  const rounds = 12;
  for (let round = 0; round < rounds; round++) await offer(round);
  await cluster.clock.advance(1_000);
  assertLessOrEqual(dave.wanted.length, rounds * 4_096);
  assertEquals(new Set(dave.wanted).size, dave.wanted.length, "asked for twice");
  assert(!dave.victim.node.fetcher.isWanted(inventedId("10 0"), 1n), "kept without bound");
  await dave.say({ taken: 2n ** 64n - 1n });
  await cluster.decides(1n);
  await cluster.clock.advance(60_000);
  await cluster.decides(2n);
  await cluster.stop();
});

/** How many 1bs and 2as the acceptors have signed. */
function signed(cluster: TestCluster): number {
  return Math.max(...cluster.acceptors.map(({ node }) => node.outcomes.signed));
}

Deno.test("1as that a Byzantine acceptor refers to, or offers, are bounded too", async () => {
  for (const way of ["refers", "offers"] as const) {
    const { cluster, dave } = await makeStage({
      limits: { proposalsPerSecondMax: 5, rejectionsPerMinuteMax: 100_000 },
    });
    let last: Made | undefined;
    let count = 0;
    const startMs = cluster.clock.elapsedMs();
    for (let round = 0; round < 20; round++) {
      const parts: Made[] = [];
      for (let i = 0; i < 100; i++) {
        const proposal = dave.proposal({ value: `${count++}`, atMs: (i - 100) / 100 });
        parts.push(proposal);
        if (way === "offers") continue;
        last = dave.signed({ prev: last?.id, refs: [proposal.id] });
        parts.push(last);
      }
      if (way === "offers") {
        const ids = parts.map(({ id }) => id);
        await dave.say({ offers: dave.ids(1n, ids), offered: BigInt(round + 1) });
      }
      await dave.send(...parts);
      await cluster.clock.advance(10);
    }
    const seconds = (cluster.clock.elapsedMs() - startMs) / 1_000;
    // 5 a second and 10 at once without being asked for, 20 times as many otherwise.
    const most = 21 * (10 + 5 * seconds) + 1;
    console.log(`    ${way}: ${signed(cluster)} signed for ${count}, at most ${most}`);
    assert(signed(cluster) >= 100);
    assertLessOrEqual(signed(cluster), most);
    await cluster.clock.advance(500);
    await cluster.decides(2n);
    await cluster.stop();
  }
});

Deno.test("one peer's instances are bounded, and leave room for those of others", async () => {
  const limits = { ...NARROW.limits, instancesMax: 8, instancesPerPeerMax: 3 };
  const { cluster, dave } = await makeStage({ limits });
  for (let instance = 1n; instance <= 20n; instance++) {
    await dave.send(dave.signed({ instance, refs: [inventedId("nothing")] }));
  }
  const { node } = dave.victim;
  assertEquals(node.instances.all.map(({ id }) => id), [1n, 2n, 3n]);
  assertEquals(node.rejections.get("TOO_MANY_INSTANCES"), 17);
  const other = await infiltrate(cluster, dave.victim, "client_1");
  for (let instance = 31n; instance <= 40n; instance++) {
    await other.send(other.proposal({ instance }));
  }
  assertEquals(node.instances.all.map(({ id }) => id), [1n, 2n, 3n, 31n, 32n, 33n]);
  await cluster.agree(32n);
  // What messages wait in stays as long as they do; the rest makes room at once when it is needed.
  await cluster.clock.advance(1_100);
  for (let instance = 41n; instance <= 43n; instance++) {
    await other.send(other.proposal({ instance }));
    await dave.send(dave.proposal({ instance: instance + 10n }));
  }
  assertEquals(node.instances.all.map(({ id }) => id).toSorted(), [1n, 2n, 3n, 41n, 42n, 43n]);
  await cluster.clock.advance(3_000);
  await dave.say({ pong: 1n });
  await cluster.clock.advance(3_000);
  await dave.send(dave.proposal({ instance: 60n }));
  assert(node.instances.get(60n) !== undefined, "for ever shut out");
  await cluster.decides(70n);
  await cluster.stop();
});
