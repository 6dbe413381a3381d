/**
 * Which learners get on: whoever appends waits for those.
 *
 * @module
 */

import { hasMember } from "../core/acceptor_set.ts";
import type { LearnerIndex } from "../core/types.ts";
import type { LogState } from "./state.ts";
import type { Position } from "./types.ts";

/** Who is not waited for, by learner; changes in place. */
export interface Progress {
  /** Until when, how often without getting on in between, and how far it was then. */
  readonly stalled: ({ untilMs: number; times: number; prefix: Position } | undefined)[];
}

/** How often the pause of a learner that does not get on is doubled at most. */
const DOUBLINGS_MAX = 6;

/**
 * Notes that a batch has been proposed where some learners have no outcome after all this time: they
 * are not waited for, for a while that grows. What other learners do never stalls one: somebody who
 * has a quorum of one of them by itself could stall all others.
 */
export function noteStalled(
  { stalled }: Progress,
  { learners }: LogState,
  instance: Position,
  nowMs: number,
  patienceMs: number,
): void {
  learners.forEach((log, a) => {
    if (log.has(instance)) return;
    const before = stalled[a];
    const times = before?.prefix === log.prefix ? before.times + 1 : 0;
    const untilMs = nowMs + patienceMs * 2 ** Math.min(times, DOUBLINGS_MAX);
    stalled[a] = { untilMs, times, prefix: log.prefix };
  });
}

/**
 * The learners that are waited for: all but those abandoned and those stalled, until they get on. One
 * whose quorum is dead does not stop the others' log. If there is none, all are waited for.
 */
export function activeLearners(
  { stalled }: Progress,
  { learners, abandoned }: LogState,
  nowMs: number,
): LearnerIndex[] {
  const all = learners.flatMap((_, a) => hasMember(abandoned, a) ? [] : [a]);
  const active = all.filter((a) => {
    const pause = stalled[a];
    return pause === undefined || pause.untilMs <= nowMs || pause.prefix < learners[a]!.prefix;
  });
  return active.length > 0 ? active : all;
}
