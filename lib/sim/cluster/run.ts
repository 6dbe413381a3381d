/**
 * Runs one simulated cluster to its end, and says whether everything that must hold has held.
 *
 * @module
 */

import type { Marks } from "../marks.ts";
import { Violation } from "../referee.ts";
import type { MakeInspector } from "../inspector.ts";
import { drawClusterScenario } from "./drawing.ts";
import type { ClusterScenario } from "./scenario.ts";
import { ClusterWorld, type Spectator } from "./world.ts";

/** What is watched of a run. */
export interface ClusterRunOptions {
  /** Counts what is seen. */
  readonly marks?: Marks;
  /** Told what happens. */
  readonly spectator?: Spectator;
  /** Makes what looks at every step of an instance, in one run of `inspectEvery`. */
  readonly inspect?: MakeInspector;
  /** 1 for every run. */
  readonly inspectEvery?: number;
}

/** What has come of a run. */
export interface RunReport {
  /** Of the scenario. */
  readonly seed: number;
  /** What must not have happened; undefined if all is well. */
  readonly violation: string | undefined;
  /** Events until the end, or the violation. */
  readonly events: number;
  /** Virtual time by then, in milliseconds. */
  readonly ms: number;
  /**
   * By instance and learner that has decided: longest message delays from the moment at which the
   * network is timely and all planned faults are over to its first decision; 0 if that was before.
   */
  readonly delays: readonly number[];
}

/**
 * Runs the cluster of a seed, or of a scenario made from it.
 *
 * @throws Error that names the seed if something goes wrong that is no violation: a fault of ours.
 */
export function runCluster(
  seed: number,
  options: ClusterRunOptions = {},
  scenario: ClusterScenario = drawClusterScenario(seed),
): RunReport {
  const world = new ClusterWorld(scenario, options.marks, options.spectator);
  const { inspect, inspectEvery = 1 } = options;
  if (seed % inspectEvery === 0) world.judge.inspect = inspect;
  let violation: string | undefined;
  try {
    world.run();
  } catch (error) {
    if (!(error instanceof Violation)) throw new Error(`seed ${seed}`, { cause: error });
    violation = error.message;
  }
  const { count: events, nowMs: ms } = world.queue;
  const delays = [...world.decidedMs.values()]
    .map((atMs) => Math.max(0, atMs - scenario.calmMs) / scenario.delayMsMax);
  return { seed, violation, events, ms, delays };
}
