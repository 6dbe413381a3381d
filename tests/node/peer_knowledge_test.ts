import { assert, assertEquals } from "@std/assert";
import { Haves } from "../../lib/link/haves.ts";
import { PeerKnowledge } from "../../lib/link/peer_knowledge.ts";
import { inventedId } from "./harness.ts";
import { TestLog } from "./log_of.ts";

Deno.test("who has a message has all that it refers to, values included", () => {
  const test = new TestLog();
  const proposal = test.proposal("p");
  test.message("a", ["p"]);
  test.message("b", ["a"]);
  test.message("c");
  const knowledge = new PeerKnowledge(test.ledger);
  knowledge.mark(test.named("b"));
  assertEquals(["p", "a", "b", "c"].map((name) => knowledge.has(test.id(name))), [
    true,
    true,
    true,
    false,
  ]);
  assert(knowledge.hasValue(proposal.valueHash!));
});

Deno.test("who has been sent a message has not shown that it has what that refers to", () => {
  const test = new TestLog();
  test.message("a");
  const b = test.message("b", ["a"]);
  const knowledge = new PeerKnowledge(test.ledger);
  knowledge.markSent(b);
  assert(knowledge.has(b.id));
  assert(!knowledge.has(test.id("a")));
  knowledge.mark(b);
  assert(knowledge.has(test.id("a")));
});

Deno.test("what is only offered is not had, nor what it refers to", () => {
  const test = new TestLog();
  const { valueHash } = test.proposal("p");
  test.message("a", ["p"]);
  const b = test.message("b", ["a"]);
  const knowledge = new PeerKnowledge(test.ledger);
  knowledge.markOffered(b.id);
  const isHad = () => ["p", "a", "b"].map((name) => knowledge.has(test.id(name)));
  assertEquals([isHad(), knowledge.hasValue(valueHash!)], [[false, false, true], false]);
  knowledge.forgetSent();
  assertEquals(isHad(), [false, false, false]);
});

Deno.test("a message shown before we have it shows what it refers to when we get it", () => {
  const test = new TestLog();
  test.message("a");
  const knowledge = new PeerKnowledge(test.ledger);
  knowledge.mark(test.named("b"));
  assert(knowledge.has(test.id("b")));
  assert(!knowledge.has(test.id("a")));
  knowledge.appended(test.message("b", ["a"]));
  assert(knowledge.has(test.id("a")));
  knowledge.appended(test.message("c", ["b"]));
  assert(!knowledge.has(test.id("c")));
});

Deno.test("a long past is walked over once, and so far at a time", () => {
  const test = new TestLog();
  const chain = test.chain(8_000);
  const knowledge = new PeerKnowledge(test.ledger);
  const startMs = performance.now();
  for (const record of chain.toReversed()) knowledge.mark(record);
  console.log(`8,000 marks took ${Math.round(performance.now() - startMs)} ms`);
  assert(chain.every(({ id }) => knowledge.has(id)));
  const other = new PeerKnowledge(test.ledger);
  other.mark(chain.at(-1)!);
  const known = chain.filter(({ id }) => other.has(id)).length;
  assert(known > 1_000 && known < 8_000, `walked over ${known}`);
});

Deno.test("what is remembered of a peer is bounded, and the newest is remembered", () => {
  const test = new TestLog();
  const knowledge = new PeerKnowledge(test.ledger);
  for (let i = 0; i < 70_000; i++) knowledge.mark({ instance: 1n, id: inventedId(i) });
  assert(!knowledge.has(inventedId(0)), "claims are kept without bound");
  assert(knowledge.has(inventedId(69_999)));
  // What we have ourselves is marked all the same.
  const record = test.message("a");
  knowledge.appended(record);
  assert(!knowledge.has(record.id));
  knowledge.mark(record);
  assert(knowledge.has(record.id));
});

Deno.test("haves gather for a while, and leave out what others imply", () => {
  const test = new TestLog();
  const haves = new Haves(5);
  assertEquals(haves.dueMs, undefined);
  const [a, b] = test.chain(2);
  haves.appended(a!, 100);
  haves.appended(b!, 103);
  assertEquals(haves.dueMs, 105);
  assertEquals(haves.take(104, false), []);
  assertEquals(haves.take(105, false).map(({ id }) => id), [b!.id]);
  assertEquals(haves.dueMs, undefined);
  assertEquals(haves.take(200, true), []);
});

Deno.test("haves go with what goes anyway, after half the while", () => {
  const test = new TestLog();
  const haves = new Haves(6);
  haves.appended(test.message("a"), 100);
  assertEquals(haves.take(102, true), []);
  assertEquals(haves.take(103, true).map(({ id }) => id), [test.id("a")]);
});

Deno.test("haves leave out what the peer has sent, and what an own message implies", () => {
  const test = new TestLog();
  const haves = new Haves(5);
  haves.appended(test.message("a"), 0);
  haves.appended(test.message("b"), 0);
  // One more comes from the peer after it is in the log, one before.
  haves.sentByPeer(test.id("b"));
  const later = test.message("later");
  haves.sentByPeer(later.id);
  haves.appended(later, 0);
  haves.appended(test.message("c"), 0);
  haves.appended(test.message("own", ["a"], true), 1);
  assertEquals(haves.take(5, false).map(({ id }) => id), [test.id("c")]);
});
