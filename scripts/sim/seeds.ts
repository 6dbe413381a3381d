/**
 * From a seed to a run: the same in every worker, and for one seed with its timeline.
 *
 * @module
 */

import { type RunOptions, type RunReport, runScenario } from "../../lib/sim/run.ts";
import { drawScenario, type Scenario } from "../../lib/sim/scenario.ts";
import { STRATEGIES } from "../../lib/sim/strategies.ts";
import { compareWithOracle } from "../../tests/sim/literal.ts";

/** One run of so many is held against the literal oracle, which is slow. */
const INSPECT_EVERY = 50;

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
    inspect: compareWithOracle,
    inspectEvery: INSPECT_EVERY,
    ...options,
  });
}
