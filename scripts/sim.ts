/**
 * Runs simulated worlds, each from its seed, and says what was seen in them.
 *
 * `deno task sim --seeds 10000 [--first-seed 1] [--workers 2]`, or `deno task sim --seed 7` for one
 * with its timeline, or `deno task sim --script FILE` for a scenario written down.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { coverage } from "../lib/sim/coverage.ts";
import { Marks } from "../lib/sim/marks.ts";
import { STRATEGIES } from "../lib/sim/strategies.ts";
import { explainSeed } from "./sim/explain.ts";
import { explainScript } from "./sim/script.ts";
import type { Batch, Outcome } from "./sim/worker.ts";

/** Seeds handed to a worker at once. */
const BATCH = 50;

/** With fewer seeds a zero in the table proves nothing. */
const COVERAGE_SEEDS_MIN = 5_000;

/** Failures that are told; after so many it stops. */
const FAILURES_MAX = 5;

const HELP = `Runs simulated worlds, each from its seed.

  --seeds N        how many (default 1000)
  --first-seed S   the first of them (default 1)
  --workers K      processes at once (default: the number of cores)
  --seed S         one world, with its timeline
  --script FILE    a scenario as text (lib/sim/script.ts), with its timeline
  --trace FILE     records that world or scenario, for deno task replay
  --without LIST   leaves things out of that world, as a failure says
`;

interface Totals {
  readonly marks: Marks;
  readonly delays: number[];
  runs: number;
  events: number;
  readonly failures: { seed: number; violation: string }[];
}

function newTotals(): Totals {
  return { marks: new Marks(), delays: [], runs: 0, events: 0, failures: [] };
}

/** Lets workers run all seeds. */
async function runAll(first: number, count: number, workers: number): Promise<Totals> {
  const totals = newTotals();
  const startedMs = performance.now();
  let next = first;
  let toldMs = startedMs;
  const work = (): Promise<void> => {
    const worker = new Worker(new URL("./sim/worker.ts", import.meta.url), { type: "module" });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const hand = () => {
      if (next >= first + count || totals.failures.length >= FAILURES_MAX) {
        worker.terminate();
        return resolve();
      }
      const batch: Batch = { first: next, count: Math.min(BATCH, first + count - next) };
      next += batch.count;
      worker.postMessage(batch);
    };
    worker.onmessage = ({ data }: MessageEvent<Outcome>) => {
      add(totals, data);
      if (performance.now() - toldMs > 10_000) {
        toldMs = performance.now();
        const rate = 1000 * totals.runs / (toldMs - startedMs);
        console.error(`${totals.runs} of ${count} seeds, ${rate.toFixed(0)} a second`);
      }
      hand();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      reject(new Error(event.message));
    };
    hand();
    return promise;
  };
  await Promise.all(Array.from({ length: workers }, work));
  return totals;
}

function add(totals: Totals, { reports, marks }: Outcome): void {
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
  const zeros = rows.filter(([, count]) => count === 0).map(([what]) => what);
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

const args = parseArgs(Deno.args, {
  string: ["seeds", "first-seed", "workers", "seed", "without", "trace", "script"],
  boolean: ["help"],
});
const trace = args.trace === undefined ? undefined : String(args.trace);
if (args.help) {
  console.log(HELP);
} else if (args.script !== undefined) {
  Deno.exitCode = explainScript(String(args.script), trace) ? 0 : 1;
} else if (args.seed !== undefined) {
  const omissions = new Set(args.without === undefined ? [] : String(args.without).split(","));
  Deno.exitCode = explainSeed(Number(args.seed), omissions, trace) ? 0 : 1;
} else {
  const count = Number(args.seeds ?? 1000);
  const startedMs = performance.now();
  const workers = Number(args.workers ?? navigator.hardwareConcurrency);
  const totals = await runAll(Number(args["first-seed"] ?? 1), count, workers);
  const seconds = (performance.now() - startedMs) / 1000;
  const isWell = tell(totals, seconds, count >= COVERAGE_SEEDS_MIN);
  totals.failures.sort((a, b) => a.seed - b.seed);
  for (const { seed, violation } of totals.failures.slice(1)) {
    console.log(`seed ${seed}: ${violation}`);
  }
  const [first] = totals.failures;
  if (first !== undefined) explainSeed(first.seed, undefined);
  Deno.exitCode = isWell ? 0 : 1;
}
