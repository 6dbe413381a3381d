import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import type { RejectionCode } from "../../lib/core/rejection.ts";
import type { Limits } from "../../lib/wire/limits.ts";
import { Goodbye_Reason as Reason } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { type HostilePeer, infiltrate, inventedId, knows } from "./harness.ts";
import { makeStage, NARROW, type Stage } from "./provocations.ts";

/** Room for many instances, little for anything in them. */
function narrow(limits: Partial<Limits>): Promise<Stage> {
  return makeStage({ ...NARROW, limits: { ...NARROW.limits, instancesMax: 200, ...limits } });
}

function refused({ victim }: HostilePeer, code: RejectionCode): number {
  return victim.node.rejections.get(code) ?? 0;
}

/** How many messages wait for refs, in all instances. */
function waiting({ victim }: HostilePeer): number {
  return victim.node.instances.all.reduce((sum, { state }) => sum + state.inbox.waiting.size, 0);
}

/** What waits, by kind and peer. */
function accounts({ victim }: HostilePeer) {
  const { inbox, future, futureBytes } = victim.node.context.accounts!;
  return [inbox, future, futureBytes].map((account) => [...account]);
}

Deno.test("what waits is bounded over all instances, by peer, and given back", async () => {
  const { cluster, dave } = await narrow({});
  for (let i = 0; i < 50; i++) {
    await dave.send(dave.signed({ instance: BigInt(i), refs: [inventedId(i)] }));
  }
  // 40 messages and refs.
  assertEquals(waiting(dave), 20);
  assertEquals(refused(dave, "INBOX_FULL"), 30);
  assertEquals(accounts(dave), [[["Dave", 40]], [], []]);
  // In an instance in which it has something waiting, that makes room.
  const newer = dave.signed({ instance: 7n, refs: [inventedId("newer")] });
  await dave.send(newer);
  assertEquals(waiting(dave), 20);
  assert(dave.victim.node.instances.get(7n)!.state.inbox.waiting.has(newer.id));
  const other = await infiltrate(cluster, dave.victim, "client_1");
  await other.send(dave.signed({ instance: 60n, refs: [inventedId("other")] }));
  assertEquals(waiting(dave), 21);
  // What has its refs need not wait.
  const proposal = dave.proposal({ instance: 61n });
  const vote = dave.signed({ instance: 61n, refs: [proposal.id] });
  await dave.send(proposal, vote);
  assert(knows(dave.victim, vote));
  await cluster.decides(1n);
  await cluster.clock.advance(6_000);
  assertEquals(accounts(dave), [[], [], []]);
  await cluster.stop();
});

Deno.test("1as that wait for the clock are bounded over all instances, in number and bytes", async () => {
  for (const limits of [{ futureProposalsMax: 4 }, { futureBytesMax: 400 }]) {
    const { cluster, dave } = await narrow({ futureProposalsMax: 100, ...limits });
    for (let i = 1; i <= 10; i++) {
      const value = `${i}`.padStart(100, "0");
      await dave.send(dave.proposal({ instance: BigInt(i), atMs: 100 * i, value }));
    }
    assertEquals(refused(dave, "FUTURE_FULL"), 6);
    assertEquals(accounts(dave), [[], [["Dave", 4]], [["Dave", 400]]]);
    // In an instance in which one waits the nearer stays.
    const nearer = dave.proposal({ instance: 4n, atMs: 50, value: "n".repeat(100) });
    await dave.send(nearer);
    const [kept] = dave.victim.node.instances.get(4n)!.state.future;
    assertEquals(kept?.proposal.id, nearer.id);
    await cluster.clock.advance(500);
    assertEquals(accounts(dave), [[], [], []]);
    assert(knows(dave.victim, nearer));
    await cluster.decides(20n);
    await cluster.stop();
  }
});

Deno.test("1as are rated over all instances, and a new link is no new beginning", async () => {
  const { cluster, dave } = await narrow({ proposalsPerPeerPerSecondMax: 10 });
  const spam = async (peer: HostilePeer, from: number) => {
    for (let i = from; i < from + 50; i++) await peer.send(peer.proposal({ instance: BigInt(i) }));
  };
  await spam(dave, 100);
  assertEquals(refused(dave, "RATE_LIMITED"), 30);
  dave.hangUp();
  await cluster.clock.advance(500);
  const again = await infiltrate(cluster, dave.victim, "Dave");
  await spam(again, 200);
  assertEquals(refused(dave, "RATE_LIMITED"), 30 + 45);
  const other = await infiltrate(cluster, dave.victim, "client_1");
  await spam(other, 300);
  assertEquals(refused(dave, "RATE_LIMITED"), 30 + 45 + 30, "each peer has a rate of its own");
  assertEquals([again.ended, other.ended], [false, false]);
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("1as are rated by instance from link to link", async () => {
  const { cluster, dave } = await narrow({});
  const spam = (peer: HostilePeer, round: number) =>
    peer.send(...Array.from({ length: 12 }, (_, i) => peer.proposal({ value: `${round} ${i}` })));
  await spam(dave, 0);
  dave.hangUp();
  await cluster.clock.advance(10);
  await spam(await infiltrate(cluster, dave.victim, "Dave"), 1);
  // 10 at once and 5 a second.
  assertEquals(refused(dave, "RATE_LIMITED"), 2 + 12);
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("1as are rated in bytes", async () => {
  const { cluster, dave } = await narrow({ proposalBytesPerSecondMax: 1_000 });
  for (let i = 0; i < 20; i++) {
    await dave.send(dave.proposal({ instance: BigInt(i + 10), value: "x".repeat(100) }));
  }
  // 2,000 at once; each takes 256 besides its value.
  assertEquals(refused(dave, "RATE_LIMITED"), 20 - 5);
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("messages of a caught acceptor are rated like 1as, unless they are asked for", async () => {
  const { cluster, dave } = await narrow({ refsMax: 64, inboxRefsPerPeerMax: 1_000 });
  const proposals = Array.from({ length: 8 }, (_, i) => dave.proposal({ value: `${i}`, atMs: i }));
  await cluster.clock.advance(10);
  await dave.send(...proposals);
  const forks = Array.from({ length: 200 }, (_, i) =>
    dave.signed({
      refs: proposals.filter((_, bit) => ((i + 1) >> bit) & 1).map(({ id }) => id),
    }));
  const known = () => forks.filter((fork) => knows(dave.victim, fork)).length;
  await dave.send(...forks);
  // Two prove it; then 10 at once, less the 8 that the 1as have taken.
  assertEquals(known(), 2 + 2);
  assertEquals(refused(dave, "RATE_LIMITED"), 196);
  const last = forks.at(-1)!;
  const answer = dave.signed({ prev: last.id, refs: [last.id, ...proposals.map(({ id }) => id)] });
  await cluster.clock.advance(1_000);
  await dave.send(answer);
  await cluster.clock.advance(200);
  assert(dave.wanted.includes(last.id), "what is referred to is not asked for");
  await dave.send(last);
  assert(knows(dave.victim, last), "what was asked for is refused");
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("faults are remembered from link to link, and forgiven in time", async () => {
  const { cluster, dave } = await narrow({});
  const forged = (peer: HostilePeer, count: number) =>
    Array.from({ length: count }, (_, i) => peer.signed({ refs: [inventedId(i)], signer: 1 }));
  await dave.send(...forged(dave, 50));
  assertEquals([dave.goodbye?.reason, refused(dave, "BAD_SIGNATURE")], [Reason.LIMIT, 31]);
  const soon = await infiltrate(cluster, dave.victim, "Dave");
  assertEquals(soon.goodbye?.reason, Reason.LIMIT);
  const other = await infiltrate(cluster, dave.victim, "client_1");
  assertEquals(other.ended, false);
  // 30 a minute.
  await cluster.clock.advance(4_100);
  const later = await infiltrate(cluster, dave.victim, "Dave");
  assertEquals(later.ended, false);
  await later.send(...forged(later, 10));
  assertEquals([later.ended, refused(dave, "BAD_SIGNATURE")], [true, 31 + 3]);
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("instances in which nothing is delivered are few, and filled ones do not count", async () => {
  const { cluster, dave } = await narrow({ emptyInstancesPerPeerMax: 3 });
  const proposals = [1n, 2n, 3n, 4n, 5n].map((instance) => dave.proposal({ instance }));
  const votes = proposals.map(({ id, wire: { instance } }) =>
    dave.signed({ instance, refs: [id] })
  );
  await dave.send(...votes);
  const open = () => dave.victim.node.instances.all.map(({ id }) => id);
  assertEquals(open(), [1n, 2n, 3n]);
  assertEquals(refused(dave, "TOO_MANY_INSTANCES"), 2);
  const other = await infiltrate(cluster, dave.victim, "client_1");
  await other.send(votes[3]!);
  assertEquals(open(), [1n, 2n, 3n, 4n]);
  await dave.send(proposals[0]!);
  await dave.send(votes[4]!);
  assertEquals(open(), [2n, 3n, 4n, 1n, 5n]);
  await dave.send(...proposals);
  for (const vote of votes) assert(knows(dave.victim, vote));
  await cluster.decides(6n);
  await cluster.stop();
});

Deno.test("who brings old instances back to memory has to wait before it brings more", async () => {
  const { cluster, dave } = await narrow({ restoredPerSecondMax: 10, instanceIdleMs: 100 });
  const last = 20n;
  for (let instance = 1n; instance <= last; instance++) {
    await cluster.decides(instance);
    await dave.say({ pong: 1n });
  }
  await cluster.clock.advance(2_500);
  assertEquals(dave.victim.node.instances.all.length, 0);
  for (let instance = 1n; instance <= last; instance++) {
    await dave.send(dave.signed({ instance, refs: [inventedId("none")] }));
  }
  const { length } = dave.victim.node.instances.all;
  assertLessOrEqual(length, 4);
  assertEquals(refused(dave, "RATE_LIMITED"), Number(last) - length);
  // Others are served, and so is it after a while.
  await cluster.decides(30n);
  await dave.say({ pong: 1n });
  await cluster.clock.advance(2_000);
  await dave.send(dave.signed({ instance: last, refs: [inventedId("none")] }));
  assert(dave.victim.node.instances.get(last) !== undefined);
  await cluster.stop();
});

Deno.test("a peer that comes and goes does not fill the log", async () => {
  const { cluster, dave } = await narrow({ logLinesPerMinuteMax: 10 });
  const { logged } = dave.victim;
  const infos = () => logged.filter((line) => line.startsWith("info") && line.includes("Dave"));
  for (let i = 0; i < 50; i++) {
    (await infiltrate(cluster, dave.victim, "client_1")).hangUp();
    dave.hangUp();
    await cluster.clock.advance(1);
    await infiltrate(cluster, dave.victim, "Dave").then((peer) => peer.hangUp());
    await cluster.clock.advance(1);
  }
  assertEquals(infos().length, 10);
  await cluster.clock.advance(6_000);
  await infiltrate(cluster, dave.victim, "Dave");
  const [count, line, ...more] = infos().slice(10);
  assert(/^info: \d\d more lines about Dave were left out$/.test(count!), count);
  assertEquals([line, more], ["info: Dave connected as acceptor", []]);
  await cluster.decides(1n);
  await cluster.stop();
});
