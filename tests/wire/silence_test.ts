import { assertEquals } from "@std/assert";
import { type Look, Silence } from "../../lib/wire/silence.ts";

const PATIENCE = { pingIntervalMs: 2_000, pingTimeoutMs: 3_000 };

/** A silence that is looked at when it is due, but for pauses. */
class Watch {
  readonly silence: Silence = new Silence(PATIENCE, 0);
  nowMs = 0;

  look(afterMs: number, lateMs = 0): Look["verdict"] {
    const dueMs = this.nowMs + afterMs;
    this.nowMs = dueMs + lateMs;
    return this.silence.look(this.nowMs, dueMs).verdict;
  }
}

Deno.test("who says nothing is asked, and then given up", () => {
  const watch = new Watch();
  assertEquals(watch.look(1_999), "fine");
  assertEquals(watch.look(1), "ask");
  assertEquals(watch.look(2_999), "ask");
  assertEquals(watch.look(1), "lost");
});

Deno.test("each look says when the next is due", () => {
  const silence = new Silence(PATIENCE, 0);
  assertEquals(silence.look(500, 500), { silentMs: 500, verdict: "fine", againMs: 1_500 });
  assertEquals(silence.look(2_000, 2_000), { silentMs: 2_000, verdict: "ask", againMs: 3_000 });
  assertEquals(silence.look(5_000, 5_000), { silentMs: 5_000, verdict: "lost", againMs: 0 });
});

Deno.test("bytes are a sign of life, the same number of them is none", () => {
  const watch = new Watch();
  assertEquals(watch.look(4_999), "ask");
  watch.silence.received(1, watch.nowMs);
  assertEquals(watch.look(1_999), "fine");
  watch.silence.received(1, watch.nowMs);
  assertEquals(watch.look(3_001), "lost");
});

Deno.test("a new connection counts its bytes anew", () => {
  const watch = new Watch();
  watch.silence.received(1_000, 0);
  watch.silence.received(10, 0);
  watch.look(4_999);
  watch.silence.received(11, watch.nowMs);
  assertEquals(watch.look(1_999), "fine");
});

Deno.test("a pause of ours does not count, whenever it comes", () => {
  for (const beforeMs of [0, 1_000, 1_999, 2_000, 4_000, 4_999]) {
    const watch = new Watch();
    if (beforeMs > 0) watch.look(beforeMs);
    const verdict = watch.look(1, 3_600_000);
    assertEquals(verdict, beforeMs < 1_999 ? "fine" : "ask", `after ${beforeMs} ms`);
  }
});

Deno.test("there is one grace in each silence, so that pauses do not keep the dead alive", () => {
  const watch = new Watch();
  assertEquals(watch.look(5_000, 200), "ask");
  assertEquals(watch.look(1_000, 200), "lost");
  watch.silence.heard(watch.nowMs);
  assertEquals(watch.look(5_000, 200), "ask");
});
