import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { BoundedCache } from "../../lib/node/bounded_cache.ts";

Deno.test("a bounded cache has what was added last, half of all at least, and never more", () => {
  const entry = fc.record({ key: fc.nat(12), weight: fc.integer({ min: 1, max: 12 }) });
  fc.assert(fc.property(fc.array(entry, { maxLength: 60 }), (entries) => {
    const cache = new BoundedCache<number, number>(10);
    const added = new Map<number, number>();
    for (const [i, { key, weight }] of entries.entries()) {
      cache.set(key, i, weight);
      added.delete(key);
      added.set(key, weight);
      const held = [...added].filter(([each]) => cache.get(each) !== undefined);
      assert(held.reduce((sum, [, weighs]) => sum + weighs, 0) <= 10);
      assertEquals(cache.get(key), weight <= 10 ? i : undefined);
    }
  }));
});

Deno.test("of light entries the half that was added last is always there", () => {
  const cache = new BoundedCache<number, number>(10);
  for (let i = 0; i < 100; i++) {
    cache.set(i, i, 1);
    for (let j = Math.max(0, i - 4); j <= i; j++) assertEquals(cache.get(j), j);
  }
  assertEquals(cache.get(0), undefined);
});

Deno.test("an entry takes the place of the one with its key, and of no other", () => {
  const cache = new BoundedCache<string, number>(10);
  cache.set("a", 1, 3);
  cache.set("a", 2, 2);
  cache.set("b", 3, 3);
  assertEquals([cache.get("a"), cache.get("b")], [2, 3]);
});

Deno.test("one entry may be as heavy as all, and no heavier", () => {
  const cache = new BoundedCache<string, number>(10);
  cache.set("light", 1, 1);
  cache.set("all", 2, 10);
  assertEquals([cache.get("light"), cache.get("all")], [undefined, 2]);
  cache.set("too heavy", 3, 11);
  assertEquals([cache.get("all"), cache.get("too heavy")], [2, undefined]);
});
