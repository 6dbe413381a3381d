/**
 * Runs worlds of one log, each from its seed, and says what was seen in them.
 *
 * `deno task sim-log --seeds 10000 [--first-seed 1] [--workers 2]`, or `deno task sim-log --seed 7`
 * for one; with `--nodes`, worlds of real nodes.
 *
 * @module
 */

import { runScript } from "./command.ts";
import { Marks } from "../lib/sim/marks.ts";
import { runLogCluster } from "../lib/sim/cluster/log_run.ts";
import { logCoverage, type LogReport, runLog } from "../lib/sim/log/run.ts";
import { SEED_FLAGS, SEED_MAX } from "./sim/flags.ts";
import type { LogOutcome } from "./sim/log_worker.ts";
import { runInWorkers } from "./sim/workers.ts";

/** Seeds handed to a worker at once. */
const BATCH = 20;

/** With fewer seeds a zero in the table proves nothing. */
const COVERAGE_SEEDS_MIN = 1_000;

/** How many failures are told before it stops. */
const FAILURES_MAX = 5;

/** Lets workers run all seeds. */
async function runAll(first: number, count: number, workers: number) {
  const marks = new Marks();
  const failures: LogReport[] = [];
  await runInWorkers<LogOutcome>({
    url: new URL("./sim/log_worker.ts", import.meta.url),
    ...{ workers, seeds: { first, count }, batch: BATCH },
    take(outcome) {
      marks.add(outcome.marks);
      failures.push(...outcome.reports.filter(({ violation }) => violation !== undefined));
      return failures.length < FAILURES_MAX;
    },
  });
  return { marks, failures: failures.toSorted((a, b) => a.seed - b.seed) };
}

/** Prints what was seen. Returns whether all is well. */
async function runSeeds(first: number, count: number, workers: number): Promise<boolean> {
  const startedMs = performance.now();
  const { marks, failures } = await runAll(first, count, workers);
  const rows = logCoverage(marks);
  for (const [what, seen] of rows) console.log(`${String(seen).padStart(12)}  ${what}`);
  const seconds = (performance.now() - startedMs) / 1000;
  console.log(`${marks.count("a world")} worlds in ${seconds.toFixed(0)} s`);
  for (const { seed, violation } of failures) {
    console.log(`deno task sim-log --seed ${seed}: ${violation}`);
  }
  const never = rows.flatMap(([what, seen]) => seen === 0 ? [what] : []);
  const isEnough = count >= COVERAGE_SEEDS_MIN;
  for (const what of never) {
    console.log(isEnough ? `never seen: ${what}` : `not seen in so few worlds: ${what}`);
  }
  return failures.length === 0 && (never.length === 0 || !isEnough);
}

/** Worlds of real nodes. Prints what was seen of their logs; returns whether all is well. */
function runNodes(first: number, count: number): boolean {
  const marks = new Marks();
  const failures: string[] = [];
  for (let seed = first; seed < first + count && failures.length < FAILURES_MAX; seed++) {
    const { violation } = runLogCluster(seed, marks);
    if (violation === undefined) continue;
    failures.push(`deno task sim-log --nodes --seed ${seed}: ${violation}`);
  }
  for (const [what, seen] of [...marks.counts].sort()) {
    if (what.startsWith("log: ")) console.log(`${String(seen).padStart(12)}  ${what}`);
  }
  for (const failure of failures) console.log(failure);
  return failures.length === 0;
}

await runScript({
  name: "deno task sim-log",
  summary: "Run simulated worlds of one log",
  description: "Runs worlds of one log, each from its seed, and says what was seen in them.",
  flags: [...SEED_FLAGS, {
    name: "seed",
    kind: "integer",
    value: "S",
    min: 0,
    max: SEED_MAX,
    help: "one world",
  }, {
    name: "nodes",
    kind: "boolean",
    help: "worlds of real nodes that keep a log, on one thread",
  }],
  examples: [{ args: "--seeds 10000", does: "worlds 1 to 10000" }],
  exits: [{ status: 1, means: "a world went wrong, or in many worlds something was never seen" }],
}, async ({ flags }) => {
  const { seed } = flags;
  if (flags.nodes && seed === undefined) return runNodes(flags["first-seed"], flags.seeds) ? 0 : 1;
  if (seed !== undefined) {
    const { violation, events } = (flags.nodes ? runLogCluster : runLog)(seed);
    console.log(violation ?? `all is well after ${events} events`);
    return violation === undefined ? 0 : 1;
  }
  const workers = flags.workers ?? navigator.hardwareConcurrency;
  return await runSeeds(flags["first-seed"], flags.seeds, workers) ? 0 : 1;
});
