/**
 * What the core reports, by names.
 *
 * @module
 */

import { membersOf } from "../core/acceptor_set.ts";
import type { Entry } from "../core/dag.ts";
import type { Decision } from "../core/learner.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import type { AcceptorIndex } from "../core/types.ts";
import type { DecisionRecord } from "./decision_book.ts";
import type { CaughtRecord } from "./node_types.ts";
import type { ValueStore } from "./values.ts";

/** A decision by names, with its value. */
export function decisionRecord(
  { spec }: LearnerGraph,
  values: ValueStore,
  instance: bigint,
  { learner, ballot, proposal, signers }: Decision,
): DecisionRecord {
  return {
    learner: spec.learners[learner]!,
    instance,
    ballot,
    proposal,
    value: values.get(ballot.valueHash),
    signers: membersOf(signers).map((index) => spec.acceptors[index]!),
  };
}

/** An equivocation by names; the lower id first. */
export function caughtRecord(
  { spec }: LearnerGraph,
  instance: bigint,
  index: AcceptorIndex,
  evidence: readonly [Entry, Entry],
): CaughtRecord {
  const [first, second] = evidence.map(({ message }) => message.id).toSorted();
  return { acceptor: spec.acceptors[index]!, instance, first: first!, second: second! };
}
