/**
 * Time for a node: it does not run backwards without a word.
 *
 * @module
 */

import { compareTimestamps, msBetween, type Timestamp } from "../core/types.ts";
import type { Clock } from "./clock.ts";
import type { NodeOptions } from "./node_types.ts";
import { throttledLog } from "./logger.ts";

/** A clock of which `now` runs backwards only if {@linkcode SteadyClock.setBacks} says so. */
export interface SteadyClock extends Clock {
  /** How often the wall clock has been set back, as seen by `now`. */
  readonly setBacks: number;
}

/** By so much a clock may be set back and is only held until it has caught up, in milliseconds. */
export const HELD_MS_MAX = 1_000;

/**
 * A clock to go by. The wall clock may be set back: by a little, then time stands still until it has
 * caught up; by more, then it is believed, and `setBacks` counts one more.
 *
 * @param tell Told by how many milliseconds it has been set back.
 */
export function steady(clock: Clock, tell: (ms: number) => void = () => {}): SteadyClock {
  let latest: Timestamp | undefined;
  let setBacks = 0;
  return {
    get setBacks() {
      return setBacks;
    },
    now() {
      const wall = clock.now();
      if (latest === undefined || compareTimestamps(wall, latest) >= 0) return latest = wall;
      const backMs = msBetween(wall, latest);
      if (backMs <= HELD_MS_MAX) return latest;
      setBacks++;
      latest = wall;
      tell(backMs);
      return wall;
    },
    elapsedMs: () => clock.elapsedMs(),
    after: (ms, callback) => clock.after(ms, callback),
  };
}

/** What a node goes by. */
export type SteadyOptions = NodeOptions & { readonly clock: SteadyClock };

/** The options with a steady clock, whose setting back is logged, and a log that is not flooded. */
export function steadyOptions(options: NodeOptions): SteadyOptions {
  const log = throttledLog(options.log, options.configuration.limits, options.clock);
  const tell = (ms: number) => {
    log("warn", `the clock was set back by ${Math.round(ms)} ms; what waits by it is timed anew`);
  };
  return { ...options, log, clock: steady(options.clock, tell) };
}
