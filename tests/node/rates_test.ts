import { assert, assertEquals } from "@std/assert";
import { Rates } from "../../lib/node/rates.ts";

Deno.test("rates: each key has its own, with a burst, and debts", () => {
  const rates = new Rates<string>(2);
  assertEquals([1, 2, 3, 4, 5].map(() => rates.take("a", 0)), [true, true, true, true, false]);
  assertEquals([rates.take("b", 0, 4), rates.take("b", 0)], [true, false]);
  assertEquals([rates.allows("a", 499), rates.take("a", 500), rates.allows("a", 500)], [
    false,
    true,
    false,
  ]);
  rates.charge("a", 1_000, 3);
  assertEquals([rates.allows("a", 2_000), rates.allows("a", 2_500)], [false, true]);
});

Deno.test("rates: a key is not forgotten for thousands of others that are used less", () => {
  const rates = new Rates<number>(1);
  assert(rates.take(-1, 0, 2));
  for (let i = 0; i < 20_000; i++) {
    rates.take(i, 0);
    if (i % 1_000 === 0) assertEquals(rates.take(-1, 0), false, `after ${i} others`);
  }
});
