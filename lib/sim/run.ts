/**
 * Runs one world to its end and says whether everything that must hold has held.
 *
 * @module
 */

import { membersOf } from "../core/acceptor_set.ts";
import { calmFromMs, isComplete, undecided, unspread } from "./ending.ts";
import type { MakeInspector } from "./inspector.ts";
import { Marks } from "./marks.ts";
import { Violation } from "./referee.ts";
import type { Scenario } from "./scenario.ts";
import type { Strategy } from "./villain.ts";
import { type Spectator, World } from "./world.ts";

/** How a world is run. */
export interface RunOptions {
  /** What villains can do, by name. */
  readonly strategies: ReadonlyMap<string, () => Strategy>;
  /** Counts what is seen; its own if absent. */
  readonly marks?: Marks;
  /** Told of everything. */
  readonly spectator?: Spectator;
  /** Makes what looks at every step, in one run of {@linkcode RunOptions.inspectEvery}. */
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
   * By learner with a safe live quorum: longest message delays from the moment at which the network
   * is timely and all planned faults are over to its first decision; 0 if it had decided before.
   */
  readonly delays: readonly number[];
}

/**
 * How long a learner with a safe live quorum may take to decide once the network is timely and
 * nothing more goes wrong: so many message delays and so many of the proposers' longest waits.
 */
export const DELAYS_MAX = 200;
const WAITS_MAX = 30;

/** Runs a scenario. Its marks count even if it fails. */
export function runScenario(scenario: Scenario, options: RunOptions): RunReport {
  const marks = options.marks ?? new Marks();
  const { inspect, inspectEvery = 1 } = options;
  const inspector = scenario.seed % inspectEvery === 0
    ? inspect?.(scenario.graph, marks)
    : undefined;
  const world = new World(scenario, options.strategies, marks, options.spectator);
  world.inspector = inspector;
  const violation = violationOf(world);
  const { network: { delayMsMax } } = scenario;
  const calmMs = calmFromMs(scenario);
  const delays = [...world.decidedMs]
    .sort(([a], [b]) => a - b)
    .map(([, atMs]) => Math.max(0, atMs - calmMs) / delayMsMax);
  const { count: events, nowMs: ms } = world.queue;
  return { seed: scenario.seed, violation, events, ms, delays };
}

/** When a run must be over, in milliseconds. */
export function deadlineMs(scenario: Scenario): number {
  const { network: { delayMsMax }, pauseMsMax, villainsUntilMs } = scenario;
  const patienceMs = DELAYS_MAX * delayMsMax + WAITS_MAX * pauseMsMax;
  return Math.max(calmFromMs(scenario), villainsUntilMs) + patienceMs;
}

function violationOf(world: World): string | undefined {
  try {
    world.run(deadlineMs(world.scenario));
  } catch (error) {
    if (error instanceof Violation) return error.message;
    throw new Error(`seed ${world.scenario.seed}`, { cause: error });
  }
  if (!isComplete(world)) return incompletenessOf(world);
  return undefined;
}

function incompletenessOf(world: World): string {
  const names = membersOf(undecided(world)).map((learner) => world.graph.spec.learners[learner]);
  if (names.length > 0) return `no decision of ${names.join(", ")} by the deadline`;
  return unspread(world) ?? "it never became calm";
}
