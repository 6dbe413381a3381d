import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Turns } from "../../lib/node/turns.ts";

Deno.test("whatever is set comes up once, when its last pause is over and not before", () => {
  const pauses = [50, 100, 200, 5_000];
  const steps = fc.array(fc.record({
    thing: fc.nat(9),
    pauseMs: fc.option(fc.constantFrom(...pauses), { nil: undefined }),
    thenMs: fc.nat(150),
  }));
  fc.assert(fc.property(steps, (steps) => {
    const turns = new Turns<number>();
    const expected = new Map<number, number>();
    let nowMs = 0;
    for (const { thing, pauseMs, thenMs } of steps) {
      if (pauseMs === undefined) {
        turns.delete(thing);
        expected.delete(thing);
      } else {
        turns.set(thing, nowMs, pauseMs);
        expected.set(thing, nowMs + pauseMs);
      }
      nowMs += thenMs;
      const due = [...expected].filter(([, atMs]) => atMs <= nowMs).map(([thing]) => thing);
      assertEquals(turns.due(nowMs).toSorted(), due.toSorted());
      for (const thing of due) expected.delete(thing);
      assertEquals(turns.size, expected.size);
    }
  }));
});
