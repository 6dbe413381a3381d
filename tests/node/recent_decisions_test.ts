/**
 * Decisions that followers want as soon as they are kept.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { MessageId, ValueHash } from "../../lib/core/types.ts";
import { Ledger } from "../../lib/node/ledger.ts";
import type { JournalDecision } from "../../lib/store/journal.ts";
import { openMemoryJournal } from "../../lib/store/memory_journal.ts";

const HASH = "ab".repeat(32);

function decision(instance: number): JournalDecision {
  return {
    instance: BigInt(instance),
    learner: "Eve",
    ballot: { seconds: 1, nanos: 0, valueHash: HASH as ValueHash, proposer: 0 },
    proposal: HASH as MessageId,
    signers: ["Alice"],
  };
}

/** A ledger, and how often it reads decisions from its journal. */
function start(kept: number) {
  const journal = openMemoryJournal();
  const seen = { reads: 0 };
  const { decisionsFrom } = journal;
  journal.decisionsFrom = (from, count) => {
    seen.reads++;
    return decisionsFrom.call(journal, from, count);
  };
  const before = Array.from({ length: kept }, (_, i) => decision(i));
  const batch = { messages: [], values: [], evidence: [], progress: [] };
  journal.commit({ ...batch, decisions: before }, false);
  const ledger = new Ledger(journal);
  const decide = (...instances: number[]) => {
    for (const instance of instances) ledger.decide(decision(instance));
    ledger.flush(false);
  };
  const instances = (from: number, count: number) =>
    ledger.decisionsFrom(from, count).map(({ instance }) => Number(instance));
  return { decide, instances, seen };
}

Deno.test("the newest decisions are read from memory, older ones from the journal", () => {
  const { decide, instances, seen } = start(3);
  decide(3, 4);
  decide(5);
  assertEquals(instances(3, 2), [3, 4]);
  assertEquals(instances(4, 64), [4, 5]);
  assertEquals(instances(6, 64), []);
  assertEquals(seen.reads, 0);
  assertEquals(instances(2, 3), [2, 3, 4]);
  assertEquals(seen.reads, 1);
});

Deno.test("a decision that the journal passes over does not move those after it", () => {
  const { decide, instances } = start(2);
  decide(2, 1, 3);
  assertEquals(instances(0, 64), [0, 1, 2, 3]);
  assertEquals(instances(2, 64), [2, 3]);
  decide(4);
  assertEquals(instances(3, 64), [3, 4]);
  assertEquals(instances(4, 64), [4]);
});

Deno.test("of many decisions some hundreds stay in memory", () => {
  const { decide, instances, seen } = start(0);
  for (let i = 0; i < 1_000; i++) decide(i);
  assertEquals(instances(900, 2), [900, 901]);
  assertEquals(seen.reads, 0);
  assertEquals(instances(0, 2), [0, 1]);
  assertEquals(seen.reads, 1);
});
