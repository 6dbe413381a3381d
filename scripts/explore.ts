/**
 * Explores the small worlds of lib/explore/scenarios.ts and says what was found.
 *
 * `deno task explore [--deep] [--scripts] [--traces FOLDER] [NAME...]`
 *
 * `--deep` adds those that take minutes, `--scripts` prints how violations and disagreements come
 * about. `--traces` records that, or how the state found last was reached, for `deno task replay`.
 * The exit status is 1 if anything is not as pinned.
 *
 * @module
 */

import { runScript } from "./command.ts";
import { admit } from "../lib/core/facts.ts";
import { newInstance, step } from "../lib/core/instance.ts";
import { makeLearnerGraph } from "../lib/core/learner_graph.ts";
import { coverageOf } from "../lib/explore/coverage.ts";
import { scriptTo } from "../lib/explore/path.ts";
import { runScenario } from "../lib/explore/run.ts";
import { type Pinned, SCENARIOS } from "../lib/explore/scenarios.ts";
import { traceOf } from "../lib/explore/recorded.ts";

interface Flags {
  readonly deep: boolean;
  readonly scripts: boolean;
  readonly traces?: string | undefined;
}

function explorePinned(pinned: Pinned, { scripts, traces }: Flags): boolean {
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
  if (scripts && script !== undefined) console.log(script.replace(/^(?=.)/gm, "    "));
  for (const complaint of report.complaints) console.log(`  WRONG: ${complaint}`);
  if (traces !== undefined) {
    const last = scriptTo(
      report.exploration,
      store.size - 1,
      `${pinned.name}: the state found last`,
    );
    const lines = traceOf(script ?? last);
    Deno.writeTextFileSync(`${traces}/${pinned.name}.ndjson`, `${lines.join("\n")}\n`);
  }
  return report.complaints.length === 0;
}

if (import.meta.main) {
  await runScript({
    name: "deno task explore",
    summary: "Visit every state of small worlds",
    description: "Visits every state of the small worlds named, or of all that take seconds, and " +
      "compares what is found with what is pinned.",
    flags: [
      { name: "deep", kind: "boolean", help: "add those that take minutes" },
      {
        name: "scripts",
        kind: "boolean",
        help: "print how violations and disagreements come about",
      },
      {
        name: "traces",
        kind: "text",
        value: "FOLDER",
        help: "record how they do, or how the last state was reached, for deno task replay",
      },
    ],
    positionals: [{
      name: "NAME",
      help: "a world",
      optional: true,
      many: true,
      choices: SCENARIOS.map(({ name }) => name),
    }],
    exits: [{ status: 1, means: "something is not as pinned" }],
  }, ({ flags, positionals: names }) => {
    const chosen = SCENARIOS.filter(({ name, deep = false }) =>
      names.length > 0 ? names.includes(name) : !deep || flags.deep
    );
    let right = 0;
    for (const pinned of chosen) if (explorePinned(pinned, flags)) right++;
    console.log(`${right} passed, ${chosen.length - right} failed`);
    return right < chosen.length ? 1 : 0;
  });
}
