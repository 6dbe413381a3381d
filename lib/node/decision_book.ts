/**
 * The decisions that this process has seen, in order.
 *
 * @module
 */

import { membersOf } from "../core/acceptor_set.ts";
import type { Decision } from "../core/learner.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import type { Ballot, MessageId } from "../core/types.ts";
import type { JournalDecision } from "../store/journal.ts";
import type { Ledger } from "./ledger.ts";

/** A learner's decision, by names. */
export interface DecisionRecord {
  /** Name of the learner that decided. */
  readonly learner: string;
  /** 0 to 2^64 - 1. */
  readonly instance: bigint;
  /** The ballot decided in, with the hash of the value. */
  readonly ballot: Ballot;
  /** The ballot's 1a. */
  readonly proposal: MessageId;
  /** What was decided; undefined if the value was not here at that time. */
  readonly value: Uint8Array | undefined;
  /** Names of the acceptors whose 2as decided it, sorted. */
  readonly signers: readonly string[];
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

/** All decisions of one process. */
export class DecisionBook {
  readonly #ledger: Ledger;
  readonly #followers: Set<() => void> = new Set();

  /** Those that `ledger` keeps. */
  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** The position of the first that is there: those before are forgotten. */
  get first(): number {
    return this.#ledger.journal.firstDecision;
  }

  /** How many decisions there have been. */
  get count(): number {
    return this.#ledger.journal.decisionCount;
  }

  /** The newest decisions, at most `count`, oldest first. */
  newest(count: number): DecisionRecord[] {
    const from = Math.max(0, this.count - count);
    return this.#ledger.decisionsFrom(from, count).map((kept) => this.#withValue(kept));
  }

  /** The decisions in an instance, in the order they were kept. */
  of(instance: bigint): DecisionRecord[] {
    return this.#ledger.journal.decisionsOf(instance).map((kept) => this.#withValue(kept));
  }

  /** Tells all followers that decisions have been kept. */
  announce(): void {
    for (const wake of this.#followers) wake();
  }

  /**
   * Up to `count` decisions but for the first `skipped`. Each is given its value as it is taken, so
   * that only one value is in memory.
   */
  *after(skipped: number, count: number): Generator<DecisionRecord> {
    const kept = this.#ledger.decisionsFrom(skipped, count);
    for (const one of kept) yield this.#withValue(one);
  }

  /** Has a follower told whenever decisions have been kept, until what is returned is called. */
  onKept(follower: () => void): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  #withValue(kept: JournalDecision): DecisionRecord {
    return { ...kept, value: this.#ledger.value(kept.ballot.valueHash) };
  }
}
