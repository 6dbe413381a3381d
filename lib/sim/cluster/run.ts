/**
 * Runs one simulated cluster to its end, and says whether everything that must hold has held.
 *
 * @module
 */

import type { Marks } from "../marks.ts";
import { Violation } from "../referee.ts";
import type { MakeInspector } from "../inspector.ts";
import type { RunReport } from "../run.ts";
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
    if (!(error instanceof Violation)) throw new Error(`cluster seed ${seed}`, { cause: error });
    violation = error.message;
  }
  const { count: events, nowMs: ms } = world.queue;
  const delays = [...world.decidedMs.values()]
    .map((atMs) => Math.max(0, atMs - scenario.calmMs) / scenario.delayMsMax);
  return { seed, violation, events, ms, delays };
}

/** What must be seen in many clusters: a simulation in which it never happens proves nothing of it. */
export const CLUSTER_EVENTS: readonly string[] = [
  ...["a decision", "an honest 1b", "an honest 2a", "a second 2a in a ballot"],
  ...["a 1b that is not fresh for every learner", "effect request"],
  ...["unkept", "kept", "unsent", "sent", "at once"]
    .flatMap((how) => [`a crash: ${how}`, `a crash: ${how}, power lost`]),
  "a restored acceptor",
  "a restored acceptor misses a message",
  "an instance comes back",
  "a disagreement is reported",
  "a learner starves",
  "learners that are not entangled disagree",
  "a stop",
  "a link breaks",
  "a partition",
  "a member is asked",
  "a link ends: DUPLICATE_LINK",
  "a link ends: PROTOCOL_ERROR",
  ...["twins", "plotter", "babbler", "miser", "mute"].map((villainy) => `villain: ${villainy}`),
  "a villain is caught",
  "an instance leaves memory",
  "a world with real keys",
  "facts held against the oracle",
  ...[
    ...["BAD_SIGNATURE", "NOT_CANONICAL", "PROTOCOL_VIOLATION", "MALFORMED", "UNKNOWN_SIGNER"],
    ...["FAR_FUTURE", "BAD_TIMESTAMP", "BAD_PREV", "BAD_1B", "BAD_2A", "REPEATED_2A"],
    ...["RATE_LIMITED", "CONFIG_MISMATCH"],
  ].map((code) => `code ${code}`),
];
