/**
 * What the edge of a process sees of its log: appends, reads, proves. All of it is durable.
 *
 * @module
 */

import type { AcceptorIndex, LearnerIndex } from "../core/types.ts";
import type { Certificate } from "../log/certificate.ts";
import type { Appended } from "../log/coordinator_state.ts";
import type { Delivery, Entry } from "../log/learner_log.ts";
import type { EntryProof } from "../log/proof.ts";
import type { LogRecord } from "../log/record.ts";
import type { Admission } from "../log/sessions.ts";
import type { LogContext, Position } from "../log/types.ts";

/** How one learner's log stands. */
export interface LearnerStand {
  /** The first position without an outcome. */
  readonly prefix: Position;
  /** The lowest that can be read. */
  readonly retained: Position;
  /** Where it is certified; 0 if nowhere. */
  readonly certified: Position;
  /** Whether forgetting waits for it. */
  readonly holdsBack: boolean;
  /** Whether an operator does not wait for it any more. */
  readonly abandoned: boolean;
  /** Whether it is proved not to be accurate. */
  readonly inaccurate: boolean;
  /** Whether appending does not wait for it. */
  readonly stalled: boolean;
}

/** How a log stands. */
export interface LogStand {
  /** Nothing below it is kept but outcomes and values. */
  readonly floor: Position;
  /** The first position that may not be used yet. */
  readonly windowEnd: Position;
  /** Records that wait to be put into the log. */
  readonly pending: number;
  /** Instances in which a batch was proposed here. */
  readonly inFlight: number;
  /** To whom records are handed. */
  readonly coordinator: AcceptorIndex;
  /** By learner. */
  readonly learners: readonly LearnerStand[];
  /** Acceptors that have made statements of which at most one is true. */
  readonly lying: readonly AcceptorIndex[];
}

/** Where a learner's log is certified. */
export interface CertifiedStand {
  /** 0 if nowhere. */
  readonly position: Position;
  /** Undefined if it is certified nowhere. */
  readonly certificate: Certificate | undefined;
  /** Canonical bytes. */
  readonly sessions: Uint8Array;
}

/** The log of one process, for those who append to it and read it. */
export interface LogPort {
  /** The same at all members. */
  readonly context: LogContext;
  /** Takes a record from a client of this process. */
  append(record: LogRecord): Appended;
  /** Whether a record waits here to be put into the log. */
  isPending(record: Pick<LogRecord, "client" | "sequence">): boolean;
  /** What a learner's log would make of it now. */
  judge(learner: LearnerIndex, record: Pick<LogRecord, "client" | "sequence">): Admission;
  /** Has each delivery told, in order, once it is durable; the answer leaves. */
  onDelivered(watcher: (delivery: Delivery) => void): () => void;
  /** Has it told when anything has changed: prefixes, floor, what waits; the answer leaves. */
  onChange(watcher: () => void): () => void;
  /** The first position without an outcome that is durable. */
  prefixOf(learner: LearnerIndex): Position;
  /** The lowest position that can be read. */
  retainedOf(learner: LearnerIndex): Position;
  /**
   * Entries in order, from a position that is retained, below the prefix.
   *
   * @param max How many, at most.
   * @param bytesMax Of values in all, but for the first.
   */
  entries(
    learner: LearnerIndex,
    from: Position,
    max: number,
    bytesMax: number,
  ): readonly Entry[];
  /** The proof of an entry; undefined if it is not retained or not certified. */
  prove(learner: LearnerIndex, position: Position): EntryProof | undefined;
  /** Where a learner's log is certified. */
  checkpoint(learner: LearnerIndex): CertifiedStand;
  /** How the log stands. */
  stand(): LogStand;
}
