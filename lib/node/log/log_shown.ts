/**
 * What closings show with what is known of their instance.
 *
 * @module
 */

import type { LearnerIndex } from "../../core/types.ts";
import type { Shown } from "../../log/closing.ts";
import { collectShown, type KnownInstance } from "../../log/shown.ts";
import type { Position } from "../../log/types.ts";
import type { LogClosings } from "./log_closings.ts";

/** Where instances are. */
export interface ClosedIn {
  /** What is known of an instance; undefined if it is not in memory. */
  known(instance: bigint): KnownInstance | undefined;
}

/** By learner, what is shown of an instance that somebody has closed. */
export function shownIn(
  { known }: ClosedIn,
  closings: LogClosings,
  instance: Position,
): { readonly learner: LearnerIndex; readonly shown: Shown }[] {
  const here = known(BigInt(instance));
  if (here === undefined) return [];
  return closings.of(instance).map(([learner, made]) => ({
    learner,
    shown: collectShown(here, learner, made),
  }));
}
