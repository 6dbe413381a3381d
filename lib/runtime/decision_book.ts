/**
 * The decisions that this process has seen, in order, for anyone to follow.
 *
 * @module
 */

import type { Ballot, MessageId } from "../core/types.ts";

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

/** All decisions of one process. */
export class DecisionBook {
  readonly #decisions: DecisionRecord[] = [];
  readonly #followers: Set<() => void> = new Set();

  /** All decisions so far, first come first. */
  get all(): readonly DecisionRecord[] {
    return this.#decisions;
  }

  /** Adds a decision and tells all followers. */
  add(decision: DecisionRecord): void {
    this.#decisions.push(decision);
    for (const wake of this.#followers) wake();
  }

  /** Decisions from the first (or from now on), and all to come until `signal` aborts. */
  async *follow(signal: AbortSignal, onlyNew = false): AsyncGenerator<DecisionRecord> {
    let next = onlyNew ? this.#decisions.length : 0;
    let wake = () => {};
    const follower = () => wake();
    this.#followers.add(follower);
    signal.addEventListener("abort", follower);
    try {
      while (!signal.aborted) {
        const decision = this.#decisions[next];
        if (decision === undefined) {
          await new Promise<void>((resolve) => wake = resolve);
        } else {
          next++;
          yield decision;
        }
      }
    } finally {
      this.#followers.delete(follower);
      signal.removeEventListener("abort", follower);
    }
  }
}
