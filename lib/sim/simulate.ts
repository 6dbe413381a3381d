/**
 * One simulated world, from its seed to what has come of it.
 *
 * @module
 */

import type { LearnerGraph } from "../core/learner_graph.ts";
import { drawClusterScenario } from "./cluster/drawing.ts";
import { runCluster, type RunReport } from "./cluster/run.ts";
import { STRATEGIES } from "./strategies.ts";

/** Names of what acceptors that lie can do. */
export const STRATEGY_NAMES: readonly string[] = [...STRATEGIES.keys()];

/** What of a world is not left to its seed. */
export interface SimulateOptions {
  /** Who learns by which quorums, instead of a random valid graph. */
  readonly graph?: LearnerGraph;
  /**
   * What those that lie may do: some of {@linkcode STRATEGY_NAMES}. If absent, all of these, and
   * besides some are mute, babble, or are two processes with one key.
   */
  readonly strategies?: readonly string[];
}

/**
 * Draws a world from a seed and runs it to its end: its network, its clocks and disks, what fails
 * when, and who lies how. Its members are the nodes and links of the programs. The same seed and
 * options give the same world, to the last event.
 *
 * @param seed A whole number, 0 to 2^32 - 1.
 * @returns What has come of it; `violation` is undefined unless a promise of the protocol was broken.
 * @throws RangeError if a strategy has a name that is not in {@linkcode STRATEGY_NAMES}.
 *
 * @example
 * ```ts
 * import { simulate } from "./simulate.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(simulate(7).violation, undefined);
 * assertEquals(simulate(7), simulate(7));
 * ```
 */
export function simulate(seed: number, options: SimulateOptions = {}): RunReport {
  const unknown = options.strategies?.find((name) => !STRATEGIES.has(name));
  if (unknown !== undefined) throw new RangeError(`no strategy is called ${unknown}`);
  return runCluster(seed, {}, drawClusterScenario(seed, options));
}
