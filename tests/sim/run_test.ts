/**
 * The simulator itself: one seed fixes everything, worlds go well, what must not happen is seen, and
 * a world that goes wrong is told and made smaller.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { drawClusterScenario } from "../../lib/sim/cluster/drawing.ts";
import { runCluster } from "../../lib/sim/cluster/run.ts";
import type { Crash } from "../../lib/sim/cluster/scenario.ts";
import type { Spectator } from "../../lib/sim/cluster/world.ts";
import { StoredJournal } from "../../lib/sim/cluster/stored_journal.ts";
import { Link } from "../../lib/link/link.ts";
import { Recovery } from "../../lib/node/recovery.ts";
import { EventQueue } from "../../lib/sim/event_queue.ts";
import { Marks } from "../../lib/sim/marks.ts";
import { omissionsOf, omit, shrink } from "../../lib/sim/shrink.ts";
import { Timeline } from "../../lib/sim/timeline.ts";
import { replay } from "../../lib/trace/replay.ts";
import { runSeed } from "../../scripts/sim/seeds.ts";
import { storyOf } from "./story.ts";

const FIRST = Number(Deno.env.get("HETPAXOS_SEED") ?? 1);
const SEEDS = Number(Deno.env.get("HETPAXOS_SEEDS") ?? 25);

Deno.test(`the worlds of ${SEEDS} seeds go well`, () => {
  const marks = new Marks();
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    const { violation } = runSeed(seed, { marks });
    assertEquals(violation, undefined, `repeat: deno task sim --seed ${seed}`);
  }
  assert(marks.count("a decision") > SEEDS);
});

Deno.test("one seed fixes everything", () => {
  const story = (seed: number) => storyOf((spectator) => runSeed(seed, { spectator }));
  const stories = [2, 3].map(story);
  assertEquals([2, 3].map(story), stories);
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

Deno.test("what happens at the same moment happens in the order in which it was put off", () => {
  const queue = new EventQueue();
  const seen: string[] = [];
  for (const [ms, name] of [[5, "c"], [1, "a"], [5, "d"], [1, "b"]] as const) {
    queue.after(ms, () => {
      seen.push(`${queue.nowMs}${name}`);
      if (name === "a") queue.after(0, () => seen.push("later"));
    });
  }
  while (queue.advance());
  assertEquals(seen, ["1a", "1b", "later", "5c", "5d"]);
  assertEquals([queue.count, queue.advance()], [5, false]);
});

/** A world in which nobody offers anything, so that nothing can be decided. */
function barren() {
  const scenario = drawClusterScenario(3);
  const proposals = scenario.proposals.map((proposal) => ({ ...proposal, atMs: Infinity }));
  return { ...scenario, proposals, villains: new Map(), hasLateValues: false };
}

Deno.test("a world that goes wrong is told, and made smaller", () => {
  const report = runSeed(3, {}, barren());
  assertMatch(report.violation ?? "", /knows no decision of/);
  const small = shrink(barren(), report, (scenario) => runSeed(3, {}, scenario));
  assertMatch(small.report.violation ?? "", /knows no decision of/);
  assertNotEquals(small.omissions.size, 0);
  assert(small.report.events <= report.events);
});

Deno.test("everything that can be left out of a world makes a difference to it", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const scenario = drawClusterScenario(seed);
    for (const omission of omissionsOf(scenario)) {
      if (!/^(villain|crash|partition|proposal|plot):/.test(omission)) continue;
      const isMute = omission.startsWith("villain") &&
        scenario.villains.get(Number(omission.slice("villain:".length))) === "mute";
      if (!isMute) assertNotEquals(omit(scenario, new Set([omission])), scenario, omission);
    }
  }
});

Deno.test("the timeline names messages by their signers", () => {
  // Without villains, so that there is nothing between the first 1a and the first 1b.
  const scenario = drawClusterScenario(1, { strategies: [] });
  const timeline = new Timeline(scenario.graph);
  const spectator: Spectator = { stepped: (_, who, __, effects) => timeline.tell(who, effects) };
  runSeed(1, { spectator }, scenario);
  assert(timeline.lines.some((line) => / signs [A-Z][a-z]+\d+, a 1b of p\d+ /.test(line)));
  assert(timeline.lines.some((line) => / sees [A-Z][a-z]+ decide /.test(line)));
});

Deno.test("an error that is no violation is not swallowed, and tells the seed", () => {
  const stepped = () => {
    throw new TypeError("a fault of ours");
  };
  assertThrows(() => runSeed(1, { spectator: { stepped } }), Error, "seed 1");
});

Deno.test("worlds can be recorded, and replayed step by step", () => {
  let steps = 0;
  for (let seed = FIRST; seed < FIRST + 6; seed++) {
    const lines: string[] = [];
    runSeed(seed, { spectator: { trace: (line) => lines.push(line) } });
    assertEquals(replay(lines), undefined, `seed ${seed}`);
    steps += lines.length;
  }
  assert(steps > 500, `${steps} lines`);
});

/** Runs with a part of the programs replaced; returns what the first seed shows that is as wanted. */
function firstViolation(
  prototype: object,
  name: string,
  replacement: (original: PropertyDescriptor) => PropertyDescriptor,
  wanted: RegExp,
  run: (seed: number) => ReturnType<typeof runCluster> = (seed) => runCluster(seed),
): string | undefined {
  const original = Object.getOwnPropertyDescriptor(prototype, name)!;
  Object.defineProperty(prototype, name, replacement(original));
  try {
    for (let seed = 1; seed <= 40; seed++) {
      const { violation } = run(seed);
      if (violation !== undefined && wanted.test(violation)) return violation;
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
    /sends [0-9a-f]{8} before it is durable/,
  );
  assert(violation !== undefined);
});

Deno.test("a link that forgets what it is told to pass on keeps learners from deciding", () => {
  const violation = firstViolation(
    Link.prototype,
    "appended",
    (original) => ({ ...original, value: () => {} }),
    /knows no decision of|does not/,
  );
  assert(violation !== undefined);
});

/** All acceptors lose their disks, one after another. */
function forgetful(seed: number) {
  const scenario = drawClusterScenario(seed, { strategies: [] });
  const crashes = scenario.graph.spec.acceptors.map((_, process): Crash => ({
    ...{ process, atMs: 100 + 300 * process, effect: undefined, skipped: 0, downMs: 1 },
    ...{ losesPower: true, kept: 0, isStop: false },
  }));
  return runCluster(seed, {}, { ...scenario, crashes, startsMs: scenario.startsMs.map(() => 0) });
}

Deno.test("an acceptor that votes before it has asked what it has forgotten is seen", () => {
  const heardFrom = (original: PropertyDescriptor) => ({
    ...original,
    value(this: Recovery) {
      for (const index of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
        original.value.call(this, ["Alice", "Bob", "Carol", "Dave", "Erin"][index] ?? "");
      }
    },
  });
  const wanted = /votes without [0-9a-f]{8}, which \w+ remembers|votes before|forgotten|catches/;
  assert(
    firstViolation(Recovery.prototype, "heardFrom", heardFrom, wanted, forgetful) !== undefined,
  );
});
