/**
 * What a client's calls of the log take and give.
 *
 * @module
 */

import type { EntryProofJson } from "../log/proof_json.ts";
import type { LogRecord } from "../log/record.ts";
import type { CallOptions, WaitOptions } from "./scope.ts";

export type { EntryProofJson } from "../log/proof_json.ts";
export type { LogRecord } from "../log/record.ts";

/**
 * Where a learner's log has a record.
 *
 * @example
 * ```ts
 * import { type LogPlace } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const told = ({ learner, position }: LogPlace) => `${learner} at ${position ?? "some time"}`;
 * assertEquals(told({ learner: "Eve", position: 7, reportedBy: ["Alice"] }), "Eve at 7");
 * ```
 */
export interface LogPlace {
  /** Whose log. */
  readonly learner: string;
  /** The entry; undefined if the record was put there so long ago that nobody remembers where. */
  readonly position: number | undefined;
  /** Acceptors that say so, by name, sorted: when they were enough, or a few more. */
  readonly reportedBy: readonly string[];
}

/**
 * A record that is in the logs of all learners asked for.
 *
 * @example
 * ```ts
 * import { type AppendedRecord } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const place = { learner: "Eve", position: 7, reportedBy: ["Alice"] };
 * const appended: AppendedRecord = { client: "till 4", sequence: 1, places: [place] };
 * assertEquals(appended.places[0]?.position, 7);
 * ```
 */
export interface AppendedRecord {
  /** Who has appended it. */
  readonly client: string;
  /** The client's number of it. */
  readonly sequence: number;
  /** By learner, in the order of the configuration. */
  readonly places: readonly LogPlace[];
}

/**
 * What reading can be told.
 *
 * @example
 * ```ts
 * import { type ReadOptions } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const options: ReadOptions = { learner: "Eve", from: 7, follow: true };
 * assertEquals(options.from, 7);
 * ```
 */
export interface ReadOptions extends WaitOptions {
  /** Whose log; may be left out if there is one learner only. */
  readonly learner?: string;
  /**
   * Where to begin: a position, 0 unless told, or a checkpoint. From 0 and from a checkpoint it is
   * known exactly which records are repetitions; from elsewhere, only of those that come later.
   */
  readonly from?: number | LogCheckpoint;
  /** Goes on with what is to come; otherwise it ends where the log does. */
  readonly follow?: boolean;
}

/**
 * An entry of a learner's log.
 *
 * @example
 * ```ts
 * import { type ReadEntry } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const texts = ({ records }: Pick<ReadEntry, "records">) =>
 *   records.map(({ payload }) => new TextDecoder().decode(payload));
 * const record = { client: "till 4", sequence: 1, payload: new TextEncoder().encode("sold") };
 * assertEquals(texts({ records: [record] }), ["sold"]);
 * ```
 */
export interface ReadEntry {
  /** Whose log. */
  readonly learner: string;
  /** Which entry. */
  readonly position: number;
  /** Whether it was decided; closed: it is proved that this learner never decides there. */
  readonly kind: "decided" | "closed";
  /** The hash of what was decided, 64 lower-case hex digits; undefined for closed. */
  readonly valueHash: string | undefined;
  /** Records in their order, repetitions left out. None in a value that is no batch of records. */
  readonly records: readonly LogRecord[];
  /** Repetitions that were left out. */
  readonly repeated: number;
  /** Acceptors that say so, by name, sorted: when they were enough, or a few more. */
  readonly reportedBy: readonly string[];
  /**
   * Where to go on after this entry, and with what: to be kept beside whatever is made of the entries
   * so far. To be called before the next entry is taken; throws later.
   */
  resume(): LogCheckpoint;
}

/**
 * Which learner is meant, and how long to wait.
 *
 * @example
 * ```ts
 * import { type LearnerOptions } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const options: LearnerOptions = { learner: "Eve", timeoutMs: 500 };
 * assertEquals(options.learner, "Eve");
 * ```
 */
export interface LearnerOptions extends WaitOptions {
  /** Whose log; may be left out if there is one learner only. */
  readonly learner?: string;
}

/**
 * Where a log is certified: verified, so that no acceptor has to be believed.
 *
 * @example
 * ```ts
 * import { type LogCheckpoint } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const covers = ({ position }: Pick<LogCheckpoint, "position">, entry: number) => entry < position;
 * assertEquals(covers({ position: 128 }, 127), true);
 * ```
 */
export interface LogCheckpoint {
  /** Whose log. */
  readonly learner: string;
  /** How many entries it covers; 0 if nothing is certified yet. */
  readonly position: number;
  /** What tells repetitions from there on: canonical bytes of the log's sessions. */
  readonly sessions: Uint8Array;
}

/**
 * What a proof proves of an accurate learner.
 *
 * @example
 * ```ts
 * import { type VerifiedEntry } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const told = ({ learner, position }: Pick<VerifiedEntry, "learner" | "position">) =>
 *   `entry ${position} of ${learner}`;
 * assertEquals(told({ learner: "Eve", position: 7 }), "entry 7 of Eve");
 * ```
 */
export interface VerifiedEntry {
  /** Whose log. */
  readonly learner: string;
  /** Which entry. */
  readonly position: number;
  /** Whether it was decided; closed: it is proved that this learner never decides there. */
  readonly kind: "decided" | "closed";
  /** The records of the batch, repetitions included. */
  readonly records: readonly LogRecord[];
  /** Whose statements make the certificate, by name, sorted. */
  readonly signers: readonly string[];
}

/**
 * The calls of a client that have to do with the log.
 *
 * @example
 * ```ts
 * import { type LogClient } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * // Numbers of its own for one client, kept by whoever appends.
 * const appender = (log: Pick<LogClient, "append">, client: string, next: number) => ({
 *   append: (text: string) =>
 *     log.append([{ client, sequence: next++, payload: new TextEncoder().encode(text) }]),
 * });
 * const sent: number[] = [];
 * const { append } = appender({
 *   append: (records) => {
 *     sent.push(...records.map(({ sequence }) => sequence));
 *     return Promise.resolve([]);
 *   },
 * }, "till 4", 1);
 * await append("sold");
 * await append("sold again");
 * assertEquals(sent, [1, 2]);
 * ```
 */
export interface LogClient {
  /**
   * Puts records into the log, and waits until a quorum of each learner asked for says that it is in
   * that learner's log. One acceptor is given the records; the next one too if it is dead, silent or
   * takes longer than `patienceMs`. The pair of client and sequence sees to it that nothing is
   * delivered twice, so a call that has failed is simply repeated.
   *
   * Fails as INVALID; NO_LOG; FULL: nothing was taken in before the time was over; TOO_OLD: the log
   * has a record of this client whose sequence is 64 or more above; TIMEOUT after `timeoutMs`, 10,000
   * unless told: it may be in the log yet; DISAGREEMENT; ABORTED; CLOSED.
   *
   * @param records Of one client at most 64 apart.
   */
  append(
    records: readonly LogRecord[],
    options?: AppendOptions,
  ): Promise<readonly AppendedRecord[]>;
  /**
   * A learner's log in order. Each entry is what a quorum of the learner says, hash by hash; values
   * come from one acceptor at a time and are checked against that. Acceptors that go are called again.
   *
   * Fails as INVALID; NO_LOG; FORGOTTEN: what is asked for is kept no more, `begins` says what is;
   * NOT_YET: it begins beyond the end, which `begins` says; UNREACHABLE; DISAGREEMENT; ABORTED;
   * CLOSED; as TIMEOUT only if `timeoutMs` is given.
   */
  read(options?: ReadOptions): AsyncIterable<ReadEntry>;
  /**
   * A document that proves an entry to anybody who has the configuration; it has been verified.
   *
   * Fails as read does, and as NOT_CERTIFIED if there is no certificate above the entry yet.
   */
  proof(position: number, options?: LearnerOptions): Promise<EntryProofJson>;
  /**
   * What a document proves, if its learner is accurate. Asks nobody.
   *
   * @param document As JSON was parsed; nothing is expected of it.
   * @throws ClientError (INVALID) that says why it proves nothing.
   */
  verify(document: unknown): VerifiedEntry;
  /** The highest checkpoint of which somebody has a certificate that holds. */
  checkpoint(options?: LearnerOptions): Promise<LogCheckpoint>;
}

/**
 * What appending can be told.
 *
 * @example
 * ```ts
 * import { type AppendOptions } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const options: AppendOptions = { learners: ["Eve"], timeoutMs: 500 };
 * assertEquals(options.learners, ["Eve"]);
 * ```
 */
export interface AppendOptions extends WaitOptions, CallOptions {
  /** Learners to wait for, by name; all if absent or empty. */
  readonly learners?: readonly string[];
}
