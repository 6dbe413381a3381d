/**
 * How acceptors say the log is.
 *
 * @module
 */

import type { LogStatus as Answer } from "../wire/gen/hetpaxos/v1/service_pb.ts";

/** The log of one learner, as one acceptor has it. */
export interface LearnerLogState {
  /** Its name. */
  readonly learner: string;
  /** The first position without an outcome. */
  readonly prefix: bigint;
  /** The lowest that can be read there. */
  readonly retained: bigint;
  /** Where it is certified; 0 if nowhere. */
  readonly certified: bigint;
  /** Whether forgetting waits for it. */
  readonly holdsBack: boolean;
  /** Whether an operator does not wait for it any more. */
  readonly abandoned: boolean;
  /** Whether it is proved not to be accurate. */
  readonly inaccurate: boolean;
  /** Whether appending does not wait for it. */
  readonly stalled: boolean;
}

/** The log, as one acceptor has it. Nobody else has confirmed it. */
export interface LogState {
  /** Nothing below it is kept but outcomes and what is retained. */
  readonly floor: bigint;
  /** The first position that may not be used yet. */
  readonly windowEnd: bigint;
  /** Records that wait to be put into the log. */
  readonly pending: bigint;
  /** Instances in which it has proposed a batch. */
  readonly inFlight: bigint;
  /** To whom it hands records, by name. */
  readonly coordinator: string;
  /** In the order of the configuration. */
  readonly learners: readonly LearnerLogState[];
  /** Acceptors that have made statements of which at most one is true, by name. */
  readonly lying: readonly string[];
}

/** What an answer says of the log; undefined if there is none. */
export function readLogStatus(log: Answer | undefined): LogState | undefined {
  if (log === undefined) return undefined;
  const { floor, windowEnd, pending, inFlight, coordinator, learners, lying } = log;
  return {
    ...{ floor, windowEnd, pending, inFlight, coordinator, lying },
    learners: learners.map((
      { learner, prefix, retained, certified, holdsBack, abandoned, inaccurate, stalled },
    ) => ({ learner, prefix, retained, certified, holdsBack, abandoned, inaccurate, stalled })),
  };
}
