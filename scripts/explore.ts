/**
 * Explores the small worlds of lib/sim/explore_scenarios.ts and says what was found.
 *
 * `deno task explore [--deep] [--scripts] [NAME...]`
 *
 * `--deep` adds those that take minutes, `--scripts` prints how violations and disagreements come
 * about. The exit status is 1 if anything is not as pinned.
 *
 * @module
 */

import { admit } from "../lib/core/facts.ts";
import { newInstance, step } from "../lib/core/instance.ts";
import { makeLearnerGraph } from "../lib/core/learner_graph.ts";
import { coverageOf } from "../lib/sim/explore_coverage.ts";
import { runScenario } from "../lib/sim/explore_run.ts";
import { type Pinned, SCENARIOS } from "../lib/sim/explore_scenarios.ts";

const FLAGS = ["--deep", "--scripts"];

function explorePinned(pinned: Pinned, showScript: boolean): boolean {
  const start = performance.now();
  const report = runScenario({ admit, makeLearnerGraph, newInstance, step }, pinned);
  const seconds = (performance.now() - start) / 1_000;
  const { exploration: { store, statesWithNames, actions, world }, end, script } = report;
  const count = (number: number) => number.toLocaleString("en");
  console.log(`${pinned.name}: ${pinned.about}`);
  console.log(
    `  ${end}; ${count(store.size)} states (${count(statesWithNames)} with names), ` +
      `${count(actions)} actions, ${count(world.messages.entries.length)} messages, ` +
      `${count(world.locals.all.length)} states of single acceptors, ` +
      `${count(world.locals.seen.steps)} steps of the core`,
  );
  console.log(`  ${seconds.toFixed(1)} s, ${count(Math.round(store.size / seconds))} states/s`);
  const coverage = [...coverageOf(report.exploration)];
  console.log(`  ${coverage.map(([what, times]) => `${what} ${count(times)}`).join(", ")}`);
  if (showScript && script !== undefined) console.log(script.replace(/^(?=.)/gm, "    "));
  for (const complaint of report.complaints) console.log(`  WRONG: ${complaint}`);
  return report.complaints.length === 0;
}

if (import.meta.main) {
  const names = Deno.args.filter((arg) => !arg.startsWith("-"));
  const unknown = Deno.args.filter((arg) =>
    !FLAGS.includes(arg) && !SCENARIOS.some(({ name }) => name === arg)
  );
  if (unknown.length > 0) {
    console.error(`not a flag or a scenario: ${unknown.join(" ")}`);
    Deno.exit(2);
  }
  const chosen = SCENARIOS.filter(({ name, deep = false }) =>
    names.length > 0 ? names.includes(name) : !deep || Deno.args.includes("--deep")
  );
  let right = 0;
  for (const pinned of chosen) {
    if (explorePinned(pinned, Deno.args.includes("--scripts"))) right++;
  }
  console.log(`${right} passed, ${chosen.length - right} failed`);
  if (right < chosen.length) Deno.exit(1);
}
