/**
 * Measures how long it takes to decide once a bad network becomes timely: a table for
 * docs/TERMINATION.md. `deno task termination [--worlds N]`
 *
 * @module
 */

import { runScript } from "./command.ts";
import { type LearnerGraph, makeLearnerGraph } from "../lib/core/learner_graph.ts";
import { checkValidity } from "../lib/graph/validity.ts";
import type { Pace } from "../lib/core/proposer.ts";
import { thresholds } from "../lib/sim/graphs.ts";
import { Marks } from "../lib/sim/marks.ts";
import { makePrng } from "../lib/sim/prng.ts";
import { runScenario } from "../lib/sim/run.ts";
import { drawScenario, type Scenario } from "../lib/sim/scenario.ts";
import { STRATEGIES } from "../lib/sim/strategies.ts";
import { markdownTable } from "./markdown.ts";

/** The network is bad for so long, in milliseconds. */
const CHAOS_MS = 600;

/** Then a message takes so long, in milliseconds. */
const DELAY_MS_MIN = 1;
const DELAY_MS_MAX = 5;

/** Honest proposers. */
const PROPOSERS = 3;

const SCHEDULES: Readonly<Record<string, (position: number, members: number) => Pace>> = {
  "back-off": () => ({ backoffMsMin: 100, backoffMsMax: 800 }),
  "windows": (position, members) => ({
    members,
    position,
    windowMsMin: 60,
    clockSkewMsMax: 500,
  }),
};

interface Measured {
  readonly ms: number[];
  decidedBefore: number;
  starved: number;
  failed: number;
}

/** Who is not honest. */
interface Byzantine {
  /** How many acceptors. */
  readonly acceptors: number;
  /** Whether there is a proposer besides that offers ballots as fast as it can. */
  readonly proposer: boolean;
}

/** A bad start: every link loses half of everything and groups hear only their own. */
function scenarioOf(
  seed: number,
  graph: LearnerGraph,
  byzantine: Byzantine,
  paceOf: (position: number, members: number) => Pace,
): Scenario {
  const prng = makePrng(seed);
  const names = [...STRATEGIES.keys()];
  const drawn = drawScenario(seed, { graph, strategies: names });
  const proposers = PROPOSERS + (byzantine.proposer ? 1 : 0);
  const processes = graph.acceptorCount + proposers + 1;
  const cut = () => {
    const side = Array.from({ length: processes }, () => prng.chance(0.5));
    const links = new Set<number>();
    side.forEach((mine, from) =>
      side.forEach((theirs, to) => mine !== theirs && links.add(from * processes + to))
    );
    return links;
  };
  const acceptors = prng.shuffled(graph.spec.acceptors.map((_, i) => i)).slice(
    0,
    byzantine.acceptors,
  );
  return {
    ...drawn,
    villains: acceptors.map((acceptor) => ({
      acceptor,
      strategies: prng.shuffled(names).slice(0, 2),
    })),
    rogue: byzantine.proposer ? ["spam"] : undefined,
    proposersAtMs: Array.from({ length: proposers }, () => prng.between(0, 100)),
    observersAtMs: [0],
    paces: Array.from({ length: proposers }, (_, position) => paceOf(position, proposers)),
    pauseMsMax: 1_000,
    network: {
      processes,
      delayMsMin: DELAY_MS_MIN,
      delayMsMax: DELAY_MS_MAX,
      straggling: 0.2,
      straggleMsMax: 200,
      loss: 0.3,
      duplication: 0.05,
      slow: new Set(),
      partitions: Array.from({ length: 6 }, (_, i) => ({
        fromMs: i * CHAOS_MS / 6,
        toMs: (i + 1) * CHAOS_MS / 6,
        cut: cut(),
      })),
      timelyFromMs: CHAOS_MS,
    },
    clocks: Array.from({ length: processes }, () => ({ skewMs: prng.between(0, 50), drift: 1 })),
    disks: Array.from({ length: processes }, () => ({ syncMs: 1, failingSync: 0 })),
    mishaps: [],
    villainsUntilMs: CHAOS_MS + 3_000,
  };
}

function measure(
  graph: LearnerGraph,
  byzantine: Byzantine,
  pace: (position: number, members: number) => Pace,
  worlds: number,
): Measured {
  const measured: Measured = { ms: [], decidedBefore: 0, starved: 0, failed: 0 };
  for (let seed = 1; seed <= worlds; seed++) {
    const marks = new Marks();
    const scenario = scenarioOf(seed, graph, byzantine, pace);
    const { violation, delays } = runScenario(scenario, { strategies: STRATEGIES, marks });
    if (violation !== undefined) {
      console.error(`seed ${seed}: ${violation}`);
      measured.failed++;
    }
    if (marks.count("a learner starves") > 0) measured.starved++;
    for (const delay of delays) {
      if (delay === 0) measured.decidedBefore++;
      else measured.ms.push(delay * DELAY_MS_MAX);
    }
  }
  measured.ms.sort((a, b) => a - b);
  return measured;
}

function row(what: readonly string[], { ms, decidedBefore, starved, failed }: Measured): string[] {
  const at = (share: number) => ms[Math.min(ms.length - 1, Math.floor(ms.length * share))] ?? 0;
  const shown = (value: number) => `${value.toFixed(0)} (${(value / DELAY_MS_MAX).toFixed(0)})`;
  return [
    ...what,
    `${ms.length}`,
    `${decidedBefore}`,
    shown(at(0.5)),
    shown(at(0.9)),
    shown(at(1)),
    `${starved}`,
    `${failed}`,
  ];
}

const HONEST: Byzantine = { acceptors: 0, proposer: false };

await runScript({
  name: "deno task termination",
  summary: "Measure how long decisions take once a bad network is timely",
  description:
    "Runs simulated worlds whose network becomes timely at last, and prints a table of " +
    "how long decisions take then.",
  flags: [{
    name: "worlds",
    kind: "integer",
    value: "N",
    min: 1,
    max: 1_000_000,
    default: 300,
    help: "worlds for each row",
  }],
}, ({ flags: { worlds } }) => {
  const rows: string[][] = [];
  for (const count of [4, 7, 10]) {
    const faults = Math.floor((count - 1) / 3);
    const graph = makeLearnerGraph(thresholds(count, [count - faults], "TECHNICAL_REPORT"));
    const casts = [
      ...Array.from({ length: faults + 1 }, (_, acceptors) => ({ acceptors, proposer: false })),
      { acceptors: faults, proposer: true },
    ];
    for (const cast of casts) {
      for (const [name, pace] of Object.entries(SCHEDULES)) {
        const liars = cast.proposer ? `${cast.acceptors} and a proposer` : `${cast.acceptors}`;
        console.error(`${count} acceptors, ${liars} Byzantine, ${name}`);
        const what = [`any ${count - faults} of ${count}`, liars, name];
        rows.push(row(what, measure(graph, cast, pace, worlds)));
      }
    }
  }
  // Starvation is rare: five times as many worlds.
  const uneven = makeLearnerGraph(thresholds(5, [4, 3], "TECHNICAL_REPORT"));
  if (checkValidity(uneven) !== undefined) throw new Error("the uneven graph is not valid");
  for (const [name, pace] of Object.entries(SCHEDULES)) {
    rows.push(
      row(["any 4 of 5, any 3 of 5", "0", name], measure(uneven, HONEST, pace, 5 * worlds)),
    );
  }
  const head = [
    ...["learners", "Byzantine", "schedule", "decisions", "before", "median ms (delays)"],
    ...["90 of 100", "most", "starved", "failed"],
  ];
  console.log(markdownTable([head, ...rows]));
});
