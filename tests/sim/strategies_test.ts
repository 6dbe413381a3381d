/**
 * What villains do in simulated worlds: none of it is without effect, none of it is an accident of
 * the run, and the simulator would see it if it succeeded.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { REJECTION_CODES } from "../../lib/core/rejection.ts";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { thresholdOf } from "../../lib/core/quorum.ts";
import { judgeBytes } from "../../lib/sim/border.ts";
import { thresholds } from "../../lib/sim/graphs.ts";
import { Marks } from "../../lib/sim/marks.ts";
import { makePrng } from "../../lib/sim/prng.ts";
import { type RunReport, runScenario } from "../../lib/sim/run.ts";
import { drawScenario, type Scenario } from "../../lib/sim/scenario.ts";
import { spoiled } from "../../lib/sim/strategies/garbage.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { STRATEGIES } from "../../lib/sim/strategies.ts";
import type { Spectator } from "../../lib/sim/world.ts";

const GRAPH = makeLearnerGraph(thresholds(4, [3, 3], "TECHNICAL_REPORT"));

/** Worlds that are tried for one thing to happen. */
const SEEDS_MAX = 60;

/** A world of four acceptors in which Alice does what is named, and perhaps a proposer too. */
function scenarioWith(seed: number, names: readonly string[], graph = GRAPH): Scenario {
  const scenario = drawScenario(seed, { graph, strategies: names });
  return { ...scenario, villains: [{ acceptor: 0, strategies: names }] };
}

function run(scenario: Scenario, marks: Marks, spectator: Spectator = {}): RunReport {
  return runScenario(scenario, { strategies: STRATEGIES, marks, spectator });
}

/** What becomes of each strategy's deeds in some world. */
const FATES: Readonly<Record<string, string>> = {
  garbage: "refused",
  ghosts: "refused",
  "ill-formed": "refused",
  intruder: "refused",
  "re-encoded": "ignored",
  replays: "refused",
  selective: "refused",
  spam: "refused",
  summaries: "refused",
  withholding: "refused",
};

for (const name of STRATEGIES.keys()) {
  const fate = FATES[name] ?? "caught";
  Deno.test(`${name}: in some world it is ${fate}, and no world goes wrong`, () => {
    const marks = new Marks();
    let seed = 1;
    for (; seed <= SEEDS_MAX; seed++) {
      const { violation } = run(scenarioWith(seed, [name]), marks);
      assertEquals(violation, undefined, `${name}, seed ${seed}`);
      if (marks.count(`strategy ${name}: ${fate}`) > 0 && seed >= 5) break;
    }
    assert(seed <= SEEDS_MAX, `${name} is not ${fate} in ${SEEDS_MAX} worlds`);
  });

  Deno.test(`${name}: one seed fixes everything`, () => {
    assertEquals(fingerprint(7, name), fingerprint(7, name));
    assert(fingerprint(7, name) !== fingerprint(8, name));
  });
}

function fingerprint(seed: number, name: string): number {
  return fingerprintOf((spectator) => run(scenarioWith(seed, [name]), new Marks(), spectator));
}

Deno.test("a message that seals itself in another way frames nobody", () => {
  const marks = new Marks();
  const names = ["re-encoded"];
  for (let seed = 1; seed <= 20; seed++) {
    const scenario = { ...drawScenario(seed, { graph: GRAPH, strategies: [] }), villains: [] };
    // Only the proposer is a villain, so that nobody can be caught but by mistake.
    const proposersAtMs = [...scenario.proposersAtMs.slice(0, -1), 0];
    if (proposersAtMs.length < 2) continue;
    const mishaps = scenario.mishaps.filter(({ process }) =>
      process !== GRAPH.acceptorCount + proposersAtMs.length - 1
    ).map((mishap) => ({ ...mishap, kept: 1 }));
    const report = run({ ...scenario, rogue: names, proposersAtMs, mishaps }, marks);
    assertEquals(report.violation, undefined, `seed ${seed}`);
  }
  assert(marks.count("strategy re-encoded: ignored") > 0);
  assertEquals(marks.count("a villain is caught"), 0);
});

Deno.test("every code of a rejection is met in some world", () => {
  const marks = new Marks();
  const missing = () => REJECTION_CODES.filter((code) => marks.count(`code ${code}`) === 0);
  for (let seed = 1; seed <= 10 * SEEDS_MAX && missing().length > 0; seed++) {
    const { violation } = run(drawScenario(seed, { strategies: [...STRATEGIES.keys()] }), marks);
    assertEquals(violation, undefined, `seed ${seed}`);
  }
  assertEquals(missing(), []);
});

Deno.test("bytes with anything wrong are refused, without an exception", () => {
  const codes = new Set<string>();
  let harmless = 0;
  for (let seed = 1; seed <= 1_000; seed++) {
    const rejection = judgeBytes(spoiled(makePrng(seed)));
    if (rejection === undefined) harmless++;
    else codes.add(rejection.rejected);
  }
  // One bit of the protobuf may not matter: neither the id nor the signature covers that.
  assert(harmless < 10, `${harmless}`);
  assert(codes.size >= 9, [...codes].join(" "));
});

/** How many of some worlds end with learners that disagree though the referee says they must not. */
function disagreements(worlds: readonly Scenario[]): number {
  const reports = worlds.map((world) => run(world, new Marks()));
  return reports.filter(({ violation }) => violation?.includes("decide differently")).length;
}

Deno.test("the simulator can see what it looks for: quorums that need not meet", () => {
  const all = [0, 1, 2, 3];
  const graph = makeLearnerGraph({
    ...GRAPH.spec,
    quorums: [thresholdOf(2, all), thresholdOf(2, all)],
  });
  const worlds = Array.from({ length: 60 }, (_, seed) => {
    const drawn = scenarioWith(seed, ["adaptive"], graph);
    return { ...drawn, rogue: undefined };
  });
  assert(disagreements(worlds) > 0);
});

/** Everybody is up; then the honest ones are divided, and only then somebody proposes. */
function divided(scenario: Scenario): Scenario {
  const { processes } = scenario.network;
  const cut = new Set<number>();
  for (let from = 2; from < processes; from++) {
    for (let to = 2; to < processes; to++) {
      if (from % 2 !== to % 2) cut.add(from * processes + to);
    }
  }
  return {
    ...scenario,
    rogue: undefined,
    mishaps: [],
    proposersAtMs: scenario.proposersAtMs.map(() => 600),
    network: {
      ...scenario.network,
      partitions: [{ fromMs: 500, toMs: 2_500, cut }],
      timelyFromMs: 2_500,
    },
  };
}

Deno.test("the simulator can see what it looks for: more villains than the safe sets allow", () => {
  const safe = thresholdOf(1, [0, 1, 2, 3]);
  // By these words three of four may lie, but quorums of three need have only two in common.
  const graph = makeLearnerGraph({
    ...GRAPH.spec,
    safety: GRAPH.spec.safety.map((edge) => ({ ...edge, safe })),
  });
  const worlds = Array.from({ length: 60 }, (_, seed) => {
    const drawn = drawScenario(seed, { graph, strategies: ["adaptive"] });
    const villains = [0, 1].map((acceptor) => ({ acceptor, strategies: ["adaptive"] }));
    return divided({ ...drawn, villains });
  });
  assert(disagreements(worlds) > 0);
});
