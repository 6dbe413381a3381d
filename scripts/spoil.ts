/**
 * Lets the spoiler try to keep learners undecided, in many worlds.
 *
 * `deno task spoil --seeds 1000`, or `deno task spoil --seed 7` for one with its story.
 *
 * @module
 */

import { runScript } from "./command.ts";
import { spoil } from "../lib/sim/spoiler/play.ts";
import type { SpoilOptions, WindowKeeping } from "../lib/sim/spoiler/scenario.ts";
import { markdownTable } from "./markdown.ts";
import type { SpoilResult } from "./sim/spoil_worker.ts";
import { runInWorkers } from "./sim/workers.ts";
import { SEED_FLAGS, SEED_MAX } from "./sim/flags.ts";

/** Seeds handed to a worker at once. */
const BATCH = 10;

/** After so many failures it stops, where there are to be none. */
const FAILURES_MAX = 5;

interface Worlds {
  readonly first: number;
  readonly count: number;
  readonly options: SpoilOptions;
}

/** Lets workers run all seeds, until enough have failed. */
async function runAll({ first, count, options }: Worlds, workers: number): Promise<SpoilResult[]> {
  const failuresMax = options.windows === "timestamps" ? Infinity : FAILURES_MAX;
  const results: SpoilResult[] = [];
  let failures = 0;
  await runInWorkers<SpoilResult[]>({
    url: new URL("./sim/spoil_worker.ts", import.meta.url),
    ...{ workers, seeds: { first, count }, batch: BATCH, more: { options } },
    take(outcome) {
      results.push(...outcome);
      failures += outcome.filter(({ violation }) => violation !== undefined).length;
      return failures < failuresMax;
    },
  });
  return results.sort((a, b) => a.seed - b.seed);
}

function share(sorted: readonly number[], part: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(0);
}

/** Who owns windows, by the names in the table. */
function rotationOf({ scenario }: SpoilResult): string {
  const { rotation, liars, acceptorCount } = scenario;
  if (!rotation.includes(liars[0]!)) return "honest";
  return rotation.length > acceptorCount ? "all and proposers" : "all";
}

/** A row for each number of acceptors, of liars, and kind of rotation. */
function tell(results: readonly SpoilResult[]): void {
  const rows: string[][] = [];
  const kinds = Map.groupBy(results, (result) => {
    const { acceptorCount, liars } = result.scenario;
    return `${acceptorCount}, ${liars.length}, ${rotationOf(result)}`;
  });
  const order = [...kinds.keys()].sort((a, b) => parseInt(a) - parseInt(b) || (a < b ? -1 : 1));
  for (const kind of order) {
    const of = kinds.get(kind)!;
    const delays = of.map(({ decidedMs, scenario: { delayMs } }) =>
      Math.max(0, decidedMs) / delayMs
    ).sort((a, b) => a - b);
    const worst = Math.max(...of.map(({ decidedMs, boundMs }) => decidedMs / boundMs));
    rows.push([
      ...kind.split(", "),
      `${of.length}`,
      `${of.reduce((sum, { spoiled }) => sum + spoiled, 0)}`,
      share(delays, 0.5),
      share(delays, 0.99),
      delays.at(-1)!.toFixed(0),
      `${Math.round(100 * worst)} %`,
      `${of.filter(({ starves }) => starves).length}`,
      `${of.filter(({ violation }) => violation !== undefined).length}`,
    ]);
  }
  const head = ["acceptors", "liars", "rotation", "worlds", "put off", "median delays"];
  const rest = ["99 of 100", "most", "of the bound", "starved", "failed"];
  console.log(markdownTable([[...head, ...rest], ...rows]));
}

function explain(seed: number, options: SpoilOptions): boolean {
  const { story, scenario, boundMs, starves, violation } = spoil(seed, options);
  console.log(JSON.stringify(scenario));
  for (const line of story) console.log(line);
  const outcome = violation ?? (starves ? "a learner is starved" : "kept");
  console.log(`bound: ${boundMs} ms after the first honest proposer began; ${outcome}`);
  return violation === undefined;
}

await runScript({
  name: "deno task spoil",
  summary:
    "Let an adversary that looks ahead keep learners undecided, and hold it against the bound",
  description: "Runs worlds with a spoiler: an adversary that sees everything, controls as many " +
    "acceptors as are tolerated and any number of proposers, and chooses what it sends, to whom " +
    "and when by trying what keeps learners undecided longest. All must decide within the bound of " +
    "docs/TERMINATION.md while it goes on.",
  flags: [
    ...SEED_FLAGS,
    {
      name: "seed",
      kind: "integer",
      value: "S",
      min: 0,
      max: SEED_MAX,
      help: "one world, with what the spoiler did",
    },
    {
      name: "acceptors",
      kind: "integer",
      value: "N",
      min: 4,
      max: 10,
      help: "so many acceptors in every world: 4, 7 or 10",
    },
    {
      name: "without-windows",
      kind: "boolean",
      excludes: ["timestamps"],
      help: "acceptors keep no windows: the spoiler must win",
    },
    {
      name: "timestamps",
      kind: "boolean",
      help: "instead, a 1a is well-formed only in its proposer's window, by its time (ADR 0041)",
    },
    {
      name: "window",
      kind: "integer",
      value: "D",
      min: 1,
      max: 1000,
      help: "length of the first window, or with --timestamps of all, in longest delays",
    },
    {
      name: "quiet",
      kind: "boolean",
      help: "the spoiler does nothing: what decisions take without it",
    },
  ],
  examples: [
    { args: "--seeds 10000", does: "worlds 1 to 10000" },
    { args: "--seed 7", does: "one world with its story" },
    { args: "--seeds 100 --without-windows", does: "see that the spoiler is strong" },
  ],
  exits: [{ status: 1, means: "in some world a learner did not decide in time" }],
}, async ({ flags }) => {
  const { seed, acceptors: acceptorCount, window: windowDelays, quiet: isQuiet } = flags;
  const windows: WindowKeeping = flags.timestamps
    ? "timestamps"
    : flags["without-windows"]
    ? "proposers"
    : "acceptors";
  const options = { acceptorCount, windows, windowDelays, isQuiet };
  if (seed !== undefined) return explain(seed, options) ? 0 : 1;
  const startedMs = performance.now();
  const worlds = { first: flags["first-seed"], count: flags.seeds, options };
  const results = await runAll(worlds, flags.workers ?? navigator.hardwareConcurrency);
  const seconds = (performance.now() - startedMs) / 1000;
  tell(results);
  const steps = results.reduce((sum, each) => sum + each.steps, 0);
  console.log(
    `${results.length} worlds, ${(steps / 1e6).toFixed(1)} million steps, ${seconds.toFixed(0)} s`,
  );
  const failed = results.filter(({ violation }) => violation !== undefined);
  const also = [
    acceptorCount === undefined ? "" : ` --acceptors ${acceptorCount}`,
    ...["without-windows", "timestamps", "quiet"].map((name) =>
      flags[name as "quiet"] ? ` --${name}` : ""
    ),
    windowDelays === undefined ? "" : ` --window ${windowDelays}`,
  ].join("");
  for (const { seed, violation } of failed) {
    console.log(`seed ${seed}: ${violation}; repeat: deno task spoil --seed ${seed}${also}`);
  }
  return failed.length === 0 ? 0 : 1;
});
