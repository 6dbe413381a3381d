/**
 * What time a new ballot has: high enough to be taken, and no higher.
 *
 * @module
 */

import type { InstanceState } from "./instance.ts";
import { addMs, type Ballot, compareTimestamps, type Timestamp } from "./types.ts";

/**
 * Now, or just above the highest ballot that some acceptor has taken, if a faster clock made that; and
 * above the proposer's own latest.
 *
 * A ballot that is offered and not taken is not in the way of a lower one. One that is further ahead
 * than `clockSkewMsMax` is not outdone: acceptors whose clocks are right would refuse what is above it,
 * and the one that has taken it is not to be had before its time.
 * Costs O(acceptors), more only for equivocators' branches.
 *
 * @param offered The proposer's own latest ballot since its clock was set back.
 * @param clockSkewMsMax How far ahead of the clock a ballot may be; no bound if absent.
 */
export function ballotTime(
  { view }: Pick<InstanceState, "view">,
  offered: Ballot | undefined,
  clockSkewMsMax: number | undefined,
  now: Timestamp,
): Timestamp {
  const highest = clockSkewMsMax === undefined ? undefined : addMs(now, clockSkewMsMax - STEP_MS);
  let floor: Timestamp | undefined;
  const raise = (ballot: Ballot) => {
    if (highest !== undefined && compareTimestamps(ballot, highest) > 0) return;
    if (floor === undefined || compareTimestamps(ballot, floor) > 0) floor = ballot;
  };
  if (offered !== undefined) raise(offered);
  for (const tips of view.tips) for (const { facts } of tips) raise(facts.ballot);
  return above(floor, now);
}

/** By so much a ballot is above another. */
const STEP_MS = 0.001;

function above(floor: Timestamp | undefined, now: Timestamp): Timestamp {
  if (floor === undefined || compareTimestamps(now, floor) > 0) {
    return { seconds: now.seconds, nanos: now.nanos };
  }
  return addMs({ seconds: floor.seconds, nanos: floor.nanos }, STEP_MS);
}
