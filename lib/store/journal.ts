/**
 * The journal: what a process must not forget. A port with two implementations, in memory and on
 * disk, that behave alike but for what survives.
 *
 * @module
 */

import type { Ballot, MessageId, ValueHash } from "../core/types.ts";

/** A delivered or own message as it is kept. */
export interface JournalMessage {
  /** 0 for the first, then without gaps. Order of positions is a causal order. */
  readonly position: number;
  readonly id: MessageId;
  /** 0 to 2^64 - 1. */
  readonly instance: bigint;
  /** Whether this process made it: signed it, or proposed it. */
  readonly own: boolean;
  /** The `ConsensusMessage` in protobuf, a 1a without its value. */
  readonly bytes: Uint8Array;
}

/** A value as it is kept. */
export interface JournalValue {
  readonly hash: ValueHash;
  readonly bytes: Uint8Array;
}

/** A learner's decision as it is kept. */
export interface JournalDecision {
  readonly instance: bigint;
  readonly learner: string;
  readonly ballot: Ballot;
  /** The ballot's 1a. */
  readonly proposal: MessageId;
  /** Names, sorted. */
  readonly signers: readonly string[];
}

/** Two messages that prove that an acceptor equivocated in an instance. */
export interface JournalEvidence {
  readonly instance: bigint;
  readonly acceptor: string;
  readonly first: MessageId;
  readonly second: MessageId;
}

/** How much of a peer's log this process has taken in. */
export interface JournalProgress {
  readonly peer: string;
  /** The peer's {@linkcode Journal.epoch}. */
  readonly epoch: string;
  /** The next position wanted. */
  readonly position: number;
}

/** What is written at once: all of it or nothing. */
export interface JournalBatch {
  /** Continuing at the journal's length. */
  readonly messages: readonly JournalMessage[];
  /** Those that are kept already are passed over. */
  readonly values: readonly JournalValue[];
  /** At most one for each instance, learner and value; repeated ones are passed over. */
  readonly decisions: readonly JournalDecision[];
  /** At most one for each instance and acceptor; repeated ones are passed over. */
  readonly evidence: readonly JournalEvidence[];
  /** Replaces what was kept for the peer. */
  readonly progress: readonly JournalProgress[];
}

/** A journal that cannot be used, or could not be written: one line for an operator. */
export class JournalError extends Error {
  /** Which file, and what happened. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "JournalError";
  }
}

/** See the module. All calls are synchronous. */
export interface Journal {
  /** Random, made with the journal: another one means that all positions start anew. 32 hex digits. */
  readonly epoch: string;
  /** How many messages are kept. */
  readonly length: number;
  /** How many decisions are kept. */
  readonly decisionCount: number;
  /**
   * Keeps a batch. When it returns, the batch survives the end of the process at any instant; if
   * `durable`, also that of the machine.
   *
   * @throws JournalError if it cannot be written: nothing of it is kept then, and the journal takes
   * no further batch.
   */
  commit(batch: JournalBatch, durable: boolean): void;
  /** The message with this id. */
  message(id: MessageId): JournalMessage | undefined;
  /** Up to `count` messages from a position on, in order. */
  messagesFrom(position: number, count: number): JournalMessage[];
  /** All messages of an instance, in order. */
  messagesOf(instance: bigint): JournalMessage[];
  /** Whether there is any message of this instance. */
  hasInstance(instance: bigint): boolean;
  /** Up to `count` instances above `after` (or from the lowest), ascending. */
  instancesAfter(after: bigint | undefined, count: number): bigint[];
  /** The value with this hash. */
  value(hash: ValueHash): Uint8Array | undefined;
  /** Up to `count` decisions in the order they were kept, from the `from`th (0 is the first) on. */
  decisionsFrom(from: number, count: number): JournalDecision[];
  /** All evidence, in the order it was kept. */
  evidence(): JournalEvidence[];
  /** What was last kept for a peer. */
  progress(peer: string): JournalProgress | undefined;
  /** Frees everything. Calling it again does nothing. */
  close(): void;
}
