/**
 * The words of the log: positions, outcomes, and what all its parts are told of the configuration.
 *
 * @module
 */

import type { LearnerGraph } from "../core/learner_graph.ts";
import type { AcceptorIndex, ValueHash } from "../core/types.ts";

/** Number of an instance in the log, and of the entry that comes of it: 0 to 2^53 - 1. */
export type Position = number;

/** A hash of the log's own: 64 lower-case hex digits. */
export type LogHash = string & { readonly __brand: "LogHash" };

/** What has become of a learner in an instance; for an accurate one, the same to all who are honest. */
export type Outcome =
  | {
    /** The learner has decided. */
    readonly kind: "decided";
    /** What. */
    readonly valueHash: ValueHash;
  }
  | {
    /** It is proved that the learner never will, if it is accurate. */
    readonly kind: "closed";
  };

/**
 * How a log is kept. What all must agree on is part of the configuration's digest.
 *
 * @example
 * ```ts
 * import { type LogSettings } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const longest = ({ spreadMax }: Pick<LogSettings, "spreadMax">) => spreadMax;
 * assertEquals(longest({ spreadMax: 1024 }), 1024);
 * ```
 */
export interface LogSettings {
  /** How far an instance may be ahead of a learner's prefix. In the digest. */
  readonly windowMax: number;
  /** How far an instance may be ahead of the floor, whoever lags. In the digest. */
  readonly spreadMax: number;
  /** Statements are made at multiples of this. In the digest. */
  readonly checkpointEvery: number;
  /** Clients whose sequences are remembered. In the digest. */
  readonly clientsMax: number;
  /** Instances that a coordinator has in flight. */
  readonly pipelineMax: number;
  /** Bytes of a batch of records. */
  readonly batchBytesMax: number;
  /** What is kept below the floor for those who read. */
  readonly retain: {
    /** Outcomes with their values, by learner. */
    readonly entries: number;
    /** Bytes of their values, by learner. */
    readonly bytes: number;
  };
}

/** What whoever keeps or checks a log must know. All of it is the same at all members. */
export interface LogContext {
  /** Who decides by which quorums. */
  readonly graph: LearnerGraph;
  /** 32 bytes: of the whole configuration. */
  readonly configDigest: Uint8Array;
  /** How the log is kept. */
  readonly settings: LogSettings;
  /** SHA3-256, as 64 lower-case hex digits. */
  hash(bytes: Uint8Array): string;
  /** The hash of a value, as ballots name it. */
  hashValue(value: Uint8Array): ValueHash;
  /** Whether an acceptor has signed these bytes. */
  verify(signer: AcceptorIndex, bytes: Uint8Array, signature: Uint8Array): boolean;
}

/** The lower of what is decided below one position and the multiple of `every` at or below it. */
export function checkpointAtOrBelow(position: Position, every: number): Position {
  return position - position % every;
}

/** Whether two outcomes are the same. */
export function sameOutcome(one: Outcome, other: Outcome): boolean {
  if (one.kind === "closed") return other.kind === "closed";
  return other.kind === "decided" && one.valueHash === other.valueHash;
}
