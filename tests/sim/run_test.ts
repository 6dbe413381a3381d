/**
 * The simulator itself: one seed fixes everything, worlds go well, and a world that goes wrong is
 * told and made smaller.
 *
 * @module
 */

import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { EventQueue } from "../../lib/sim/event_queue.ts";
import { Recorder } from "../../lib/sim/recorder.ts";
import { runScenario } from "../../lib/sim/run.ts";
import { omissionsOf, omit, shrink } from "../../lib/sim/shrink.ts";
import { STRATEGIES } from "../../lib/sim/strategies.ts";
import { drawScenario } from "../../lib/sim/scenario.ts";
import { Timeline } from "../../lib/sim/timeline.ts";
import type { Spectator } from "../../lib/sim/world.ts";
import { replay } from "../../lib/trace/replay.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { runSeed, scenarioOf } from "../../scripts/sim/seeds.ts";

const FIRST = Number(Deno.env.get("HETPAXOS_SEED") ?? 1);
const SEEDS = Number(Deno.env.get("HETPAXOS_SEEDS") ?? 150);

function fingerprint(seed: number): number {
  return fingerprintOf((spectator) => runSeed(seed, { spectator }));
}

Deno.test(`the worlds of ${SEEDS} seeds go well`, () => {
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    const { violation } = runSeed(seed, {});
    assertEquals(violation, undefined, `repeat: deno task sim --seed ${seed}`);
  }
});

Deno.test("one seed fixes everything", () => {
  const prints = [1, 2, 3, 4, 5].map(fingerprint);
  assertEquals([1, 2, 3, 4, 5].map(fingerprint), prints);
  assertEquals(new Set(prints).size, 5);
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

Deno.test("a world that goes wrong is told, and made smaller", () => {
  // Nobody can decide without proposers: a world that must go wrong.
  const seed = 3;
  const broken = omit(scenarioOf(seed), new Set(["proposer:0", "proposer:1", "proposer:2"]));
  const run = (scenario: typeof broken) => runScenario(scenario, { strategies: STRATEGIES });
  const report = run({ ...broken, mishaps: [], villains: [] });
  assert(report.violation?.startsWith("no decision"), report.violation);
  const small = shrink(broken, report, run);
  assertEquals(small.report.violation, report.violation);
  assertNotEquals(small.omissions.size, 0);
  assert(small.report.events <= report.events);
});

Deno.test("everything that can be left out of a world makes a difference to it", () => {
  const scenario = scenarioOf(8);
  for (const omission of omissionsOf(scenario)) {
    if (!/^(villain|mishap|partition|proposer)/.test(omission)) continue;
    assertNotEquals(omit(scenario, new Set([omission])), scenario, omission);
  }
});

Deno.test("the timeline names messages by their signers", () => {
  // Without villains, so that there is nothing between the first 1a and the first 1b.
  const scenario = drawScenario(1, { strategies: [] });
  const timeline = new Timeline(scenario.graph);
  runSeed(1, { spectator: timeline }, scenario);
  assert(timeline.lines.some((line) => / signs [A-Z][a-z]+1, a 1b of p\d+ /.test(line)));
  assert(timeline.lines.some((line) => / sees [A-Z][a-z]+ decide /.test(line)));
});

Deno.test("an error that is no violation is not swallowed, and tells the seed", () => {
  const spectator: Spectator = {
    stepped: () => {
      throw new TypeError("a fault of ours");
    },
  };
  assertThrows(() => runSeed(1, { spectator }), Error, "seed 1");
});

Deno.test("worlds can be recorded, and replayed step by step", () => {
  let steps = 0;
  for (let seed = FIRST; seed < FIRST + 10; seed++) {
    const scenario = scenarioOf(seed);
    const lines: string[] = [];
    const recorder = new Recorder(scenario.graph, scenario.limits, (line) => lines.push(line));
    runSeed(seed, { spectator: recorder }, scenario);
    assertEquals(replay(lines), undefined, `seed ${seed}`);
    steps += lines.length;
  }
  assert(steps > 1_000, `${steps} lines`);
});
