/**
 * Runs simulated worlds in a thread of its own.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import { runCluster } from "../../lib/sim/cluster/run.ts";
import { Marks } from "../../lib/sim/marks.ts";
import type { RunReport } from "../../lib/sim/run.ts";
import { runSeed } from "./seeds.ts";

/** Seeds to run. */
export interface Batch {
  /** The first. */
  readonly first: number;
  /** How many. */
  readonly count: number;
  /** Whether they are worlds of clusters, not of the core. */
  readonly clusters: boolean;
}

/** What has come of them. */
export interface Outcome {
  /** In the order of seeds. */
  readonly reports: readonly RunReport[];
  /** What was seen. */
  readonly marks: readonly (readonly [string, number])[];
}

self.onmessage = ({ data: { first, count, clusters } }: MessageEvent<Batch>) => {
  const marks = new Marks();
  const run = clusters ? runCluster : runSeed;
  const reports = Array.from({ length: count }, (_, i) => run(first + i, { marks }));
  const outcome: Outcome = { reports, marks: [...marks.counts] };
  self.postMessage(outcome);
};
