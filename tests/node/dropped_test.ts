import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { newInstance, step } from "../../lib/core/instance.ts";
import type { MessageId } from "../../lib/core/types.ts";
import { Goodbye_Reason as Reason } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import {
  type HostilePeer,
  infiltrate,
  inventedId,
  knows,
  type Made,
  makeTestConfigurations,
} from "./harness.ts";
import { makeStage, NARROW, type Stage } from "./provocations.ts";

/** A message that refers to one that has been dropped, which refers to one that is missing. */
async function waitingForEachOther({ cluster, dave }: Stage) {
  const [first, second] = [dave.proposal({ value: "1" }), dave.proposal({ value: "2", atMs: 1 })];
  const dropped = dave.signed({ refs: [first.id] });
  const waiting = dave.signed({ prev: dropped.id, refs: [second.id] });
  await cluster.clock.advance(1);
  await dave.send(second, dropped);
  return { first, dropped, waiting };
}

/** Supplies what is missing, for all to be delivered. */
async function supply({ dave }: Stage, { first, dropped, waiting }: Record<string, Made>) {
  await dave.send(first!, dropped!);
  assert(knows(dave.victim, waiting!), "what was dropped was waited for");
}

Deno.test("a message that gave way to others is asked for again while one waits for it", async () => {
  const stage = await makeStage();
  const { cluster, dave } = stage;
  const parts = await waitingForEachOther(stage);
  const client = await infiltrate(cluster, dave.victim, "client_1");
  const others = Array.from({ length: 20 }, (_, i) => dave.signed({ refs: [inventedId(i)] }));
  const ids = others.map(({ id }) => id);
  const referring = [ids.slice(0, 10), ids.slice(10)].map((refs) => dave.signed({ refs }));
  await client.send(parts.waiting, ...referring);
  await cluster.clock.advance(1_000);
  assert(!dave.wanted.includes(parts.dropped.id), "asked for though it is here");
  // Something waits for all of them, and there is room for 40 messages and refs.
  await dave.send(...others);
  assertEquals(dave.victim.node.rejections.get("INBOX_FULL"), 1);
  await cluster.clock.advance(100);
  const asked = [...dave.wanted, ...client.wanted];
  assertEquals(asked.filter((id) => id === parts.dropped.id).length, 1);
  await supply(stage, parts);
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("a message for which there was no room is asked for again, though nothing refers to it", async () => {
  for (const isSupplied of [true, false]) {
    const { cluster, dave } = await makeStage();
    const proposals = Array.from({ length: 8 }, (_, i) => dave.proposal({ value: `${i}` }));
    // Each costs 6: a seventh of them has no room in another instance.
    const refs = proposals.slice(0, 5).map(({ id }) => id);
    const crowd = [0, 1, 2, 3, 4, 5].map((i) =>
      dave.signed({ prev: inventedId(i), refs: refs.slice(1) })
    );
    const other = dave.proposal({ instance: 2n });
    const vote = dave.signed({ instance: 2n, refs: [other.id, ...refs] });
    await dave.send(...crowd, vote);
    const refused = () => dave.victim.node.rejections.get("INBOX_FULL") ?? 0;
    assertEquals(refused(), 1);
    const asked = () => dave.wanted.filter((id) => id === vote.id).length;
    await cluster.clock.advance(4_990);
    assertEquals(asked(), 0, "asked for at once, when there can be no more room than before");
    await cluster.clock.advance(1_000);
    assertEquals(asked(), 1);
    if (isSupplied) {
      // By now what was in its way has waited too long.
      await dave.send(vote);
      assert(dave.victim.node.instances.get(2n)!.state.inbox.waiting.has(vote.id));
    }
    await dave.live(240_000);
    assertEquals(asked(), isSupplied ? 4 : 3, "asks for ever, or gives up what it is given");
    await cluster.stop();
  }
});

Deno.test("a message that waited too long is asked for again while one waits for it", async () => {
  const stage = await makeStage();
  const { cluster, dave } = stage;
  const parts = await waitingForEachOther(stage);
  await cluster.clock.advance(3_000);
  await dave.send(parts.waiting);
  await cluster.clock.advance(1_900);
  assert(!dave.wanted.includes(parts.dropped.id));
  await cluster.clock.advance(300);
  assertEquals(dave.victim.node.rejections.get("REFS_TIMEOUT"), 1);
  assert(dave.wanted.includes(parts.dropped.id));
  await supply(stage, parts);
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("a 1a ahead of the clock that gave way to nearer ones is asked for again", async () => {
  const stage = await makeStage();
  const { cluster, dave } = stage;
  const far = dave.proposal({ atMs: 4_000, value: "far" });
  const vote = dave.signed({ refs: [far.id] });
  await dave.send(far, vote);
  await cluster.clock.advance(1_000);
  assert(!dave.wanted.includes(far.id));
  for (let i = 1; i <= 4; i++) await dave.send(dave.proposal({ atMs: 100 * i, value: `${i}` }));
  assertEquals(dave.victim.node.rejections.get("FUTURE_FULL"), 1);
  await cluster.clock.advance(500);
  assert(dave.wanted.includes(far.id));
  await dave.send(far);
  await cluster.clock.advance(3_000);
  assert(knows(dave.victim, vote));
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("a 1a whose value did not come in time is asked for again while one waits for it", async () => {
  const { cluster, dave } = await makeStage();
  const bare = dave.proposal({ withValue: false, value: "late" });
  await dave.send(bare);
  await cluster.clock.advance(3_000);
  const vote = dave.signed({ refs: [bare.id] });
  await dave.send(vote);
  await cluster.clock.advance(4_900);
  assert(dave.wantedValues.includes(bare.id));
  assert(dave.wanted.includes(bare.id), "nobody asks for the 1a itself");
  await dave.send(dave.proposal({ instance: 2n, value: "late" }), bare);
  assert(knows(dave.victim, vote));
  await cluster.stop();
});

Deno.test("many refs cost no more for many 1as that wait for the clock", async () => {
  const [configuration] = await makeTestConfigurations({ limits: { inboxRefsPerPeerMax: 1e7 } });
  const { graph, limits } = configuration!;
  const context = { graph, limits, self: 0 };
  const state = newInstance(context, () => inventedId("own"));
  const now = { seconds: 1_000, nanos: 0 };
  const input = { kind: "message" as const, source: "Bob", now };
  for (let i = 0; i < limits.futureProposalsMax; i++) {
    const ballot = { seconds: 1_001, nanos: i, valueHash: "0".repeat(64) as never, proposer: 0 };
    step(context, state, { ...input, message: { kind: "1a", id: inventedId(`1a ${i}`), ballot } });
  }
  assertEquals(state.future.length, 1_024);
  const refs = Array.from({ length: 16_384 }, (_, i) => inventedId(i));
  refs.push(inventedId("1a 7"));
  const startMs = performance.now();
  for (let i = 0; i < 20; i++) {
    const id: MessageId = inventedId(`message ${i}`);
    const message = { kind: "acceptor" as const, id, signer: 3, prev: undefined, refs };
    const effects = step(context, state, { ...input, message });
    const [request] = effects.filter(({ kind }) => kind === "request");
    assertEquals(request?.kind === "request" && request.ids.length, 16_384);
  }
  assertLessOrEqual(performance.now() - startMs, 1_500);
});

Deno.test("who sent what is refused only after it has waited is to blame, and nobody else", async () => {
  const limits = { rejectionsPerMinuteMax: 5 };
  const { cluster, dave } = await makeStage({ limits });
  const other = await infiltrate(cluster, dave.victim, "client_1");
  const proposals = Array.from({ length: 5 }, (_, i) => dave.proposal({ value: `${i}` }));
  const vote = dave.signed({ refs: [proposals[0]!.id] });
  // None has a prev, but all have a message of their signer in their past; which is missing.
  const ill = Array.from({ length: 6 }, (_, i) => {
    const refs = proposals.filter((_, bit) => (i >> bit) & 1).map(({ id }) => id);
    return dave.signed({ refs: [vote.id, ...refs] });
  });
  await dave.send(...ill);
  assertEquals([dave.ended, dave.victim.node.rejections.size], [false, 0]);
  const third: HostilePeer = await infiltrate(cluster, cluster.get("Bob"), "Dave");
  await third.send(...ill.slice(0, 3));
  await other.send(...proposals, vote);
  assertEquals(dave.victim.node.rejections.get("BAD_PREV"), 6);
  assertEquals([dave.ended, dave.goodbye?.reason], [true, Reason.LIMIT]);
  assertEquals(other.ended, false, "who supplies what was missing is not to blame");
  await third.send(...proposals, vote);
  await cluster.clock.advance(10);
  assertEquals(third.victim.node.rejections.get("BAD_PREV"), 3);
  assertEquals(third.ended, false, "fewer than are tolerated");
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("everybody who sent what is refused after waiting is to blame", async () => {
  const { cluster, dave } = await makeStage({ limits: { rejectionsPerMinuteMax: 1 } });
  const client = await infiltrate(cluster, dave.victim, "client_1");
  const proposal = dave.proposal();
  const vote = dave.signed({ refs: [proposal.id] });
  const ill = [dave.signed({ refs: [vote.id] }), dave.signed({ refs: [vote.id, proposal.id] })];
  await dave.send(...ill);
  await client.send(...ill);
  const bob = await infiltrate(cluster, dave.victim, "client_0");
  await bob.send(proposal, vote);
  assertEquals([dave.ended, client.ended, bob.ended], [true, true, false]);
  await cluster.stop();
});

Deno.test("what waits in vain is nobody's fault", async () => {
  const { cluster, dave } = await makeStage({
    ...NARROW,
    limits: {
      ...NARROW.limits,
      rejectionsPerMinuteMax: 1,
    },
  });
  for (let i = 0; i < 30; i++) await dave.send(dave.signed({ refs: [inventedId(i)] }));
  await cluster.clock.advance(4_000);
  await dave.say({ pong: 1n });
  await cluster.clock.advance(2_000);
  assertEquals(dave.victim.node.rejections.get("REFS_TIMEOUT"), 20);
  assertEquals(dave.ended, false);
  await cluster.stop();
});

Deno.test("who is far behind with room for few messages gets all, though more come meanwhile", async () => {
  const limits = { ...NARROW.limits, proposalsPerSecondMax: 10_000, rejectionsPerMinuteMax: 1e6 };
  const { cluster, dave } = await makeStage({ ...NARROW, limits });
  await cluster.clock.advance(5_000);
  const chain: Made[] = [];
  const proposals: Made[] = [];
  const grow = (atMs = 0) => {
    const proposal = dave.proposal({ instance: 2n, value: `${chain.length}`, atMs });
    const prev = chain.at(-1)?.id;
    const parts = { instance: 2n, refs: [proposal.id], ...prev !== undefined && { prev } };
    proposals.push(proposal);
    chain.push(dave.signed(parts));
    return [proposal, chain.at(-1)!];
  };
  while (chain.length < 150) grow(chain.length - 5_000);
  await dave.send(...proposals);
  // There is room for 13, and the last have come first.
  await dave.send(...chain.slice(-30));
  let answered = 0;
  for (let round = 0; round < 1_200 && !knows(dave.victim, chain.at(-10)!); round++) {
    await cluster.clock.advance(50);
    const wanted = dave.wanted.slice(answered);
    answered += wanted.length;
    const made = [...proposals, ...chain];
    const found = wanted.flatMap((id) => made.find((each) => each.id === id) ?? []);
    await dave.send(...found, ...round % 4 === 0 ? grow() : []);
  }
  assert(knows(dave.victim, chain.at(-10)!), "never gets what is asked for");
  assertLessOrEqual(answered, 3 * chain.length);
  await cluster.stop();
});
