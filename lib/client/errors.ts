/**
 * What a client's calls fail with.
 *
 * @module
 */

import type { Decided } from "./decided.ts";

/**
 * Why a call has failed.
 *
 * @example
 * ```ts
 * import { CLIENT_ERROR_CODES } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(CLIENT_ERROR_CODES.includes("TIMEOUT"), true);
 * ```
 */
export const CLIENT_ERROR_CODES = [
  "INVALID", // an argument is wrong: no such learner, a value that is empty or too long
  "TIMEOUT", // not all was said in time by enough acceptors
  "UNREACHABLE", // nobody is left who could say it: too many acceptors do not answer
  "STARVED", // a learner can decide no more in this instance
  "DISAGREEMENT", // learners that were to agree decided differently
  "ABORTED", // the caller's signal was aborted
  "CLOSED", // the client was closed
  "NO_LOG", // there is no log
  "FULL", // nothing more was taken into the log
  "TOO_OLD", // a record comes too long after later ones of its client
  "FORGOTTEN", // an entry is kept no more
  "NOT_YET", // the log has not come so far
  "NOT_CERTIFIED", // there is no certificate above the entry yet
] as const;

/**
 * One of {@linkcode CLIENT_ERROR_CODES}.
 *
 * @example
 * ```ts
 * import { type ClientErrorCode } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const again: readonly ClientErrorCode[] = ["TIMEOUT", "UNREACHABLE"];
 * assertEquals(again.length, 2);
 * ```
 */
export type ClientErrorCode = typeof CLIENT_ERROR_CODES[number];

/**
 * Why one acceptor has not answered.
 *
 * @example
 * ```ts
 * import { type AcceptorFailure } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const told = ({ acceptor, reason }: AcceptorFailure) => `${acceptor}: ${reason}`;
 * assertEquals(told({ acceptor: "Bob", reason: "connection refused" }), "Bob: connection refused");
 * ```
 */
export interface AcceptorFailure {
  /** Its name. */
  readonly acceptor: string;
  /** One line for people. */
  readonly reason: string;
}

/**
 * What else is known of a failure.
 *
 * @example
 * ```ts
 * import { ClientError, type ClientErrorDetails } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const details: ClientErrorDetails = { failures: [{ acceptor: "Bob", reason: "closed by peer" }] };
 * assertEquals(new ClientError("TIMEOUT", "not decided in time", details).failures.length, 1);
 * ```
 */
export interface ClientErrorDetails {
  /** What was said in time by enough acceptors; empty unless told. */
  readonly decisions?: readonly Decided[];
  /** Who has not answered, and why, as far as it is known; empty unless told. */
  readonly failures?: readonly AcceptorFailure[];
  /** Where what can be had of a log begins (FORGOTTEN) or ends (NOT_YET, NOT_CERTIFIED). */
  readonly begins?: number;
  /** What was thrown below, or the reason that the caller's signal has. */
  readonly cause?: unknown;
}

/**
 * A failure of a call of a `Client`; the message is one line for a person.
 *
 * @example
 * ```ts
 * import { ClientError } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new ClientError("TIMEOUT", "instance 7 is not decided for Eve");
 * assertEquals([error.code, error.message], ["TIMEOUT", "instance 7 is not decided for Eve"]);
 * ```
 */
export class ClientError extends Error {
  /** For programs. */
  readonly code: ClientErrorCode;
  /** What was said in time by enough acceptors. */
  readonly decisions: readonly Decided[];
  /** Who has not answered, and why, as far as it is known. */
  readonly failures: readonly AcceptorFailure[];
  /** Where what can be had of a log begins (FORGOTTEN) or ends (NOT_YET, NOT_CERTIFIED). */
  readonly begins: number | undefined;

  /** Puts nothing to the message. */
  constructor(code: ClientErrorCode, message: string, details: ClientErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = "ClientError";
    this.code = code;
    this.decisions = details.decisions ?? [];
    this.failures = details.failures ?? [];
    this.begins = details.begins;
  }
}
