/**
 * From a seed to a run: the same in every worker, and for one seed with its timeline.
 *
 * @module
 */

import { type ClusterRunOptions, runCluster } from "../../lib/sim/cluster/run.ts";
import type { MakeInspector } from "../../lib/sim/inspector.ts";
import { type RunOptions, type RunReport, runScenario } from "../../lib/sim/run.ts";
import { drawScenario, type Scenario } from "../../lib/sim/scenario.ts";
import { STRATEGIES } from "../../lib/sim/strategies.ts";
import { StepOracle } from "../../tests/sim/literal.ts";

/** One run of so many is held against the literal oracle at every step, which is slow. */
const INSPECT_EVERY = 10;

/** Holds the steps of one instance against the oracle. */
const againstOracle: MakeInspector = (graph, marks) => {
  const oracle = new StepOracle(graph, marks);
  return (state, effects) => oracle.step(state, effects);
};

/** The scenario of a seed. */
export function scenarioOf(seed: number): Scenario {
  return drawScenario(seed, { strategies: [...STRATEGIES.keys()] });
}

/** Runs the scenario of a seed, or one made from it. */
export function runSeed(
  seed: number,
  options: Pick<RunOptions, "marks" | "spectator">,
  scenario: Scenario = scenarioOf(seed),
): RunReport {
  return runScenario(scenario, {
    strategies: STRATEGIES,
    inspect: againstOracle,
    inspectEvery: INSPECT_EVERY,
    ...options,
  });
}

/** Runs the cluster of a seed. */
export function runClusterSeed(
  seed: number,
  options: Pick<ClusterRunOptions, "marks" | "spectator">,
): RunReport {
  return runCluster(seed, { inspect: againstOracle, inspectEvery: INSPECT_EVERY, ...options });
}
