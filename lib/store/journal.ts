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
  /** Of the message, unique in its instance. */
  readonly id: MessageId;
  /** 0 to 2^64 - 1. */
  readonly instance: bigint;
  /** Whether this process made it: signed it, or proposed it. */
  readonly own: boolean;
  /** The `ConsensusMessage` in protobuf, a 1a without its value. Whoever reads it leaves it as is. */
  readonly bytes: Uint8Array;
  /** The value that a 1a names, if it is to be let go of with it; given when it is kept only. */
  readonly valueHash?: ValueHash | undefined;
}

/** A value as it is kept. */
export interface JournalValue {
  /** Of the bytes. */
  readonly hash: ValueHash;
  /** Whoever reads it leaves it as is. */
  readonly bytes: Uint8Array;
}

/** A learner's decision as it is kept. */
export interface JournalDecision {
  /** Where it was decided. */
  readonly instance: bigint;
  /** Whose it is, by name. */
  readonly learner: string;
  /** Names the value, too. */
  readonly ballot: Ballot;
  /** The ballot's 1a. */
  readonly proposal: MessageId;
  /** Names, sorted. */
  readonly signers: readonly string[];
}

/** Two messages that prove that an acceptor equivocated in an instance. */
export interface JournalEvidence {
  /** Of both messages. */
  readonly instance: bigint;
  /** Its name. */
  readonly acceptor: string;
  /** One of the two. */
  readonly first: MessageId;
  /** The other. */
  readonly second: MessageId;
}

/** How much of a peer's log this process has taken in. */
export interface JournalProgress {
  /** Its name. */
  readonly peer: string;
  /** The peer's {@linkcode Journal.epoch}. */
  readonly epoch: string;
  /** The next position wanted. */
  readonly position: number;
}

/** What has become of a learner in an instance of the log. */
export interface JournalLogEntry {
  /** Its index. */
  readonly learner: number;
  /** The instance. */
  readonly position: number;
  /** What it has decided, a value that is kept; undefined if it is closed. */
  readonly valueHash: ValueHash | undefined;
}

/** What a batch keeps of the log. */
export interface JournalLogBatch {
  /** Opaque, kept in order. */
  readonly records: readonly Uint8Array[];
  /** Whether these stand for all that were kept before. */
  readonly replaces: boolean;
  /** Each replaces the one of its learner and position. */
  readonly entries: readonly JournalLogEntry[];
  /** Entries of a learner below these positions are let go of, with values that nothing else names. */
  readonly retained: readonly { readonly learner: number; readonly from: number }[];
}

/** What is written at once: all of it or nothing. */
export interface JournalBatch {
  /** Continuing at the journal's length; none of them kept already. */
  readonly messages: readonly JournalMessage[];
  /** Those that are kept already are passed over. */
  readonly values: readonly JournalValue[];
  /** At most one for each instance, learner and value; repeated ones are passed over. */
  readonly decisions: readonly JournalDecision[];
  /** At most one for each instance and acceptor; repeated ones are passed over. */
  readonly evidence: readonly JournalEvidence[];
  /** Replaces what was kept for the peer. */
  readonly progress: readonly JournalProgress[];
  /** Nothing of the log if absent. */
  readonly log?: JournalLogBatch | undefined;
}

/** What can be wrong with a journal, for a program to act on; the message is for people. */
export type JournalFault =
  /** Another process has it open. */
  | "in use"
  /** It is another identity's, or was written under another configuration. */
  | "foreign"
  /** A newer version of this program has written it. */
  | "newer"
  /** It is not what was written: truncated, overwritten, or never a journal at all. */
  | "damaged"
  /** Files cannot be opened, read or written: permissions, space, hardware. */
  | "unusable";

/** What Error takes, and the fault. */
export interface JournalErrorOptions extends ErrorOptions {
  /** "unusable" if left out. */
  readonly fault?: JournalFault;
}

/** A journal that cannot be used, or could not be written: one line for an operator. */
export class JournalError extends Error {
  /** What is wrong. */
  readonly fault: JournalFault;

  /**
   * Makes one.
   *
   * @param message Which file, what happened, what to do.
   */
  constructor(message: string, options: JournalErrorOptions = {}) {
    super(message, options);
    this.name = "JournalError";
    this.fault = options.fault ?? "unusable";
  }
}

/**
 * What one process has kept. All calls are synchronous; none but `close` may follow `close`. Reading throws
 * {@linkcode JournalError} if the file has been damaged since it was opened.
 */
export interface Journal {
  /**
   * Random, another one each time the journal is opened: with a position it says which messages
   * somebody has seen, even if an old copy takes the place of the journal later. 32 hex digits.
   */
  readonly epoch: string;
  /** How many messages have been kept: the position of the next. Some of them may be forgotten. */
  readonly length: number;
  /** The lowest position of a message that is kept; the length if none is. */
  readonly firstPosition: number;
  /** How many decisions have been kept: the position of the next. */
  readonly decisionCount: number;
  /** The position of the first decision that is kept; from there on there are all. */
  readonly firstDecision: number;
  /** How many proofs of equivocation have been kept. */
  readonly evidenceCount: number;
  /** Bytes on disk, the log that is folded in later included; absent without a disk. */
  bytes?(): number;
  /**
   * How many messages this journal has in common with what it, or what has become of a copy of it,
   * was up to a position under an epoch. 0 if it does not know of the epoch.
   */
  commonLength(epoch: string, position: number): number;
  /**
   * Keeps a batch. When it returns, the batch survives the end of the process at any instant; if
   * `durable`, it and all batches before it also survive that of the machine (even if it is empty).
   *
   * @throws JournalError if it cannot be written: nothing of it can be read then, and the journal
   * takes no further batch. If the last step failed, making it durable, whoever opens the journal
   * again may find the whole batch: write first, and act on it only when this has returned.
   * @throws Error if the batch is not what {@linkcode JournalBatch} says, which is the caller's
   * fault: nothing of it is kept, and the journal goes on.
   */
  commit(batch: JournalBatch, durable: boolean): void;
  /** The message of this instance with this id. */
  message(instance: bigint, id: MessageId): JournalMessage | undefined;
  /** Up to `count` messages from a position on, in order: of those forgotten there are none. */
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
  /** The decisions of an instance, in the order they were kept; at no cost for those of others. */
  decisionsOf(instance: bigint): JournalDecision[];
  /** The evidence in the order it was kept, from the `from`th on; all if it is not given. */
  evidence(from?: number): JournalEvidence[];
  /** What is kept of the log, opaque, in the order in which it was kept. */
  logRecords(): Uint8Array[];
  /** The entries of the log, by learner and position. */
  logEntries(): JournalLogEntry[];
  /**
   * Lets go of up to `count` messages of instances below one, of as many decisions and proofs of
   * equivocation there, oldest first up to the first that is to stay, and of values that nothing
   * names any more. Room on disk is given back.
   *
   * @returns Whether there may be more of them.
   * @throws JournalError if it cannot be written, as {@linkcode Journal.commit}.
   */
  forget(below: bigint, count: number): boolean;
  /** What was last kept for a peer. */
  progress(peer: string): JournalProgress | undefined;
  /** Frees everything, in memory for good. Calling it again does nothing. */
  close(): void;
}
