import { assertEquals } from "@std/assert";
import { Feed } from "../../lib/link/feed.ts";
import { PeerKnowledge } from "../../lib/link/peer_knowledge.ts";
import { Keeping, type Urgency } from "../../lib/node/keeping.ts";
import { Ledger } from "../../lib/node/ledger.ts";
import { openMemoryJournal } from "../../lib/store/memory_journal.ts";
import { FakeClock } from "./fake_clock.ts";
import { TestLog } from "./log_of.ts";

function stage() {
  const clock = new FakeClock();
  const state = { urgency: "none" as Urgency, kept: [] as number[] };
  const keeping: Keeping = new Keeping({
    clock,
    waitMs: 25,
    urgency: () => state.urgency,
    keep: () => {
      state.urgency = "none";
      state.kept.push(clock.elapsedMs());
      keeping.kept();
    },
  });
  return { clock, state, keeping };
}

Deno.test("what others have signed waits, and what is urgent takes it along in its turn", async () => {
  const { clock, state, keeping } = stage();
  keeping.settled();
  assertEquals(clock.pending, 0);
  state.urgency = "waits";
  keeping.settled();
  await clock.advance(10);
  keeping.settled();
  assertEquals(state.kept, []);
  await clock.advance(15);
  assertEquals(state.kept, [25]);
  state.urgency = "waits";
  keeping.settled();
  state.urgency = "urgent";
  keeping.settled();
  keeping.settled();
  assertEquals(state.kept, [25]);
  await clock.advance(0);
  assertEquals(state.kept, [25, 25]);
  assertEquals(clock.pending, 0);
});

Deno.test("who waits until all is kept is told then, and at once if it is", async () => {
  const { clock, state, keeping } = stage();
  const told: string[] = [];
  keeping.whenKept(() => told.push("nothing to keep"));
  assertEquals(told, ["nothing to keep"]);
  state.urgency = "urgent";
  keeping.settled();
  keeping.whenKept(() => told.push("kept"));
  assertEquals(told.length, 1);
  await clock.advance(0);
  assertEquals(told, ["nothing to keep", "kept"]);
});

Deno.test("after the end nothing is kept by itself", async () => {
  const { clock, state, keeping } = stage();
  state.urgency = "urgent";
  keeping.settled();
  keeping.stop();
  await clock.advance(1_000);
  assertEquals(state.kept, []);
});

Deno.test("an instance that comes back has what waits to be kept, too", () => {
  const test = new TestLog();
  const kept = test.message("kept");
  const ledger = new Ledger(openMemoryJournal());
  const waits = test.message("waits", ["kept"]);
  ledger.append(kept.id, kept.wire, false);
  ledger.flush(false);
  ledger.append(waits.id, waits.wire, false);
  assertEquals(ledger.ofInstance(kept.instance).map(({ id }) => id), [kept.id, waits.id]);
  assertEquals(ledger.ofInstance(kept.instance).map((each) => ledger.isKept(each)), [true, false]);
});

Deno.test("what is asked for before it is kept goes when it is, and not before", () => {
  const ledger = new Ledger(openMemoryJournal());
  const feed = new Feed({ ledger, knowledge: new PeerKnowledge(ledger), echoDelayMs: 20 });
  feed.start(0);
  const { id, wire } = new TestLog().message("early");
  const record = ledger.append(id, wire, false);
  feed.ask(record);
  assertEquals(feed.next(0), undefined);
  ledger.flush(false);
  feed.appended(record, 1);
  assertEquals(feed.dueMs(), 0);
  assertEquals(feed.next(1)?.record.id, id);
});
