/**
 * What is kept: messages in the order in which they were delivered or sent, which is a causal one,
 * and what the core reports, by names.
 *
 * @module
 */

import { membersOf } from "../core/acceptor_set.ts";
import type { Entry } from "../core/dag.ts";
import type { Decision } from "../core/learner.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import type { AcceptorIndex, MessageId, ValueHash } from "../core/types.ts";
import type { JournalDecision, JournalEvidence } from "../store/journal.ts";
import type { WireMessage } from "../wire/codec.ts";

/** A delivered message. */
export interface LogRecord {
  /** Position in the log. */
  readonly position: number;
  /** Of the message. */
  readonly id: MessageId;
  /** 0 to 2^64 - 1. */
  readonly instance: bigint;
  /** Without a 1a's value: see `valueHash`. */
  readonly wire: WireMessage;
  /** What it refers to. */
  readonly refs: readonly MessageId[];
  /** The value that travels with a 1a. */
  readonly valueHash: ValueHash | undefined;
  /** Made by this process, so that nobody else can have it yet. */
  readonly own: boolean;
}

/** Makes a {@linkcode LogRecord}. */
export function makeRecord(
  position: number,
  id: MessageId,
  wire: WireMessage,
  own: boolean,
): LogRecord {
  return {
    position,
    id,
    instance: wire.instance,
    wire: wire.kind === "1a" ? { ...wire, value: undefined } : wire,
    refs: wire.kind === "1a" ? [] : wire.content.refs,
    valueHash: wire.kind === "1a" ? wire.ballot.valueHash : undefined,
    own,
  };
}

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
