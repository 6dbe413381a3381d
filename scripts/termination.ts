/**
 * Measures how long it takes to decide once a bad network becomes timely: a table for
 * docs/TERMINATION.md. `deno task termination [--worlds N]`
 *
 * @module
 */

import { runScript } from "./command.ts";
import { type LearnerGraph, makeLearnerGraph } from "../lib/core/learner_graph.ts";
import { checkValidity } from "../lib/graph/validity.ts";
import { drawClusterScenario } from "../lib/sim/cluster/drawing.ts";
import { runCluster } from "../lib/sim/cluster/run.ts";
import type { ClusterScenario, Villainy } from "../lib/sim/cluster/scenario.ts";
import { thresholds } from "../lib/sim/graphs.ts";
import { Marks } from "../lib/sim/marks.ts";
import { makePrng } from "../lib/sim/prng.ts";
import { STRATEGIES } from "../lib/sim/strategies.ts";
import { markdownTable } from "./markdown.ts";

/** The network is bad for so long, in milliseconds. */
const CHAOS_MS = 600;

/** A message takes so long at most, in milliseconds. */
const DELAY_MS_MAX = 5;

/** Honest proposers. */
const PROPOSERS = 3;

/** Partitions, one after another, each another one. */
const PARTS = 6;

/** Of their proposers. */
const SCHEDULES = ["back-off", "windows"] as const;

type Schedule = (typeof SCHEDULES)[number];

const BACKOFF_MS = [100, 800] as const;
const WINDOW_MS_MIN = 60;

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

/** A bad start: every link breaks again and again, and groups hear only their own. */
function scenarioOf(
  seed: number,
  graph: LearnerGraph,
  byzantine: Byzantine,
  schedule: Schedule,
): ClusterScenario {
  const prng = makePrng(seed);
  const drawn = drawClusterScenario(seed, { graph });
  const { acceptorCount, spec } = graph;
  const proposers = PROPOSERS + (byzantine.proposer ? 1 : 0);
  const clients = Array.from({ length: proposers }, (_, i) => `client_${i}`);
  const names = [...spec.acceptors, ...clients, "observer"];
  const all = spec.acceptors.map((_, acceptor) => acceptor);
  const villains = new Map<number, Villainy>();
  for (const acceptor of prng.shuffled(all).slice(0, byzantine.acceptors)) {
    villains.set(acceptor, "plotter");
  }
  if (byzantine.proposer) villains.set(acceptorCount + PROPOSERS, "plotter");
  const [limits] = drawn.limits;
  const plots = prng.shuffled([...STRATEGIES.keys()]).slice(0, 2);
  return {
    ...{ ...drawn, names, villains, calmMs: CHAOS_MS, delayMsMax: DELAY_MS_MAX },
    backoffMs: BACKOFF_MS,
    turns: schedule === "back-off" ? undefined : {
      members: clients.map((_, i) => acceptorCount + i),
      windowMsMin: WINDOW_MS_MIN,
    },
    plots: byzantine.proposer ? ["spam", ...plots] : plots,
    villainsUntilMs: CHAOS_MS + 3_000,
    realKeys: false,
    clocks: names.map(() => ({ skewMs: prng.between(0, 50), drift: 1 })),
    disks: names.map(() => ({ syncMs: 1, syncMsAtFirst: 1 })),
    limits: names.map(() => limits!),
    startsMs: names.map(() => 0),
    breakMs: 150,
    partitions: Array.from({ length: PARTS }, (_, i) => ({
      fromMs: i * CHAOS_MS / PARTS,
      toMs: (i + 1) * CHAOS_MS / PARTS,
      side: names.map(() => prng.chance(0.5)),
    })),
    windows: names.map(() => 64),
    crashes: [],
    proposals: clients.slice(0, PROPOSERS).map((name, i) => ({
      ...{ process: acceptorCount + i, instance: 1n, value: `of ${name}` },
      atMs: prng.between(0, 100),
    })),
    hasLateValues: false,
  };
}

function measure(
  graph: LearnerGraph,
  byzantine: Byzantine,
  schedule: Schedule,
  worlds: number,
): Measured {
  const measured: Measured = { ms: [], decidedBefore: 0, starved: 0, failed: 0 };
  for (let seed = 1; seed <= worlds; seed++) {
    const marks = new Marks();
    const scenario = scenarioOf(seed, graph, byzantine, schedule);
    const { violation, delays } = runCluster(seed, { marks }, scenario);
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
      for (const name of SCHEDULES) {
        const liars = cast.proposer ? `${cast.acceptors} and a proposer` : `${cast.acceptors}`;
        console.error(`${count} acceptors, ${liars} Byzantine, ${name}`);
        const what = [`any ${count - faults} of ${count}`, liars, name];
        rows.push(row(what, measure(graph, cast, name, worlds)));
      }
    }
  }
  // Starvation is rare: five times as many worlds.
  const uneven = makeLearnerGraph(thresholds(5, [4, 3], "TECHNICAL_REPORT"));
  if (checkValidity(uneven) !== undefined) throw new Error("the uneven graph is not valid");
  for (const name of SCHEDULES) {
    rows.push(
      row(["any 4 of 5, any 3 of 5", "0", name], measure(uneven, HONEST, name, 5 * worlds)),
    );
  }
  const head = [
    ...["learners", "Byzantine", "schedule", "decisions", "before", "median ms (delays)"],
    ...["90 of 100", "most", "starved", "failed"],
  ];
  console.log(markdownTable([head, ...rows]));
});
