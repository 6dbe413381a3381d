/**
 * The windows that proposers share: held against the same windows laid out one after the other.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import {
  originOf,
  type Slot,
  slotAfter,
  slotAt,
  SLOTS_PER_WINDOW,
  windowAt,
  windowStartMs,
} from "../../lib/core/schedule.ts";
import { makePrng } from "../../lib/sim/prng.ts";

const at = (ms: number) => ({ seconds: Math.floor(ms / 1e3), nanos: ms % 1e3 * 1e6 });

/** All slots of the first windows, laid out by hand. */
function* layOut(windowMsMin: number, windows: number): Generator<Slot> {
  let startMs = 0;
  for (let index = 0; index < windows; index++) {
    const lengthMs = windowMsMin * (index + 1);
    for (let part = 0; part < SLOTS_PER_WINDOW; part++) {
      yield {
        index,
        part,
        startMs: startMs + Math.floor(lengthMs * part / SLOTS_PER_WINDOW),
        endMs: startMs + Math.floor(lengthMs * (part + 1) / SLOTS_PER_WINDOW),
      };
    }
    startMs += lengthMs;
  }
}

Deno.test("schedule: windows follow each other, each longer than the one before by as much", () => {
  for (const windowMsMin of [3, 7, 100, 1_000]) {
    for (const { index, startMs, endMs } of layOut(windowMsMin, 200)) {
      assertEquals(windowAt(windowMsMin, startMs), index);
      assertEquals(windowAt(windowMsMin, endMs - 0.001), index);
      assert(windowStartMs(windowMsMin, index) <= startMs);
    }
  }
  assertEquals(windowAt(100, -1), 0);
});

Deno.test("schedule: the closed form holds for years", () => {
  const prng = makePrng(1);
  for (let i = 0; i < 10_000; i++) {
    const windowMsMin = prng.between(1, 10_000);
    const index = prng.below(100_000);
    const startMs = windowStartMs(windowMsMin, index);
    assertEquals([startMs, startMs - 1].map((ms) => windowAt(windowMsMin, ms)), [
      index,
      Math.max(0, index - 1),
    ], `window ${index} of ${windowMsMin} ms`);
  }
});

Deno.test("schedule: each proposer has three slots in every window that is its turn", () => {
  for (const members of [1, 2, 3, 5]) {
    for (let position = 0; position < members; position++) {
      const settings = { members, position, windowMsMin: 90, clockSkewMsMax: 0 };
      const own = [...layOut(90, 40)].filter(({ index }) => index % members === position);
      let next = slotAt(settings, 0);
      own.forEach((slot, i) => {
        assertEquals(next, slot);
        assertEquals(slotAt(settings, slot.startMs), slot);
        assertEquals(slotAt(settings, slot.endMs - 1), slot);
        if (i > 0) assertEquals(slotAt(settings, own[i - 1]!.endMs), slot, "the next one");
        next = slotAfter(settings, slot);
      });
    }
  }
});

Deno.test("schedule: origins that differ share windows in the end", () => {
  const prng = makePrng(2);
  for (let i = 0; i < 100; i++) {
    const members = prng.between(2, 5);
    const windowMsMin = prng.between(10, 1_000);
    const apartMs = prng.between(0, 20_000);
    // From here on a window is four times as long as the origins are apart.
    const first = Math.ceil(4 * apartMs / windowMsMin);
    for (let index = first; index < first + 20; index++) {
      const startMs = windowStartMs(windowMsMin, index);
      const lengthMs = windowStartMs(windowMsMin, index + 1) - startMs;
      const middle = [startMs + apartMs, startMs + lengthMs - 1];
      for (const ms of middle) {
        assertEquals(windowAt(windowMsMin, ms) % members, index % members);
        assertEquals(windowAt(windowMsMin, ms - apartMs) % members, index % members);
      }
    }
  }
});

Deno.test("schedule: the origin is the lowest ballot, whatever time a liar gives it", () => {
  const startedAt = at(100_000);
  const of = (lowestMs: number | undefined, heardMs: number | undefined) =>
    originOf({
      startedAt,
      heardAt: heardMs === undefined ? undefined : at(heardMs),
      lowest: lowestMs === undefined ? undefined : at(lowestMs),
    }, 10_000);
  assertEquals(of(undefined, undefined), startedAt);
  assertEquals(of(99_000, 100_000), at(99_000));
  assertEquals(of(0, 100_000), at(90_000), "1970");
  assertEquals(of(0, 105_000), at(95_000));
  assertEquals(of(109_000, 100_500), startedAt, "a clock that is ahead");
  assertEquals(of(0, 500_000), startedAt);
});
