/**
 * An equivocation as journals keep it.
 *
 * @module
 */

import type { Entry } from "../core/dag.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import type { AcceptorIndex } from "../core/types.ts";
import type { JournalEvidence } from "../store/journal.ts";

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
