/**
 * Runs simulated worlds, each from its seed, and says what was seen in them.
 *
 * `deno task sim --seeds 10000 [--first-seed 1] [--workers 2]`, or `deno task sim --seed 7` for one
 * with its timeline, or `deno task sim --script FILE` for a scenario written down.
 *
 * @module
 */

import { runScript } from "./command.ts";
import { coverage, RARE } from "../lib/sim/coverage.ts";
import { Marks } from "../lib/sim/marks.ts";
import { STRATEGIES } from "../lib/sim/strategies.ts";
import { explainSeed } from "./sim/explain.ts";
import { explainScript } from "./sim/script.ts";
import { exportedFunctions } from "./sim/entered.ts";
import type { Outcome } from "./sim/worker.ts";
import { runInWorkers, type Stretch } from "./sim/workers.ts";
import { SEED_FLAGS, SEED_MAX } from "./sim/flags.ts";

/** Seeds handed to a worker at once. */
const BATCH = 5;

/** With fewer seeds a zero in the table proves nothing. */
const COVERAGE_SEEDS_MIN = 1_200;
const RARE_SEEDS_MIN = 20_000;

/** How many failures are told before it stops. */
const FAILURES_MAX = 5;

interface Totals {
  readonly marks: Marks;
  readonly delays: number[];
  runs: number;
  events: number;
  /** Functions of the node and its links. */
  readonly entered: Set<string>;
  readonly failures: { seed: number; violation: string }[];
}

function newTotals(): Totals {
  return { entered: new Set(), marks: new Marks(), delays: [], runs: 0, events: 0, failures: [] };
}

/** Lets workers run all seeds. */
async function runAll(seeds: Stretch, workers: number): Promise<Totals> {
  const totals = newTotals();
  const startedMs = performance.now();
  let toldMs = startedMs;
  await runInWorkers<Outcome>({
    url: new URL("./sim/worker.ts", import.meta.url),
    ...{ workers, seeds, batch: BATCH },
    take(outcome) {
      add(totals, outcome);
      if (performance.now() - toldMs > 10_000) {
        toldMs = performance.now();
        const rate = 1000 * totals.runs / (toldMs - startedMs);
        console.error(`${totals.runs} of ${seeds.count} seeds, ${rate.toFixed(0)} a second`);
      }
      return totals.failures.length < FAILURES_MAX;
    },
  });
  return totals;
}

function add(totals: Totals, { reports, marks, entered }: Outcome): void {
  for (const name of entered) totals.entered.add(name);
  totals.marks.add(marks);
  for (const { seed, violation, events, delays } of reports) {
    totals.runs++;
    totals.events += events;
    for (const delay of delays) totals.delays.push(delay);
    if (violation !== undefined) totals.failures.push({ seed, violation });
  }
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Prints what was seen. Returns whether all is well. */
function tell(totals: Totals, seconds: number, isEnough: boolean): boolean {
  const rows = coverage(totals.marks, STRATEGIES.keys());
  for (const [what, count] of rows) console.log(`${String(count).padStart(12)}  ${what}`);
  const isDue = (what: string) => totals.runs >= RARE_SEEDS_MIN || !RARE.has(what);
  const zeros = rows.filter(([what, count]) => count === 0 && isDue(what)).map(([what]) => what);
  totals.delays.sort((a, b) => a - b);
  const [median, p99] = [0.5, 0.99].map((share) => percentile(totals.delays, share).toFixed(0));
  console.log(
    `${totals.runs} worlds, ${(totals.events / 1e6).toFixed(1)} million events, in ` +
      `${seconds.toFixed(0)} s (${(totals.runs / seconds).toFixed(0)} a second); message delays ` +
      `from calm to a learner's decision: median ${median}, 99 of 100 within ${p99}`,
  );
  for (const what of zeros) {
    console.log(isEnough ? `never seen: ${what}` : `not seen in so few worlds: ${what}`);
  }
  return totals.failures.length === 0 && (zeros.length === 0 || !isEnough);
}

/** Prints which functions of the node and its links no world has entered. */
async function tellEntered({ entered }: Totals): Promise<void> {
  const all = await exportedFunctions();
  const not = all.filter((name) => !entered.has(name));
  console.log(`of ${all.length} exported functions of lib/node and lib/link not entered:`);
  for (const name of not) console.log(`              ${name}`);
}

const FLAGS = [
  ...SEED_FLAGS,
  {
    name: "seed",
    kind: "integer",
    value: "S",
    min: 0,
    max: SEED_MAX,
    excludes: ["script"],
    help: "one world, with its timeline",
  },
  {
    name: "script",
    kind: "text",
    value: "FILE",
    offers: "file",
    help: "a scenario as text (lib/sim/script.ts), with its timeline",
  },
  {
    name: "trace",
    kind: "text",
    value: "FILE",
    offers: "file",
    help: "record that world or scenario, for deno task replay",
  },
  {
    name: "without",
    kind: "text",
    value: "LIST",
    help: "leave things out of that world, as a failure says",
  },
] as const;

/** Runs worlds. Returns whether all is well. */
async function runSeeds(worlds: Stretch, workers: number): Promise<boolean> {
  const { count } = worlds;
  const startedMs = performance.now();
  const totals = await runAll(worlds, workers);
  const seconds = (performance.now() - startedMs) / 1000;
  await tellEntered(totals);
  const isWell = tell(totals, seconds, count >= COVERAGE_SEEDS_MIN);
  totals.failures.sort((a, b) => a.seed - b.seed);
  for (const { seed, violation } of totals.failures.slice(1)) {
    console.log(`seed ${seed}: ${violation}`);
  }
  const [worst] = totals.failures;
  if (worst !== undefined) explainSeed(worst.seed, undefined);
  return isWell;
}

await runScript({
  name: "deno task sim",
  summary: "Run simulated worlds",
  description: "Runs simulated worlds, each from its seed, and says what was seen in them.",
  flags: FLAGS,
  examples: [
    { args: "--seeds 10000", does: "worlds 1 to 10000" },
    { args: "--seed 7", does: "one world with its timeline" },
  ],
  exits: [{ status: 1, means: "a world went wrong, or in many worlds something was never seen" }],
}, async ({ flags }) => {
  const { seed, script, trace, without } = flags;
  if (script !== undefined) return explainScript(script, trace) ? 0 : 1;
  if (seed !== undefined) {
    const omissions = without === undefined ? undefined : new Set(without.split(","));
    return explainSeed(seed, omissions, trace) ? 0 : 1;
  }
  const workers = flags.workers ?? navigator.hardwareConcurrency;
  const worlds = { first: flags["first-seed"], count: flags.seeds };
  return await runSeeds(worlds, workers) ? 0 : 1;
});
