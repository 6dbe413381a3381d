import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { encodeMessage } from "../../lib/wire/codec.ts";
import { Author, infiltrate, inventedId, knows, type TestProcess } from "./harness.ts";
import { makeStage } from "./provocations.ts";

/** What a process keeps of an instance for messages that it has not delivered. */
function kept({ node }: TestProcess, instance: bigint) {
  const { state, wires } = node.instances.get(instance)!;
  const { inbox: { waiting, waitingFor, used }, future } = state;
  return {
    waiting: waiting.size,
    waitingFor: waitingFor.size,
    used: used.size,
    future: future.length,
    wires: wires.size,
  };
}

const NOTHING = { waiting: 0, waitingFor: 0, used: 0, future: 0, wires: 0 };

Deno.test("a message with unknown refs waits, is asked about, and is dropped in time", async () => {
  const { cluster, dave } = await makeStage();
  const unknown = inventedId(1);
  await dave.send(dave.signed({ refs: [unknown] }));
  await cluster.decides(1n);
  assertEquals(kept(dave.victim, 1n).waiting, 1);
  await cluster.clock.advance(6_000);
  assertEquals(kept(dave.victim, 1n), NOTHING);
  assertEquals(dave.victim.node.rejections.get("REFS_TIMEOUT"), 1);
  const asked = () => dave.wanted.filter((id) => id === unknown).length;
  const before = asked();
  assert(before > 0 && before < 12, `asked ${before} times`);
  await dave.live(60_000);
  assertEquals(asked(), before, "goes on asking for what nobody waits for");
  // Itself it is asked for a few times more, and no more if it does not come.
  await dave.live(120_000);
  assertEquals(dave.wanted.length - asked(), 3);
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("a flood of messages with unknown refs stays within its bound", async () => {
  const { cluster, dave } = await makeStage();
  const carol = await infiltrate(cluster, dave.victim, "client_1");
  const honest = new Author(cluster, "Dave").signed({ refs: [inventedId("other")] });
  await carol.send(honest);
  for (let round = 0; round < 100; round++) {
    const flood = Array.from(
      { length: 10 },
      (_, i) =>
        dave.signed({ refs: [inventedId(`${round} ${i}`), inventedId(`${round} ${i} more`)] }),
    );
    await dave.send(...flood);
    const { waiting, waitingFor, wires } = kept(dave.victim, 1n);
    assertLessOrEqual(3 * (waiting - 1), 40);
    assertLessOrEqual(waitingFor, 2 * waiting);
    assertEquals(wires, waiting);
  }
  const waiting = dave.victim.node.instances.get(1n)!.state.inbox.waiting;
  assert(waiting.has(honest.id), "one peer's flood displaces another's messages");
  await cluster.decides(1n);
  await cluster.clock.advance(6_000);
  assertEquals(kept(dave.victim, 1n), NOTHING);
  await cluster.stop();
});

Deno.test("messages in the wrong order are delivered in the right one", async () => {
  const { cluster, dave } = await makeStage();
  const proposals = Array.from({ length: 5 }, (_, i) => dave.proposal({ value: `${i}`, atMs: i }));
  await cluster.clock.advance(10);
  const chain: ReturnType<Author["signed"]>[] = [];
  for (const { id } of proposals) {
    chain.push(dave.signed({ prev: chain.at(-1)?.id, refs: [id] }));
  }
  await dave.send(...chain.toReversed());
  assertEquals(kept(dave.victim, 1n).waiting, 5);
  await dave.send(...proposals);
  for (const one of chain) assert(knows(dave.victim, one));
  assertEquals(kept(dave.victim, 1n), NOTHING);
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("a 1a ahead of the clock waits until its time, and nothing waits for it", async () => {
  const { cluster, dave } = await makeStage();
  // In the fourth window after the first; when all have decided it still passes in one of Dave's.
  const early = dave.proposal({ atMs: 6_000, value: "early" });
  await dave.send(early);
  assertEquals(kept(dave.victim, 1n), { ...NOTHING, future: 1, wires: 1 });
  assertEquals(await cluster.decides(1n), ["Eve=value 1"]);
  assert(!knows(dave.victim, early));
  await cluster.clock.advance(6_000 - cluster.clock.elapsedMs());
  assert(!knows(dave.victim, early));
  await cluster.clock.advance(100);
  assert(knows(dave.victim, early));
  assertEquals(kept(dave.victim, 1n), NOTHING);
  assertEquals(await cluster.agree(1n), ["Eve=value 1"]);
  await cluster.stop();
});

Deno.test("of many 1as ahead of the clock, the nearest few are kept", async () => {
  const { cluster, dave } = await makeStage();
  for (let i = 9; i >= 1; i--) {
    await dave.send(dave.proposal({ atMs: 1_000 * i, value: `${i}` }));
    assertLessOrEqual(kept(dave.victim, 1n).future, 4);
    assertLessOrEqual(kept(dave.victim, 1n).wires, 4);
  }
  assertEquals(dave.victim.node.rejections.get("FUTURE_FULL"), 5);
  await cluster.decides(1n);
  await cluster.clock.advance(10_000);
  assertEquals(kept(dave.victim, 1n), NOTHING);
  await cluster.stop();
});

Deno.test("a 1a far ahead of the clock is refused with all it brought", async () => {
  const { cluster, dave } = await makeStage();
  const far = dave.proposal({ atMs: 10_100, value: "far" });
  await dave.send(far);
  assertEquals(dave.victim.node.rejections.get("FAR_FUTURE"), 1);
  assertEquals(kept(dave.victim, 1n), NOTHING);
  assertEquals(dave.victim.node.ledger.value(far.wire.ballot.valueHash), undefined);
  // Nothing is held against the same 1a when its time has come nearer.
  await cluster.clock.advance(200);
  await dave.send(far);
  assertEquals(kept(dave.victim, 1n).future, 1);
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("what refers to a 1a ahead of the clock waits with it", async () => {
  const { cluster, dave } = await makeStage();
  const early = dave.proposal({ atMs: 2_000 });
  const vote = dave.signed({ refs: [early.id] });
  await dave.send(vote, early);
  assertEquals(kept(dave.victim, 1n).waiting, 1);
  await cluster.clock.advance(2_100);
  assert(knows(dave.victim, vote));
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("one peer's 1as are rated by instance; others' are not affected", async () => {
  const { cluster, dave } = await makeStage();
  for (let round = 0; round < 30; round++) {
    await dave.send(
      ...Array.from({ length: 10 }, (_, i) => dave.proposal({ value: `${round} ${i}` })),
    );
    await cluster.clock.advance(10);
  }
  // 10 at once and 5 a second, for 0.3 seconds.
  assertEquals(dave.victim.node.rejections.get("RATE_LIMITED"), 300 - 10 - 1);
  await dave.send(dave.proposal({ instance: 2n }));
  assertEquals(dave.victim.node.rejections.get("RATE_LIMITED"), 300 - 10 - 1);
  await cluster.decides(3n);
  await cluster.decides(1n);
  assert(
    dave.victim.peers.status().some(({ name, connected }) => name === "client_0" && connected),
  );
  assertEquals(dave.ended, false);
  await cluster.stop();
});

Deno.test("endless 1as by a Byzantine acceptor to everyone do not keep others from deciding", async () => {
  const { cluster, dave } = await makeStage();
  const other = await infiltrate(cluster, cluster.get("Bob"), "Dave");
  const third = await infiltrate(cluster, cluster.get("Carol"), "Dave");
  let on = true;
  const spam = () => {
    if (!on) return;
    for (const peer of [dave, other, third]) {
      void peer.send(dave.proposal({ value: `spam ${cluster.clock.elapsedMs()}` }));
    }
    cluster.clock.after(20, spam);
  };
  spam();
  await cluster.clock.advance(1_000);
  for (const instance of [2n, 3n, 1n]) await cluster.decides(instance);
  on = false;
  const limited = cluster.rejected("RATE_LIMITED");
  assert(limited > 50, `only ${limited} refused`);
  await cluster.stop();
});

Deno.test("what is known already is neither rated nor verified again", async () => {
  const { cluster, dave } = await makeStage();
  const proposal = dave.proposal();
  const vote = dave.signed({ refs: [proposal.id] });
  await dave.send(proposal, vote);
  const signature = new Uint8Array(64);
  const again = encodeMessage({ ...vote.wire, signature });
  for (let i = 0; i < 100; i++) await dave.send(proposal, vote, again);
  assertEquals(dave.victim.node.rejections.size, 0);
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("instances beyond the limit are refused; those open go on", async () => {
  const { cluster, dave } = await makeStage();
  for (let instance = 1n; instance <= 20n; instance++) {
    await dave.send(dave.proposal({ instance, value: "squatter" }));
  }
  assertEquals(dave.victim.node.instances.all.length, 8);
  assertEquals(dave.victim.node.rejections.get("TOO_MANY_INSTANCES"), 12);
  for (let instance = 1n; instance <= 8n; instance++) {
    assertEquals(await cluster.agree(instance), ["Eve=squatter"]);
  }
  await cluster.decides(8n);
  await cluster.stop();
});
