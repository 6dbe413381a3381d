/**
 * What the core reports, by names, as the journal keeps it.
 *
 * @module
 */

import { membersOf } from "../core/acceptor_set.ts";
import type { Entry } from "../core/dag.ts";
import type { Decision } from "../core/learner.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import type { AcceptorIndex } from "../core/types.ts";
import type { JournalDecision, JournalEvidence } from "../store/journal.ts";

/** A decision by names. */
export function decisionRecord(
  { spec }: LearnerGraph,
  instance: bigint,
  { learner, ballot, proposal, signers }: Decision,
): JournalDecision {
  return {
    learner: spec.learners[learner]!,
    instance,
    ballot,
    proposal,
    signers: membersOf(signers).map((index) => spec.acceptors[index]!),
  };
}

/** An equivocation by names; the lower id first. */
export function evidenceRecord(
  { spec }: LearnerGraph,
  instance: bigint,
  index: AcceptorIndex,
  evidence: readonly [Entry, Entry],
): JournalEvidence {
  const [first, second] = evidence.map(({ message }) => message.id).toSorted();
  return { acceptor: spec.acceptors[index]!, instance, first: first!, second: second! };
}
