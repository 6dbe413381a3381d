/**
 * Clocks that are ahead for a while and are then set right.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { addMs } from "../../lib/core/types.ts";
import type { Clock } from "../../lib/node/clock.ts";
import { HELD_MS_MAX, steady } from "../../lib/node/steady.ts";
import { Role } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { replay } from "../../lib/trace/replay.ts";
import { FakeClock } from "./fake_clock.ts";
import { logOf, TestCluster, type TestPlan } from "./harness.ts";

const HOUR_MS = 3_600_000;

/** A clock of its own for one process, wrong by `aheadMs`. */
class WrongClock implements Clock {
  aheadMs = 0;

  constructor(readonly right: FakeClock) {}

  now() {
    return addMs(this.right.now(), this.aheadMs);
  }

  elapsedMs() {
    return this.right.elapsedMs();
  }

  after(ms: number, callback: () => void) {
    return this.right.after(ms, callback);
  }
}

const PLANS: readonly (readonly [string, TestPlan["proposer"]])[] = [
  ["with back-off", { backoffMsMin: 100, backoffMsMax: 1_000 }],
  ["in windows", { windowMsMin: 300, rotation: ["client_0"] }],
];

for (const [pace, proposer] of PLANS) {
  for (const aheadMs of [5_000, HOUR_MS]) {
    for (const wrongMs of [1_000, 20_000]) {
      const how = `${aheadMs / 1_000} s ahead for ${wrongMs / 1_000} s`;
      Deno.test(`a proposer ${pace} whose clock is ${how} is not silent afterwards`, async () => {
        const cluster = await TestCluster.start({ proposer }, ["Alice", "Bob"]);
        const wrong = new WrongClock(cluster.clock);
        const client = cluster.add("client_0", { role: Role.PROPOSER, clock: wrong });
        cluster.join(client);
        await cluster.clock.advance(10);
        wrong.aheadMs = aheadMs;
        // Two of four decide nothing, so it goes on.
        cluster.propose(client, 1n, "late");
        await cluster.clock.advance(wrongMs);
        assertEquals(cluster.decided(client, 1n), []);
        wrong.aheadMs = 0;
        for (const name of ["Carol", "Dave"]) cluster.join(cluster.add(name));
        const startMs = cluster.clock.elapsedMs();
        await cluster.agree(1n);
        const tookMs = cluster.clock.elapsedMs() - startMs;
        assert(tookMs < 20_000, `${tookMs} ms`);
        assertEquals(client.logged.filter((line) => line.includes("was set back")).length, 1);
        await cluster.stop();
      });
    }
  }
}

Deno.test("an acceptor that proposes by a clock that is an hour ahead for a second goes on", async () => {
  const proposer = { backoffMsMin: 100, backoffMsMax: 1_000 };
  const cluster = await TestCluster.start({ proposer }, ["Bob", "Carol"]);
  const wrong = new WrongClock(cluster.clock);
  const lines: string[] = [];
  const alice = cluster.add("Alice", { clock: wrong, trace: (line) => lines.push(line) });
  cluster.join(alice);
  wrong.aheadMs = HOUR_MS;
  cluster.propose(alice, 1n, "mine");
  await cluster.clock.advance(1_000);
  assert(logOf(alice).some(({ own, refs }) => own && refs.length > 0), "it takes its own ballot");
  wrong.aheadMs = 0;
  // Alice is bound by what nobody else takes for an hour: it takes the three others.
  cluster.join(cluster.add("Dave"));
  await cluster.agree(1n);
  await cluster.stop();
  assert(lines.some((line) => line.includes('"setBack":true')));
  assertEquals(replay(lines), undefined, "and what it did can be replayed");
});

Deno.test("what waits for refs waits no longer because the clock was set back", async () => {
  const cluster = await TestCluster.start({ limits: { inboxWaitMsMax: 5_000 } }, ["Bob", "Carol"]);
  const wrong = new WrongClock(cluster.clock);
  const alice = cluster.add("Alice", { clock: wrong });
  cluster.join(alice);
  await cluster.decides(1n);
  const { node } = alice;
  const running = node.instances.get(1n)!;
  const message = { kind: "acceptor" as const, id: "ab" as never, signer: 1, prev: undefined };
  wrong.aheadMs = HOUR_MS;
  const input = { kind: "message" as const, message: { ...message, refs: ["cd" as never] } };
  running.wires.set(message.id, { kind: "acceptor", content: input.message } as never);
  node.instances.step(running, { ...input, source: "Bob", now: node.options.clock.now() });
  // The node, past which this has come, knows of it, too.
  running.wires.set(input.message.id, {} as never);
  assertEquals(running.state.inbox.waiting.size, 1);
  wrong.aheadMs = 0;
  const wake = () =>
    node.instances.step(running, { kind: "tick", now: node.options.clock.now() })
      .filter(({ kind }) => kind !== "wake" && kind !== "request").map(({ kind }) => kind);
  assertEquals(wake(), []);
  await cluster.clock.advance(5_001);
  // An hour too late, if by the clock before.
  assertEquals(wake(), ["reject"]);
  running.wires.delete(input.message.id);
  assertEquals(running.state.inbox.waiting.size, 0);
  await cluster.stop();
});

Deno.test("a steady clock stands still for a little, and tells when it is set back by more", () => {
  const wrong = new WrongClock(new FakeClock());
  const told: number[] = [];
  const clock = steady(wrong, (ms) => told.push(ms));
  const start = clock.now();
  wrong.aheadMs = 500;
  assertEquals(clock.now(), addMs(start, 500), "ahead is believed");
  wrong.aheadMs = 500 - HELD_MS_MAX;
  assertEquals([clock.now(), clock.setBacks], [addMs(start, 500), 0]);
  wrong.aheadMs = 600;
  assertEquals(clock.now(), addMs(start, 600));
  wrong.aheadMs = 599 - HELD_MS_MAX;
  assertEquals([clock.now(), clock.setBacks], [addMs(start, 599 - HELD_MS_MAX), 1]);
  assertEquals(told, [HELD_MS_MAX + 1]);
  assertEquals([clock.now(), clock.setBacks], [addMs(start, 599 - HELD_MS_MAX), 1]);
});
