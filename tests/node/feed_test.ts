import { assertEquals, assertLessOrEqual, assertNotEquals } from "@std/assert";
import type { MessageId } from "../../lib/core/types.ts";
import { Feed } from "../../lib/link/feed.ts";
import { PeerKnowledge } from "../../lib/link/peer_knowledge.ts";
import { TestLog } from "./log_of.ts";

const ECHO_DELAY_MS = 20;

class Stage extends TestLog {
  readonly knowledge = new PeerKnowledge(this.ledger);
  readonly feed = new Feed({
    ledger: this.ledger,
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

  /** Everything that is offered, stretch by stretch, as fast as it is taken. */
  offered(): MessageId[][] {
    const stretches: MessageId[][] = [];
    for (
      let next = this.feed.nextOffers();
      next !== undefined;
      next = this.feed.nextOffers()
    ) {
      stretches.push(next.records.map(({ id }) => id));
      this.feed.tookIn(next.position, 0);
    }
    return stretches;
  }

  ids(...nicknames: string[]): MessageId[] {
    return nicknames.map((nickname) => this.id(nickname));
  }
}

Deno.test("what was in the log before is offered, not sent, and only once the peer is known", () => {
  const stage = new Stage();
  stage.chain(3);
  assertEquals([stage.sent(), stage.offered(), stage.feed.isCaughtUp], [[], [], false]);
  assertEquals(stage.feed.dueMs(), undefined);
  stage.feed.start(0);
  assertEquals(stage.feed.dueMs(), 0);
  assertEquals(stage.sent(), []);
  assertEquals(stage.offered(), [stage.ids("m0", "m1", "m2")]);
  assertEquals([stage.feed.dueMs(), stage.feed.isCaughtUp], [undefined, true]);
});

Deno.test("offers begin at the position given, in causal order, without what the peer has", () => {
  const stage = new Stage();
  stage.chain(12);
  stage.knowledge.mark(stage.named("m3"));
  stage.feed.start(1);
  const rest = stage.ids("m4", "m5", "m6", "m7", "m8", "m9", "m10", "m11");
  assertNotEquals(rest, rest.toSorted(), "any order would do");
  assertEquals(stage.offered(), [rest]);
  assertEquals(stage.offered(), []);
});

Deno.test("a stretch is offered when the one before is taken, and none is offered twice", () => {
  const stage = new Stage();
  const records = stage.chain(3_000);
  stage.feed.start(0);
  const first = stage.feed.nextOffers();
  assertEquals([first?.position, first?.records.length], [1_024, 1_024]);
  assertEquals([stage.feed.nextOffers(), stage.feed.dueMs()], [undefined, undefined]);
  stage.feed.tookIn(1_023, 0);
  stage.feed.tookIn(5_000, 0);
  assertEquals(stage.feed.nextOffers(), undefined);
  stage.feed.tookIn(1_024, 0);
  assertEquals(stage.feed.dueMs(), 0);
  assertEquals(stage.feed.isCaughtUp, false);
  const rest = stage.offered().flat();
  assertEquals(rest, records.slice(1_024).map(({ id }) => id));
  assertEquals(stage.feed.isCaughtUp, true);
});

Deno.test("what is added while offers are made is sent, not offered", () => {
  const stage = new Stage();
  stage.chain(2_000);
  stage.feed.start(0);
  assertEquals(stage.feed.nextOffers()?.position, 1_024);
  stage.feed.appended(stage.message("new", ["m1999"], true), 0);
  assertEquals(stage.sent(), stage.ids("new"));
  stage.feed.tookIn(1_024, 0);
  assertEquals(stage.offered().flat().includes(stage.id("new")), false);
  assertEquals(stage.sent(1_000), []);
});

Deno.test("to a peer that is behind nothing is echoed before it has had time to say what it has", () => {
  const stage = new Stage();
  stage.chain(3);
  stage.feed.start(0);
  const offers = stage.feed.nextOffers()!;
  stage.feed.appended(stage.message("other"), 0);
  stage.feed.appended(stage.message("another"), 0);
  stage.feed.appended(stage.message("own", ["m2"], true), 0);
  assertEquals(stage.sent(0), stage.ids("own"));
  assertEquals([stage.feed.dueMs(), stage.sent(1_000)], [undefined, []]);
  stage.feed.tookIn(offers.position, 1_000);
  assertEquals(stage.feed.dueMs(), 1_000 + ECHO_DELAY_MS);
  stage.knowledge.mark(stage.named("other"));
  assertEquals(stage.sent(999 + ECHO_DELAY_MS), []);
  assertEquals(stage.sent(1_000 + ECHO_DELAY_MS), stage.ids("another"));
});

Deno.test("own messages go at once, others' after a while", () => {
  const stage = new Stage();
  stage.feed.start(0);
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
  stage.feed.start(0);
  stage.sent();
  const [first, second] = stage.chain(2);
  stage.feed.appended(first!, 0);
  stage.feed.appended(second!, 0);
  stage.knowledge.mark(second!);
  assertEquals(stage.feed.dueMs(), undefined);
  assertEquals(stage.sent(1_000), []);
});

Deno.test("a message that the peer has shown before it came is not echoed", () => {
  const stage = new Stage();
  stage.feed.start(0);
  stage.sent();
  stage.knowledge.mark(stage.named("m0"));
  const [record] = stage.chain(1);
  stage.knowledge.appended(record!);
  stage.feed.appended(record!, 0);
  assertEquals(stage.feed.dueMs(), undefined);
});

Deno.test("for a peer that does not read, nothing piles up and nothing is lost", () => {
  const stage = new Stage();
  stage.feed.start(0);
  const records = stage.chain(10_000);
  for (const record of records) stage.feed.appended(record, 0);
  assertEquals(stage.feed.dueMs(), 0);
  const got = [...stage.offered().flat(), ...stage.sent(1_000)];
  assertEquals(got, records.map(({ id }) => id));
  assertEquals([stage.offered(), stage.sent(1_000)], [[], []]);
});

/** A peer that reads only one message and a stretch of a thousand: what it got, and what it should. */
function readSlowly(count: number): { got: MessageId[]; all: MessageId[] } {
  const stage = new Stage();
  stage.feed.start(0);
  const all: MessageId[] = [];
  const got: MessageId[] = [];
  for (let i = 0; i < count; i++) {
    const record = stage.message(`x${i}`, [], i % 3 === 0);
    all.push(record.id);
    stage.feed.appended(record, i);
    if (i % 1_000 !== 500) continue;
    const next = stage.feed.next(i);
    if (next !== undefined) {
      stage.knowledge.markSent(next.record);
      got.push(next.record.id);
    }
    const offers = stage.feed.nextOffers();
    if (offers === undefined) continue;
    got.push(...offers.records.map(({ id }) => id));
    stage.feed.tookIn(offers.position, 0);
  }
  got.push(...stage.offered().flat(), ...stage.sent(100_000));
  return { got, all };
}

Deno.test("going back to offers loses neither own messages nor others', nor repeats any", () => {
  const { got, all } = readSlowly(6_000);
  assertEquals(got.length, all.length);
  assertEquals(new Set(got), new Set(all));
});

Deno.test("what was sent by itself long ago may be offered again, and nothing else", () => {
  const { got, all } = readSlowly(15_000);
  assertEquals(new Set(got), new Set(all));
  assertLessOrEqual(got.length, all.length + 15_000 / 1_000);
});

Deno.test("what is asked for comes first, with all it refers to, causes first", () => {
  const stage = new Stage();
  stage.feed.start(0);
  for (const record of [...stage.chain(4), stage.message("aside")]) stage.feed.appended(record, 0);
  stage.feed.ask(stage.named("m3"));
  assertEquals(stage.feed.dueMs(), 0);
  assertEquals(stage.sent(), stage.ids("m0", "m1", "m2", "m3"));
  assertEquals(stage.sent(ECHO_DELAY_MS), stage.ids("aside"));
});

Deno.test("what is asked for comes without what is offered: that may come from elsewhere", () => {
  const stage = new Stage();
  stage.chain(4);
  stage.feed.start(0);
  stage.feed.appended(stage.message("new", ["m3"]), 0);
  stage.feed.appended(stage.message("newer", ["new"]), 0);
  stage.feed.ask(stage.named("newer"));
  assertEquals(stage.sent(), stage.ids("new", "newer"));
  stage.feed.ask(stage.named("m2"));
  assertEquals(stage.sent(), stage.ids("m2"));
  assertEquals(stage.offered(), [stage.ids("m0", "m1", "m3")]);
});

Deno.test("what is asked for comes again, but not what it refers to and has been sent", () => {
  const stage = new Stage();
  stage.feed.start(0);
  for (const record of stage.chain(3)) stage.feed.appended(record, 0);
  assertEquals(stage.sent(ECHO_DELAY_MS), stage.ids("m0", "m1", "m2"));
  stage.feed.ask(stage.named("m2"));
  stage.feed.ask(stage.named("m2"));
  assertEquals(stage.sent(), stage.ids("m2"));
  stage.feed.ask(stage.named("unknown"));
  assertEquals(stage.sent(), []);
});

Deno.test("what is asked for is bounded, whatever is asked for", () => {
  const stage = new Stage();
  const records = stage.chain(20_000);
  for (const record of records.toReversed()) stage.feed.ask(record);
  const sent = stage.sent();
  assertLessOrEqual(sent.length, 4_096);
  // In causal order all the same.
  const positions = sent.map((id) => stage.ledger.get(1n, id)!.position);
  assertEquals(positions, positions.toSorted((a, b) => a - b));
});

Deno.test("a value comes along again only when it is asked for", () => {
  const stage = new Stage();
  const named = stage.proposal("p");
  stage.feed.start(0);
  stage.feed.ask(named);
  assertEquals(stage.feed.next(0)?.withValue, false);
  stage.feed.askValue(named);
  stage.feed.ask(named);
  const again = stage.feed.next(0);
  assertEquals([again?.record.id, again?.withValue], [named.id, true]);
  stage.feed.askValue(stage.named("unknown"));
  assertEquals(stage.feed.next(0)?.record.id, undefined);
});
