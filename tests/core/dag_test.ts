/**
 * Ancestry and forks in trees of one signer's messages, against the literal walk.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import {
  type Chain,
  chainAfter,
  type Entry,
  findFork,
  isAncestorOrSelf,
} from "../../lib/core/dag.ts";
import type { Facts } from "../../lib/core/facts.ts";
import { acceptorMessage } from "../../lib/sim/ids.ts";
import { makePrng } from "../../lib/sim/prng.ts";

/** An entry of which only the place in its signer's tree matters. */
function entryAfter(prev: Entry | undefined, chain: Chain = chainAfter(prev)): Entry {
  const message = acceptorMessage(0, prev?.message.id, prev === undefined ? [] : [prev.message.id]);
  return { message, facts: {} as Facts, chain };
}

function lineage(entry: Entry): Entry[] {
  const line: Entry[] = [];
  for (let at: Entry | undefined = entry; at !== undefined; at = at.chain!.prev) line.push(at);
  return line;
}

/** Trees from a single line to a star. */
function randomTree(seed: number): Entry[] {
  const prng = makePrng(seed);
  const reach = prng.pick([1, 2, 5, 100])!;
  const entries = [entryAfter(undefined)];
  for (let size = prng.between(2, 80); size > 1; size--) {
    entries.push(entryAfter(prng.pick(entries.slice(-reach))));
  }
  if (prng.chance(0.3)) entries.push(entryAfter(undefined));
  return entries;
}

Deno.test("isAncestorOrSelf is reachability by prev", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const entries = randomTree(seed);
    for (const t of entries) {
      const line = new Set(lineage(t));
      for (const m of entries) {
        assertEquals(isAncestorOrSelf(m, t), line.has(m), `tree ${seed}`);
      }
    }
  }
});

Deno.test("isAncestorOrSelf takes few steps on a long chain", () => {
  let steps = 0;
  const entries: Entry[] = [];
  for (let size = 0; size < 10_000; size++) {
    const entry = entryAfter(entries.at(-1));
    const { chain } = entry;
    entries.push(Object.defineProperty({ ...entry }, "chain", { get: () => (steps++, chain) }));
  }
  const last = entries.at(-1)!;
  for (const m of entries) {
    steps = 0;
    assert(isAncestorOrSelf(m, last));
    assert(steps < 150, `${steps} looks at chains`);
  }
});

Deno.test("findFork gives the two messages where the branches part", () => {
  let found = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const entries = randomTree(seed);
    for (const first of entries) {
      for (const second of entries) {
        if (isAncestorOrSelf(first, second) || isAncestorOrSelf(second, first)) continue;
        const [a, b] = findFork(first, second);
        assert(a !== b && a.chain!.prev === b.chain!.prev, `tree ${seed}`);
        assert(lineage(first).includes(a) && lineage(second).includes(b), `tree ${seed}`);
        found++;
      }
    }
  }
  assert(found > 1_000);
});
