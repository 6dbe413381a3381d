/**
 * The decisions that this process has seen, in order, for anyone to follow.
 *
 * @module
 */

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

/** Decisions read from the journal at a time: then everybody else has a turn. */
const BATCH = 64;

/** All decisions of one process. */
export class DecisionBook {
  readonly #ledger: Ledger;
  readonly #followers: Set<() => void> = new Set();

  /** Those that `ledger` keeps. */
  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** How many decisions there are. */
  get count(): number {
    return this.#ledger.journal.decisionCount;
  }

  /** The newest decisions, up to so many, oldest first. */
  newest(count: number): DecisionRecord[] {
    const from = Math.max(0, this.count - count);
    return this.#ledger.journal.decisionsFrom(from, count).map((kept) => this.#withValue(kept));
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
   * Decisions but for the first `skipped`, and all to come until `signal` aborts. However many there
   * are and however fast they are taken, the process goes on with its work meanwhile.
   */
  async *follow(signal: AbortSignal, skipped = 0): AsyncGenerator<DecisionRecord> {
    const { journal } = this.#ledger;
    let next = skipped;
    let wake = () => {};
    const follower = () => wake();
    this.#followers.add(follower);
    signal.addEventListener("abort", follower);
    try {
      while (!signal.aborted) {
        const batch = journal.decisionsFrom(next, BATCH);
        next += batch.length;
        for (const kept of batch) {
          yield this.#withValue(kept);
          if (signal.aborted) return;
        }
        if (batch.length === BATCH) await new Promise<void>((resolve) => setImmediate(resolve));
        if (batch.length === 0) {
          const woken = new Promise<void>((resolve) => wake = resolve);
          if (next === this.count && !signal.aborted) await woken;
        }
      }
    } finally {
      this.#followers.delete(follower);
      signal.removeEventListener("abort", follower);
    }
  }

  /**
   * The decisions in some instances, and all to come there until `signal` aborts. What is kept of
   * other instances costs nothing.
   *
   * @param onlyNew Leaves out those that are kept already.
   */
  async *followIn(
    instances: readonly bigint[],
    signal: AbortSignal,
    onlyNew = false,
  ): AsyncGenerator<DecisionRecord> {
    const wanted = new Set(instances);
    // Found by instance, those that come meanwhile included; they are met again below.
    const found = new Set<string>();
    const keyOf = ({ learner, instance, ballot }: JournalDecision | DecisionRecord) =>
      `${instance} ${learner} ${ballot.valueHash}`;
    const known = this.count;
    let looked = 0;
    for (const instance of onlyNew ? [] : wanted) {
      if (++looked % BATCH === 0) await new Promise<void>((resolve) => setImmediate(resolve));
      for (const kept of this.#ledger.journal.decisionsOf(instance)) {
        if (signal.aborted) return;
        found.add(keyOf(kept));
        yield this.#withValue(kept);
      }
    }
    for await (const decision of this.follow(signal, known)) {
      if (wanted.has(decision.instance) && !found.has(keyOf(decision))) yield decision;
    }
  }

  #withValue(kept: JournalDecision): DecisionRecord {
    return { ...kept, value: this.#ledger.value(kept.ballot.valueHash) };
  }
}
