/**
 * The log as one process keeps it, what comes in and what goes out.
 *
 * @module
 */

import type { AcceptorIndex, LearnerIndex, LearnerSet, MessageId } from "../core/types.ts";
import type { Certificate } from "./certificate.ts";
import type { Shown } from "./closing.ts";
import { type Delivery, type Entry, type LearnerBase, LearnerLog } from "./learner_log.ts";
import type { Checkpoint, Closing, Signed } from "./statement.ts";
import { type Lie, StatementBook } from "./statement_book.ts";
import type { Snapshot, SnapshotFlaw } from "./snapshot.ts";
import type { LogContext, Outcome, Position } from "./types.ts";

/** An acceptor's own part: who it is, and its key. */
export interface LogSigner {
  /** Its index. */
  readonly index: AcceptorIndex;
  /**
   * Whether it has lost its disk and its peers have not yet said what they know of it: until then it
   * signs nothing, and takes its own statements from them.
   */
  readonly isRecovering: boolean;
  /** Its signature of these bytes. */
  sign(bytes: Uint8Array): Uint8Array;
}

/** What a process knows of the log; changes in place. */
export interface LogState {
  /** Nothing below it is kept but outcomes and values; nothing is signed below it. */
  floor: Position;
  /** By learner. */
  readonly learners: readonly LearnerLog[];
  /** Statements above the floor. */
  readonly book: StatementBook;
  /** By position above the floor: for whom this acceptor has made statements. */
  readonly stated: Map<Position, LearnerSet>;
  /** By instance from the floor on, then by learner: this acceptor's closings. */
  readonly closings: Map<Position, Map<LearnerIndex, Signed<Closing>>>;
  /** Learners that an operator no longer waits for. */
  abandoned: LearnerSet;
  /** Learners that are proved not to be accurate: forgetting does not wait for them. */
  inaccurate: LearnerSet;
}

/** What comes in. */
export type LogInput =
  /** This process has seen a learner decide, by the learner's own rule. */
  | {
    readonly kind: "decided";
    readonly learner: LearnerIndex;
    readonly instance: Position;
    readonly value: Uint8Array;
  }
  /** Closings are known with all that they name. */
  | {
    readonly kind: "shown";
    readonly learner: LearnerIndex;
    readonly instance: Position;
    readonly shown: Shown;
  }
  /** A learner is starved as far as this acceptor knows, or its operator wants it closed. */
  | {
    readonly kind: "starved";
    readonly learner: LearnerIndex;
    readonly instance: Position;
    /** This acceptor's latest message there. */
    readonly last: MessageId | undefined;
  }
  /** A closing of this acceptor's own has come, which it has lost with its disk. Verified. */
  | { readonly kind: "own closing"; readonly signed: Signed<Closing> }
  /** A statement has come. */
  | { readonly kind: "statement"; readonly signed: Signed<Checkpoint> }
  /** A peer has given what it has at its floor. */
  | { readonly kind: "snapshot"; readonly snapshot: Snapshot }
  /** The operator does not wait for a learner any more. */
  | { readonly kind: "abandon"; readonly learner: LearnerIndex };

/** What must survive the process. Restored in the order in which it was kept. */
export type Kept =
  | {
    readonly kind: "outcome";
    readonly learner: LearnerIndex;
    readonly position: Position;
    readonly entry: Entry;
  }
  | { readonly kind: "checkpoint"; readonly signed: Signed<Checkpoint> }
  | { readonly kind: "closing"; readonly signed: Signed<Closing> }
  | {
    readonly kind: "floor";
    readonly position: Position;
    /** By learner; undefined where none was needed. */
    readonly certificates: readonly (Certificate | undefined)[];
  }
  | { readonly kind: "snapshot"; readonly snapshot: Snapshot }
  | { readonly kind: "abandon"; readonly learner: LearnerIndex }
  | { readonly kind: "inaccurate"; readonly learner: LearnerIndex }
  /** Stands for everything before it. */
  | {
    readonly kind: "base";
    readonly floor: Position;
    readonly learners: readonly LearnerBase[];
  };

/** What operators are told. */
export type LogReport =
  /** An acceptor has signed two statements of which at most one is true. */
  | { readonly kind: "lie"; readonly lie: Lie }
  /** A learner has two outcomes: it is not accurate. */
  | {
    readonly kind: "disagreement";
    readonly learner: LearnerIndex;
    readonly position: Position;
    readonly first: Outcome;
    readonly second: Outcome;
  }
  /** A learner is proved not to be accurate: a certificate says what this process has not seen. */
  | { readonly kind: "inaccurate"; readonly learner: LearnerIndex; readonly position: Position }
  /** What a peer has given is of no use. */
  | { readonly kind: "refused snapshot"; readonly flaw: SnapshotFlaw }
  /** A learner goes on above entries that nobody has certified. */
  | { readonly kind: "gap"; readonly learner: LearnerIndex; readonly from: Position };

/** What is to be done, in this order. What is kept must be durable before what follows is done. */
export type LogEffect =
  | { readonly kind: "keep"; readonly record: Kept }
  /** To all. */
  | { readonly kind: "send checkpoint"; readonly signed: Signed<Checkpoint> }
  | { readonly kind: "send closing"; readonly signed: Signed<Closing> }
  /** In the order of the learner's log. */
  | { readonly kind: "deliver"; readonly delivery: Delivery }
  /** The messages of instances below may be deleted. */
  | { readonly kind: "forget"; readonly below: Position }
  | { readonly kind: "report"; readonly report: LogReport };

/** What a log is kept with: what all share, and an acceptor's own part. */
export interface LogMember {
  /** The same at all members. */
  readonly context: LogContext;
  /** Undefined for one that is no acceptor: it states nothing. */
  readonly signer: LogSigner | undefined;
}

/** The log before its first entry. */
export function newLogState(context: LogContext): LogState {
  const { learnerCount } = context.graph;
  return {
    floor: 0,
    learners: Array.from({ length: learnerCount }, (_, a) => new LearnerLog(context, a)),
    book: new StatementBook(context),
    stated: new Map(),
    closings: new Map(),
    abandoned: 0n,
    inaccurate: 0n,
  };
}

/** By learner. */
export function prefixesOf({ learners }: LogState): Position[] {
  return learners.map(({ prefix }) => prefix);
}
