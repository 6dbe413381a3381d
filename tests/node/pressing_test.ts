/**
 * Own messages that wait for company, and those that do not.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { LedgerRecord } from "../../lib/node/ledger.ts";
import { Ledger } from "../../lib/node/ledger.ts";
import type { Vote } from "../../lib/node/ledger_record.ts";
import { Feed } from "../../lib/link/feed.ts";
import { PeerKnowledge } from "../../lib/link/peer_knowledge.ts";
import { isPressingFor, patienceOf } from "../../lib/link/pressing.ts";
import { openMemoryJournal } from "../../lib/store/memory_journal.ts";
import { DEFAULT_NETWORK_SETTINGS } from "../../lib/wire/limits.ts";
import { Role } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { inventedId, TestCluster } from "./harness.ts";

const PATIENCE_MS = 10;

Deno.test("a vote presses for those who wait for it", () => {
  const ledger = new Ledger(openMemoryJournal());
  const wire = {
    kind: "acceptor",
    instance: 1n,
    content: { signer: 0, prev: undefined, refs: [] },
    signature: new Uint8Array(64),
  } as const;
  const record = (name: string, vote: Vote | undefined) =>
    ledger.append(inventedId(name), wire, true, vote);
  const to = (each: LedgerRecord) =>
    ([["p", Role.ACCEPTOR], ["a", Role.ACCEPTOR], ["l", Role.LEARNER]] as const)
      .filter(([peer, role]) => isPressingFor(each, peer, role, ledger)).map(([peer]) => peer);
  assertEquals(to(record("1b", { kind: "1b", proposer: "p" })), ["p", "a"]);
  assertEquals(to(record("2a", { kind: "2a", proposer: "p" })), ["p", "l"]);
  assertEquals(to(record("any", undefined)), ["p", "a", "l"]);
});

Deno.test("what does not press goes with what does, in order, or after a while", () => {
  const ledger = new Ledger(openMemoryJournal());
  const pressing = new Set<string>();
  const feed = new Feed({
    ...{ ledger, knowledge: new PeerKnowledge(ledger), echoDelayMs: 1_000 },
    isPressing: ({ id }) => pressing.has(id),
    patienceMs: PATIENCE_MS,
  });
  feed.start(0);
  let signer = 0;
  const add = (name: string, nowMs: number) => {
    const id = inventedId(name);
    const content = { signer: signer++, prev: undefined, refs: [] };
    const signature = new Uint8Array(64);
    feed.appended(
      ledger.append(id, { kind: "acceptor", instance: 1n, content, signature }, true),
      nowMs,
    );
    return id;
  };
  const sent = (nowMs: number) => {
    const ids: string[] = [];
    for (let next = feed.next(nowMs); next !== undefined; next = feed.next(nowMs)) {
      ids.push(next.record.id);
    }
    return ids;
  };
  const first = add("first", 0);
  assertEquals([feed.dueMs(), sent(PATIENCE_MS - 1)], [PATIENCE_MS, []]);
  pressing.add(inventedId("second"));
  const second = add("second", 1);
  assertEquals([feed.dueMs(), sent(1)], [0, [first, second]]);
  const third = add("third", 20);
  const fourth = add("fourth", 25);
  assertEquals([feed.dueMs(), sent(20 + PATIENCE_MS)], [20 + PATIENCE_MS, [third, fourth]]);
  const fifth = add("fifth", 40);
  feed.goAlong();
  assertEquals([feed.dueMs(), sent(40), feed.dueMs()], [0, [fifth], undefined]);
});

Deno.test("whoever has not asked for a ballot learns what it decided a little later", async () => {
  const cluster = await TestCluster.start();
  await cluster.decides(1n);
  const [asked, ...others] = cluster.acceptors;
  const startMs = cluster.clock.elapsedMs();
  cluster.propose(asked!, 2n, "value");
  await cluster.agree(2n, [asked!]);
  const tookMs = cluster.clock.elapsedMs() - startMs;
  assertEquals(others.map((each) => cluster.decided(each, 2n)), others.map(() => []));
  await cluster.agree(2n);
  const patienceMs = patienceOf(DEFAULT_NETWORK_SETTINGS);
  assertEquals(cluster.clock.elapsedMs() - startMs - tookMs <= patienceMs + 1, true);
  await cluster.stop();
});
