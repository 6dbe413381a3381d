/**
 * Runs simulated worlds in a thread of its own.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import { Marks } from "../../lib/sim/marks.ts";
import type { RunReport } from "../../lib/sim/cluster/run.ts";
import { Entered } from "./entered.ts";
import { runSeed } from "./seeds.ts";

/** Seeds to run. */
export interface Batch {
  /** The first. */
  readonly first: number;
  /** How many. */
  readonly count: number;
}

/** What has come of them. */
export interface Outcome {
  /** In the order of seeds. */
  readonly reports: readonly RunReport[];
  /** What was seen. */
  readonly marks: readonly (readonly [string, number])[];
  /** What of the node and its links this thread has entered, now and before. */
  readonly entered: readonly string[];
}

let entered: Entered | undefined;

self.onmessage = async ({ data: { first, count } }: MessageEvent<Batch>) => {
  const marks = new Marks();
  if (entered === undefined) {
    entered = new Entered();
    await entered.start();
  }
  const reports = Array.from({ length: count }, (_, i) => runSeed(first + i, { marks }));
  const names = await entered.names();
  const outcome: Outcome = { reports, marks: [...marks.counts], entered: names };
  self.postMessage(outcome);
};
