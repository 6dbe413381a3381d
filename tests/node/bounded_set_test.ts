import { assert, assertEquals } from "@std/assert";
import { BoundedSet } from "../../lib/node/bounded_set.ts";

Deno.test("a bounded set has the newest half at least, and never more than all", () => {
  const set = new BoundedSet<number>(10);
  for (let i = 0; i < 1_000; i++) {
    set.add(i);
    for (let j = Math.max(0, i - 4); j <= i; j++) assert(set.has(j), `${j} after ${i}`);
    const held = Array.from({ length: i + 1 }, (_, j) => set.has(j)).filter((has) => has).length;
    assert(held <= 10, `${held} after ${i}`);
  }
  assert(!set.has(0));
});

Deno.test("what is taken out of a bounded set is gone, however often it was added", () => {
  const set = new BoundedSet<string>(4);
  for (const item of ["a", "b", "a"]) set.add(item);
  assertEquals([set.delete("a"), set.has("a"), set.delete("a")], [true, false, false]);
  assert(set.has("b"));
});
