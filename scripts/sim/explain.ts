/**
 * Tells one simulated world: its timeline if it goes well, and if not, that of the smallest world
 * found that goes wrong in the same way.
 *
 * @module
 */

import { drawClusterScenario } from "../../lib/sim/cluster/drawing.ts";
import { Recorder } from "../../lib/sim/recorder.ts";
import { type Omission, omit, shrink } from "../../lib/sim/shrink.ts";
import type { Scenario } from "../../lib/sim/scenario.ts";
import { Timeline } from "../../lib/sim/timeline.ts";
import { describeGraph } from "../../tests/oracle/describe.ts";
import { runClusterSeed, runSeed, scenarioOf } from "./seeds.ts";

/** Lines of a timeline that are printed: the last ones, where it goes wrong. */
const LINES_MAX = 400;

/**
 * Runs and prints one world.
 *
 * @param omissions What to leave out; undefined to find out what can be.
 * @param traceFile Where to record it; undefined for nowhere.
 * @returns Whether all is well.
 */
export function explainSeed(
  seed: number,
  omissions: ReadonlySet<Omission> | undefined,
  traceFile?: string,
): boolean {
  const scenario = scenarioOf(seed);
  const report = runSeed(seed, {}, omit(scenario, omissions ?? new Set()));
  if (omissions !== undefined || report.violation === undefined) {
    const chosen = omit(scenario, omissions ?? new Set());
    if (traceFile !== undefined) record(chosen, traceFile);
    print(chosen);
    return report.violation === undefined;
  }
  console.log(`seed ${seed}: ${report.violation}`);
  console.log(`  repeat: deno task sim --seed ${seed}`);
  const small = shrink(scenario, report, (smaller) => runSeed(seed, {}, smaller));
  if (small.omissions.size > 0) {
    const { events } = small.report;
    console.log(`  the same without much of it, in ${events} events instead of ${report.events}:`);
    console.log(`  deno task sim --seed ${seed} --without ${[...small.omissions].join(",")}`);
  }
  print(omit(scenario, small.omissions));
  return false;
}

/** Runs a cluster and prints what happened in it. Returns whether all is well. */
export function explainCluster(seed: number): boolean {
  const scenario = drawClusterScenario(seed);
  console.log(describeGraph(scenario.graph.spec));
  for (const [index, villainy] of scenario.villains) {
    console.log(`villain ${scenario.names[index]}: ${villainy}`);
  }
  const lines: string[] = [];
  const { violation, ms, events } = runClusterSeed(seed, {
    spectator: {
      note: (atMs, who, what) => lines.push(`${atMs.toFixed(0).padStart(8)} ms  ${who}: ${what}`),
    },
  });
  if (lines.length > LINES_MAX) console.log(`… ${lines.length - LINES_MAX} lines before`);
  for (const line of lines.slice(-LINES_MAX)) console.log(line);
  const ending = `${events} events in ${ms.toFixed(0)} virtual ms`;
  console.log(`seed ${seed}: ${violation ?? "all is well"}: ${ending}`);
  if (violation !== undefined) console.log(`  repeat: deno task sim --clusters --seed ${seed}`);
  return violation === undefined;
}

function print(scenario: Scenario): void {
  const { seed, graph, villains } = scenario;
  console.log(describeGraph(graph.spec));
  for (const { acceptor, strategies } of villains) {
    const deeds = strategies.length === 0 ? "silent" : strategies.join(", ");
    console.log(`villain ${graph.spec.acceptors[acceptor]}: ${deeds}`);
  }
  const timeline = new Timeline(graph);
  const { violation, ms, events } = runSeed(seed, { spectator: timeline }, scenario);
  const { lines } = timeline;
  if (lines.length > LINES_MAX) console.log(`… ${lines.length - LINES_MAX} lines before`);
  for (const line of lines.slice(-LINES_MAX)) console.log(line);
  console.log(`${violation ?? "all is well"}: ${events} events in ${ms.toFixed(0)} virtual ms`);
}

function record(scenario: Scenario, file: string): void {
  const lines: string[] = [];
  const recorder = new Recorder(scenario.graph, scenario.limits, (line) => lines.push(line));
  runSeed(scenario.seed, { spectator: recorder }, scenario);
  Deno.writeTextFileSync(file, `${lines.join("\n")}\n`);
}
