/**
 * Runs worlds of the spoiler in a thread of its own.
 *
 * @module
 */

/// <reference lib="deno.worker" />

import { spoil, type SpoilReport } from "../../lib/sim/spoiler/play.ts";
import type { SpoilOptions } from "../../lib/sim/spoiler/scenario.ts";

/** Seeds to run. */
export interface SpoilBatch {
  /** The first. */
  readonly first: number;
  /** How many. */
  readonly count: number;
  /** For all of them. */
  readonly options: SpoilOptions;
}

/** What has come of a world: without its story, which is long. */
export type SpoilResult = Omit<SpoilReport, "story">;

self.onmessage = ({ data: { first, count, options } }: MessageEvent<SpoilBatch>) => {
  const results = Array.from({ length: count }, (_, i): SpoilResult => {
    const { story: _story, ...result } = spoil(first + i, options);
    return result;
  });
  self.postMessage(results);
};
