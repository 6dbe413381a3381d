/**
 * Tells one simulated world: its timeline if it goes well, and if not, that of the smallest world
 * found that goes wrong in the same way.
 *
 * @module
 */

import { drawClusterScenario } from "../../lib/sim/cluster/drawing.ts";
import type { ClusterScenario } from "../../lib/sim/cluster/scenario.ts";
import { type Omission, omit, shrink } from "../../lib/sim/shrink.ts";
import { Timeline } from "../../lib/sim/timeline.ts";
import { describeGraph } from "../../tests/oracle/describe.ts";
import { runSeed } from "./seeds.ts";

/** Lines of a timeline that are printed: the last ones, where it goes wrong. */
const LINES_MAX = 400;

/** Events beyond which a world that goes wrong is not made smaller: that would take too long. */
const EVENTS_MAX = 200_000;

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
  const scenario = drawClusterScenario(seed);
  const chosen = omit(scenario, omissions ?? new Set());
  if (omissions !== undefined) return print(chosen, traceFile);
  const report = runSeed(seed, {}, chosen);
  if (report.violation === undefined) return print(chosen, traceFile);
  console.log(`seed ${seed}: ${report.violation}`);
  console.log(`  repeat: deno task sim --seed ${seed}`);
  if (report.events > EVENTS_MAX) return print(chosen, traceFile);
  const small = shrink(scenario, report, (smaller) => runSeed(seed, {}, smaller));
  if (small.omissions.size > 0) {
    const { events } = small.report;
    console.log(`  the same without much of it, in ${events} events instead of ${report.events}:`);
    console.log(`  deno task sim --seed ${seed} --without ${[...small.omissions].join(",")}`);
  }
  return print(omit(scenario, small.omissions), traceFile);
}

function print(scenario: ClusterScenario, traceFile: string | undefined): boolean {
  const { seed, graph, villains, names, plots } = scenario;
  console.log(describeGraph(graph.spec));
  for (const [index, villainy] of villains) {
    const deeds = villainy === "plotter" ? `: ${plots.join(", ")}` : "";
    console.log(`villain ${names[index]}: ${villainy}${deeds}`);
  }
  const timeline = new Timeline(graph);
  const trace: string[] = [];
  const { violation, ms, events } = runSeed(seed, {
    spectator: {
      note(atMs, who, what) {
        timeline.reached(`${atMs.toFixed(0)} ms`);
        timeline.note(`${who}: ${what}`);
      },
      stepped(atMs, who, instance, effects) {
        timeline.reached(`${atMs.toFixed(0)} ms`);
        timeline.tell(`in ${instance}, ${who}`, effects);
      },
      ...(traceFile !== undefined && { trace: (line: string) => void trace.push(line) }),
    },
  }, scenario);
  if (traceFile !== undefined) Deno.writeTextFileSync(traceFile, `${trace.join("\n")}\n`);
  const { lines } = timeline;
  if (lines.length > LINES_MAX) console.log(`… ${lines.length - LINES_MAX} lines before`);
  for (const line of lines.slice(-LINES_MAX)) console.log(line);
  const ending = `${events} events in ${ms.toFixed(0)} virtual ms`;
  console.log(`seed ${seed}: ${violation ?? "all is well"}: ${ending}`);
  return violation === undefined;
}
