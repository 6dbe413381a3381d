/**
 * Runs worlds of one log in a thread of its own.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import { Marks } from "../../lib/sim/marks.ts";
import { type LogReport, runLog } from "../../lib/sim/log/run.ts";

/** What has come of some worlds. */
export interface LogOutcome {
  /** In the order of seeds. */
  readonly reports: readonly LogReport[];
  /** What was seen. */
  readonly marks: readonly (readonly [string, number])[];
}

self.onmessage = ({ data: { first, count } }: MessageEvent<{ first: number; count: number }>) => {
  const marks = new Marks();
  const reports = Array.from({ length: count }, (_, i) => runLog(first + i, marks));
  const outcome: LogOutcome = { reports, marks: [...marks.counts] };
  self.postMessage(outcome);
};
