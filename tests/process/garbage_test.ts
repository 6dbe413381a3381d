import { assertEquals, assertNotEquals } from "@std/assert";
import { collectingWaste, Collector } from "../../lib/process/garbage.ts";

Deno.test("garbage is collected when there is waste, for a tenth of the time at most", () => {
  let nowMs = 0;
  let count = 0;
  const collector = new Collector({
    nowMs: () => nowMs,
    collect: () => {
      count++;
      nowMs += 50;
    },
  });
  for (; nowMs < 10_000; nowMs++) collector.wasted();
  assertEquals(count, 20);
});

Deno.test("V8 collects when told to", () => {
  let target: object | undefined = {};
  const ref = new WeakRef(target);
  target = undefined;
  const collect = collectingWaste(() => 0);
  assertNotEquals(collect, undefined);
  return new Promise<void>((resolve) =>
    setTimeout(() => {
      collect!();
      assertEquals(ref.deref(), undefined);
      resolve();
    })
  );
});
