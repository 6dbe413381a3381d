/**
 * From a seed to a run: the same in every worker, and for one seed with its timeline.
 *
 * @module
 */

import { drawClusterScenario } from "../../lib/sim/cluster/drawing.ts";
import { type ClusterRunOptions, runCluster, type RunReport } from "../../lib/sim/cluster/run.ts";
import type { ClusterScenario } from "../../lib/sim/cluster/scenario.ts";
import type { MakeInspector } from "../../lib/sim/inspector.ts";
import { StepOracle } from "../../tests/sim/literal.ts";

/** One run in this many is held against the literal oracle at every step, which is slow. */
const INSPECT_EVERY = 10;

/** Holds the steps of one instance against the oracle. */
const againstOracle: MakeInspector = (graph, marks) => {
  const oracle = new StepOracle(graph, marks);
  return (state, effects) => oracle.step(state, effects);
};

/** Runs the world of a seed, or of a scenario made from it. */
export function runSeed(
  seed: number,
  options: Pick<ClusterRunOptions, "marks" | "spectator">,
  scenario: ClusterScenario = drawClusterScenario(seed),
): RunReport {
  const inspecting = { inspect: againstOracle, inspectEvery: INSPECT_EVERY };
  return runCluster(seed, { ...inspecting, ...options }, scenario);
}
