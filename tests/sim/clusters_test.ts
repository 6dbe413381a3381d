/**
 * Simulated clusters: they go well, one seed fixes everything, and what must not happen is seen.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { runCluster } from "../../lib/sim/cluster/run.ts";
import { drawClusterScenario } from "../../lib/sim/cluster/drawing.ts";
import { StoredJournal } from "../../lib/sim/cluster/stored_journal.ts";
import { Link } from "../../lib/link/link.ts";
import { Marks } from "../../lib/sim/marks.ts";

const FIRST = Number(Deno.env.get("HETPAXOS_SEED") ?? 1);
const SEEDS = Number(Deno.env.get("HETPAXOS_SEEDS") ?? 25);

/** All that happens in the cluster of a seed. */
function storyOf(seed: number): string {
  const lines: string[] = [];
  const { violation, events } = runCluster(seed, {
    spectator: { note: (atMs, who, what) => lines.push(`${atMs} ${who} ${what}`) },
  });
  return `${lines.join("\n")}\n${violation} ${events}`;
}

Deno.test(`the clusters of ${SEEDS} seeds go well`, () => {
  const marks = new Marks();
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    const { violation } = runCluster(seed, { marks });
    assertEquals(violation, undefined, `repeat: deno task sim --clusters --seed ${seed}`);
  }
  assert(marks.count("a decision") > SEEDS);
});

Deno.test("one seed fixes everything in a cluster", () => {
  const stories = [2, 3].map(storyOf);
  assertEquals([2, 3].map(storyOf), stories);
  assertNotEquals(stories[0], stories[1]);
});

Deno.test("real keys and cheap seals come to the same", () => {
  const scenario = { ...drawClusterScenario(5), villains: new Map() };
  const [cheap, real] = [false, true].map((realKeys) =>
    runCluster(5, {}, { ...scenario, realKeys })
  );
  assertEquals(cheap, real);
  assertEquals(cheap?.violation, undefined);
});

/** Runs with a part of the programs replaced; returns what the first seed that goes wrong shows. */
function firstViolation(
  prototype: object,
  name: string,
  replacement: (original: PropertyDescriptor) => PropertyDescriptor,
): string | undefined {
  const original = Object.getOwnPropertyDescriptor(prototype, name)!;
  Object.defineProperty(prototype, name, replacement(original));
  try {
    for (let seed = 1; seed <= 20; seed++) {
      const { violation } = runCluster(seed);
      if (violation !== undefined) return violation;
    }
    return undefined;
  } finally {
    Object.defineProperty(prototype, name, original);
  }
}

Deno.test("what is sent before it is durable is seen", () => {
  const violation = firstViolation(
    StoredJournal.prototype,
    "durableLength",
    (original) => ({ ...original, get: () => 0 }),
  );
  assertMatch(violation ?? "", /sends [0-9a-f]{8} before it is durable/);
});

Deno.test("a link that forgets what it is told to pass on keeps learners from deciding", () => {
  const violation = firstViolation(
    Link.prototype,
    "appended",
    (original) => ({ ...original, value: () => {} }),
  );
  assertMatch(violation ?? "", /knows no decision of/);
});
