import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import type { MessageId } from "../../lib/core/types.ts";
import { Feed } from "../../lib/runtime/feed.ts";
import { PeerKnowledge } from "../../lib/runtime/peer_knowledge.ts";
import { TestLog } from "./log_of.ts";

const ECHO_DELAY_MS = 20;

class Stage extends TestLog {
  readonly knowledge = new PeerKnowledge(this.log);
  readonly feed = new Feed({
    log: this.log,
    knowledge: this.knowledge,
    echoDelayMs: ECHO_DELAY_MS,
  });

  /** Everything that is sent now; marked as sent, as a link does. */
  sent(nowMs = 0): MessageId[] {
    const ids: MessageId[] = [];
    for (let next = this.feed.next(nowMs); next !== undefined; next = this.feed.next(nowMs)) {
      this.knowledge.markSent(next.record);
      ids.push(next.record.id);
    }
    return ids;
  }

  ids(...nicknames: string[]): MessageId[] {
    return nicknames.map((nickname) => this.id(nickname));
  }
}

Deno.test("nothing is sent before the peer has said what it has", () => {
  const stage = new Stage();
  stage.chain(3);
  assertEquals(stage.sent(), []);
  assertEquals(stage.feed.dueMs(), undefined);
  stage.feed.start();
  assertEquals(stage.feed.dueMs(), 0);
  assertEquals(stage.sent(), stage.ids("m0", "m1", "m2"));
  assertEquals(stage.feed.dueMs(), undefined);
});

Deno.test("catching up is in causal order and leaves out what the peer has", () => {
  const stage = new Stage();
  stage.chain(6);
  stage.knowledge.mark(stage.id("m2"));
  stage.feed.start();
  assertEquals(stage.sent(), stage.ids("m3", "m4", "m5"));
});

Deno.test("what is added while catching up is sent once, at the end", () => {
  const stage = new Stage();
  stage.chain(2);
  stage.feed.start();
  assertEquals(stage.feed.next(0)?.record.id, stage.id("m0"));
  stage.knowledge.markSent(stage.log.at(0)!);
  stage.feed.appended(stage.message("new", ["m1"]), 0);
  assertEquals(stage.sent(), stage.ids("m1", "new"));
  assertEquals(stage.sent(1_000), []);
});

Deno.test("own messages go at once, others' after a while", () => {
  const stage = new Stage();
  stage.feed.start();
  assertEquals(stage.sent(), []);
  stage.feed.appended(stage.message("other"), 100);
  assertEquals(stage.feed.dueMs(), 100 + ECHO_DELAY_MS);
  stage.feed.appended(stage.message("own", ["other"], true), 105);
  assertEquals(stage.feed.dueMs(), 0);
  assertEquals(stage.sent(105), stage.ids("own"));
  assertEquals(stage.feed.dueMs(), 100 + ECHO_DELAY_MS);
  assertEquals(stage.sent(119), []);
  assertEquals(stage.sent(120), stage.ids("other"));
});

Deno.test("a message that the peer shows meanwhile is not echoed", () => {
  const stage = new Stage();
  stage.feed.start();
  stage.sent();
  const [first, second] = stage.chain(2);
  stage.feed.appended(first!, 0);
  stage.feed.appended(second!, 0);
  stage.knowledge.mark(second!.id);
  assertEquals(stage.feed.dueMs(), undefined);
  assertEquals(stage.sent(1_000), []);
});

Deno.test("a message that the peer has shown before it came is not echoed", () => {
  const stage = new Stage();
  stage.feed.start();
  stage.sent();
  stage.knowledge.mark(stage.id("m0"));
  const [record] = stage.chain(1);
  assert(stage.knowledge.hasAppended(record!));
  stage.feed.appended(record!, 0);
  assertEquals(stage.feed.dueMs(), undefined);
});

Deno.test("for a peer that does not read, nothing piles up and nothing is lost", () => {
  const stage = new Stage();
  stage.feed.start();
  stage.sent();
  const records = stage.chain(10_000);
  for (const record of records) stage.feed.appended(record, 0);
  assertEquals(stage.feed.dueMs(), 0, "back to reading the log");
  assertEquals(stage.sent(), records.map(({ id }) => id));
  assertEquals(stage.sent(1_000), []);
});

Deno.test("going back to the log loses neither own messages nor others'", () => {
  const stage = new Stage();
  stage.feed.start();
  stage.sent();
  const all: MessageId[] = [];
  for (let i = 0; i < 5_000; i++) {
    const record = stage.message(`x${i}`, [], i % 3 === 0);
    all.push(record.id);
    stage.feed.appended(record, 0);
    if (i === 100) all.splice(0, 101);
    if (i === 100) stage.sent(ECHO_DELAY_MS);
  }
  const rest = stage.sent(1_000);
  const lacking = all.filter((id) => !rest.includes(id) && !stage.knowledge.has(id));
  assertEquals(lacking, []);
  assertEquals(new Set(rest).size, rest.length);
});

Deno.test("what is asked for comes first, with all it refers to, causes first", () => {
  const stage = new Stage();
  stage.chain(4);
  stage.message("aside");
  stage.feed.ask(stage.id("m3"));
  assertEquals(stage.feed.dueMs(), 0);
  assertEquals(stage.sent(), stage.ids("m0", "m1", "m2", "m3"));
  stage.feed.start();
  assertEquals(stage.sent(), stage.ids("aside"));
});

Deno.test("what is asked for comes again, but not what it refers to and has been sent", () => {
  const stage = new Stage();
  stage.chain(3);
  stage.feed.start();
  stage.sent();
  stage.feed.ask(stage.id("m2"));
  assertEquals(stage.sent(), stage.ids("m2"));
  stage.feed.ask(stage.id("m2"));
  stage.feed.ask(stage.id("m2"));
  assertEquals(stage.sent(), stage.ids("m2"));
  stage.feed.ask(stage.id("nothing"));
  assertEquals(stage.sent(), []);
});

Deno.test("what is asked for is bounded, whatever is asked for", () => {
  const stage = new Stage();
  const records = stage.chain(20_000);
  for (const { id } of records.toReversed()) stage.feed.ask(id);
  const sent = stage.sent();
  assertLessOrEqual(sent.length, 4_096);
  // In causal order all the same.
  const positions = sent.map((id) => stage.log.get(id)!.position);
  assertEquals(positions, positions.toSorted((a, b) => a - b));
});

Deno.test("a value comes along again only when it is asked for", () => {
  const stage = new Stage();
  const { id } = stage.proposal("p");
  stage.feed.start();
  assertEquals(stage.feed.next(0)?.withValue, false);
  stage.feed.askValue(id);
  stage.feed.ask(id);
  const again = stage.feed.next(0);
  assertEquals([again?.record.id, again?.withValue], [id, true]);
  stage.feed.askValue(stage.id("nothing"));
  assertEquals(stage.feed.next(0)?.record.id, undefined);
});
