/**
 * What every journal does, in memory and on disk.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import type { MessageId, ValueHash } from "../../lib/core/types.ts";
import type { JournalBatch, JournalDecision, JournalEvidence } from "../../lib/store/journal.ts";
import { batchOf, EMPTY, hashOf, idOf, messageAt, messagesAt, testJournals } from "./fixture.ts";

const LAST_INSTANCE = 2n ** 64n - 1n;

function decision(instance: bigint, learner: string, value: string, seconds = 1): JournalDecision {
  return {
    instance,
    learner,
    ballot: { seconds, nanos: 999_999_999, valueHash: hashOf(value), proposer: 0 },
    proposal: idOf(`1a ${seconds} ${value}`),
    signers: ["a", 'b "c"', "ü"],
  };
}

testJournals("an empty journal has nothing but an epoch", (journal) => {
  assertMatch(journal.epoch, /^[0-9a-f]{32}$/);
  assertEquals([journal.length, journal.decisionCount], [0, 0]);
  assertEquals(journal.messagesFrom(0, 10), []);
  assertEquals(journal.messagesOf(0n), []);
  assertEquals(journal.message(0n, idOf(0)), undefined);
  assertEquals(journal.hasInstance(0n), false);
  assertEquals(journal.instancesAfter(undefined, 10), []);
  assertEquals(journal.value(hashOf("v")), undefined);
  assertEquals(journal.decisionsFrom(0, 10), []);
  assertEquals(journal.decisionsOf(0n), []);
  assertEquals(journal.evidence(), []);
  assertEquals(journal.progress("bob"), undefined);
});

testJournals("messages are found by position, by id and by instance", (journal) => {
  journal.commit(batchOf({ messages: messagesAt(0, 10) }), true);
  journal.commit(batchOf({ messages: messagesAt(10, 10) }), false);
  const all = messagesAt(0, 20);
  assertEquals(journal.length, 20);
  assertEquals(journal.messagesFrom(0, 100), all);
  assertEquals(journal.messagesFrom(5, 2), all.slice(5, 7));
  assertEquals(journal.messagesFrom(19, 2), all.slice(19));
  assertEquals(journal.messagesFrom(20, 2), []);
  assertEquals(journal.messagesFrom(0, 0), []);
  assertEquals(journal.messagesOf(1n), all.slice(8, 16));
  assertEquals(journal.messagesOf(3n), []);
  for (const message of all) assertEquals(journal.message(message.instance, message.id), message);
  assertEquals(journal.message(2n, all[0]!.id), undefined, "another instance's");
});

testJournals("messages of instances that take turns keep their order", (journal) => {
  const messages = Array.from({ length: 30 }, (_, i) => messageAt(i, BigInt(i % 3)));
  journal.commit(batchOf({ messages }), true);
  for (const instance of [0n, 1n, 2n]) {
    const expected = messages.filter((message) => message.instance === instance);
    assertEquals(journal.messagesOf(instance), expected);
  }
});

testJournals("instances are in the order of unsigned numbers, to the last", (journal) => {
  const half = 2n ** 63n;
  const instances = [half, 7n, LAST_INSTANCE, 0n, half - 1n, 2n ** 53n + 1n, 7n];
  journal.commit(batchOf({ messages: instances.map((n, i) => messageAt(i, n)) }), true);
  const ascending = [0n, 7n, 2n ** 53n + 1n, half - 1n, half, LAST_INSTANCE];
  assertEquals(journal.instancesAfter(undefined, 100), ascending);
  assertEquals(journal.instancesAfter(undefined, 2), ascending.slice(0, 2));
  assertEquals(journal.instancesAfter(0n, 2), ascending.slice(1, 3));
  assertEquals(journal.instancesAfter(1n, 0), []);
  assertEquals(journal.instancesAfter(half - 1n, 9), ascending.slice(4));
  assertEquals(journal.instancesAfter(LAST_INSTANCE, 9), []);
  for (const instance of ascending) assert(journal.hasInstance(instance));
  for (const instance of [1n, half + 1n]) assertEquals(journal.hasInstance(instance), false);
  assertEquals(journal.messagesOf(7n).map(({ position }) => position), [1, 6]);
});

testJournals("instances far apart are neighbours", (journal) => {
  const instances = [2n ** 63n + 9n, 5n];
  journal.commit(batchOf({ messages: instances.map((n, i) => messageAt(i, n)) }), true);
  assertEquals(journal.instancesAfter(undefined, 9), instances.toReversed());
  assertEquals(journal.instancesAfter(5n, 9), [instances[0]!]);
  assertEquals(journal.instancesAfter(2n ** 63n, 9), [instances[0]!]);
});

testJournals("a value is kept once, also an empty one", (journal) => {
  const [one, none] = [Uint8Array.of(1, 2, 3), new Uint8Array()];
  journal.commit(batchOf({ values: [{ hash: hashOf("one"), bytes: one }] }), false);
  const again = [{ hash: hashOf("one"), bytes: Uint8Array.of(9) }];
  const empty = { hash: hashOf("none"), bytes: none };
  journal.commit(batchOf({ values: [...again, empty, empty] }), true);
  assertEquals(journal.value(hashOf("one")), one);
  assertEquals(journal.value(hashOf("none")), none);
});

testJournals("what is kept is not what the caller may go on writing to", (journal) => {
  const envelope = new Uint8Array(1000).fill(1);
  const bytes = envelope.subarray(10, 20);
  const message = { ...messageAt(0), bytes };
  journal.commit(batchOf({ messages: [message], values: [{ hash: hashOf("v"), bytes }] }), false);
  envelope.fill(2);
  assertEquals(journal.messagesFrom(0, 1)[0]?.bytes, new Uint8Array(10).fill(1));
  assertEquals(journal.value(hashOf("v")), new Uint8Array(10).fill(1));
});

testJournals("decisions keep their order; repeated ones are passed over", (journal) => {
  const x = decision(5n, "x", "v");
  const y = decision(LAST_INSTANCE, "y", "v");
  const otherValue = decision(5n, "x", "w");
  journal.commit(batchOf({ decisions: [x, y, decision(5n, "x", "v", 2)] }), true);
  journal.commit(batchOf({ decisions: [decision(5n, "x", "v", 3), otherValue] }), true);
  assertEquals(journal.decisionCount, 3);
  assertEquals(journal.decisionsFrom(0, 10), [x, y, otherValue]);
  assertEquals(journal.decisionsFrom(1, 1), [y]);
  assertEquals(
    journal.decisionsOf(x.instance),
    [x, y, otherValue].filter(({ instance }) => instance === x.instance),
  );
  assertEquals(journal.decisionsFrom(3, 1), []);
});

testJournals("evidence keeps its order, one for each instance and acceptor", (journal) => {
  const evidence = (instance: bigint, acceptor: string, n: number): JournalEvidence => (
    { instance, acceptor, first: idOf(`first ${n}`), second: idOf(`second ${n}`) }
  );
  journal.commit(batchOf({ evidence: [evidence(2n, "b", 1), evidence(1n, "b", 2)] }), true);
  journal.commit(batchOf({ evidence: [evidence(2n, "b", 3), evidence(2n, "a", 4)] }), true);
  const kept = [evidence(2n, "b", 1), evidence(1n, "b", 2), evidence(2n, "a", 4)];
  assertEquals(journal.evidence(), kept);
});

testJournals("progress is replaced", (journal) => {
  const epoch = "0".repeat(32);
  const progress = (peer: string, position: number) => ({ peer, epoch, position });
  journal.commit(batchOf({ progress: [progress("bob", 1), progress("carol", 5)] }), false);
  journal.commit(batchOf({ progress: [progress("bob", 2), progress("bob", 3)] }), true);
  assertEquals(journal.progress("bob"), progress("bob", 3));
  assertEquals(journal.progress("carol"), progress("carol", 5));
});

testJournals("an empty batch changes nothing", (journal) => {
  journal.commit(EMPTY, false);
  journal.commit(EMPTY, true);
  journal.commit(EMPTY, true);
  assertEquals(journal.length, 0);
});

testJournals("a batch that cannot be is refused whole, and the journal goes on", (journal) => {
  journal.commit(batchOf({ messages: messagesAt(0, 3) }), true);
  const good = { hash: hashOf("v"), bytes: Uint8Array.of(1) };
  const kept = messageAt(1);
  const hash = hashOf("v").toUpperCase() as ValueHash;
  const id = kept.id.slice(1) as MessageId;
  const bad: Partial<JournalBatch>[] = [
    { messages: [messageAt(2)] },
    { messages: [messageAt(4)] },
    { messages: [messageAt(3), messageAt(5)] },
    { messages: [messageAt(3, -1n)] },
    { messages: [messageAt(3, LAST_INSTANCE + 1n)] },
    { messages: [messageAt(3), { ...kept, position: 4 }] },
    { messages: [messageAt(3), { ...messageAt(3), position: 4 }] },
    { values: [good, { ...good, hash }] },
    { values: [good], decisions: [decision(-1n, "x", "v")] },
    { values: [good], decisions: [decision(1n, "x", "v", 0.5)] },
    { values: [good], progress: [{ peer: "bob", epoch: "", position: -1 }] },
    { values: [good], evidence: [{ instance: 0n, acceptor: "a", first: kept.id, second: id }] },
  ];
  for (const parts of bad) {
    const error = assertThrows(() => journal.commit(batchOf(parts), true), Error);
    assert(error.name !== "JournalError", error.message);
  }
  assertEquals(journal.length, 3);
  assertEquals(journal.value(good.hash), undefined);
  assertEquals(journal.hasInstance(LAST_INSTANCE), false);
  journal.commit(batchOf({ messages: messagesAt(3, 2) }), true);
  assertEquals(journal.messagesFrom(0, 9), messagesAt(0, 5));
});

testJournals("counts must be counts", (journal) => {
  for (const count of [-1, 0.5, Infinity, NaN]) {
    assertThrows(() => journal.messagesFrom(count, 1), RangeError);
    assertThrows(() => journal.messagesFrom(0, count), RangeError);
    assertThrows(() => journal.instancesAfter(undefined, count), RangeError);
    assertThrows(() => journal.decisionsFrom(count, 1), RangeError);
    assertThrows(() => journal.decisionsFrom(0, count), RangeError);
  }
});

testJournals("after close, only close", (journal) => {
  journal.commit(batchOf({ messages: messagesAt(0, 1) }), true);
  journal.close();
  journal.close();
  assertThrows(() => journal.commit(EMPTY, true), Error, "closed");
  assertThrows(() => journal.messagesFrom(0, 1), Error, "closed");
  assertThrows(() => journal.messagesOf(0n), Error, "closed");
  assertThrows(() => journal.message(0n, idOf(0)), Error, "closed");
  assertThrows(() => journal.hasInstance(0n), Error, "closed");
  assertThrows(() => journal.instancesAfter(undefined, 1), Error, "closed");
  assertThrows(() => journal.value(hashOf("v")), Error, "closed");
  assertThrows(() => journal.decisionsFrom(0, 1), Error, "closed");
  assertThrows(() => journal.decisionsOf(0n), Error, "closed");
  assertThrows(() => journal.evidence(), Error, "closed");
  assertThrows(() => journal.progress("bob"), Error, "closed");
});
