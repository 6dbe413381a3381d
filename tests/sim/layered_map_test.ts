import { assertEquals, assertThrows } from "@std/assert";
import { LayeredMap } from "../../lib/sim/layered_map.ts";

Deno.test("copies of a layered map go on by themselves, and are as a map would be", () => {
  const plain = new Map([["a", 1]]);
  const first = LayeredMap.copyOf(plain);
  plain.set("b", 2);
  first.set("c", 3);
  const second = LayeredMap.copyOf(first);
  first.set("d", 4);
  for (const key of ["e", "f", "g"]) second.set(key, 5);
  const third = LayeredMap.copyOf(second).set("h", 6);
  assertEquals([...first], [["a", 1], ["c", 3], ["d", 4]]);
  assertEquals([...second.keys()], ["a", "c", "e", "f", "g"]);
  assertEquals([...third.values()], [1, 3, 5, 5, 5, 6]);
  assertEquals([third.size, third.has("d"), third.get("a"), third.get("d")], [
    6,
    false,
    1,
    undefined,
  ]);
  const seen: string[] = [];
  third.forEach((_, key) => seen.push(key));
  assertEquals(seen, [...third].map(([key]) => key));
});

Deno.test("nothing is taken from a layered map, nor changed that copies share", () => {
  const map = LayeredMap.copyOf(new Map([["a", 1]]));
  assertThrows(() => map.set("a", 2));
  assertThrows(() => map.delete());
  assertThrows(() => map.clear());
});
