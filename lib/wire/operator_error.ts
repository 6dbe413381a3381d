/**
 * An operator's mistake: one clear line and a documented exit status, never a stack trace.
 *
 * @module
 */

/**
 * Exit statuses of all programs (docs/OPERATIONS.md).
 *
 * @example
 * ```ts
 * import { EXIT } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(EXIT.configuration, 3);
 * ```
 */
export const EXIT = {
  ok: 0,
  /** A fault of ours: please report it. */
  internal: 1,
  /** A flag or argument is wrong. */
  usage: 2,
  /** A configuration file, key, certificate or trace is wrong. */
  configuration: 3,
  /** A port cannot be bound, or a file cannot be read or written. */
  resource: 4,
  /** Another process runs as this acceptor. */
  identityInUse: 5,
  /** Learners that should agree decided differently. */
  disagreement: 6,
  /** What was waited for did not happen in time. */
  timeout: 7,
  /** What was given as evidence proves nothing, or there is none. */
  evidence: 8,
  /** The core does something else than a trace says. */
  difference: 9,
  /** A learner that was waited for is starved: the instance cannot decide for it any more. */
  starved: 10,
  /** Another value than the one proposed was decided. */
  lost: 11,
  /** There is no such cluster on this machine, or its state does not permit what was asked. */
  clusterState: 12,
  /** A learner cannot decide now, for want of acceptors. */
  stuck: 13,
} as const;

/**
 * One of {@linkcode EXIT}.
 *
 * @example
 * ```ts
 * import { EXIT, type ExitStatus } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const status: ExitStatus = EXIT.timeout;
 * assertEquals(status, 7);
 * ```
 */
export type ExitStatus = typeof EXIT[keyof typeof EXIT];

/**
 * A mistake that the operator can mend. The message is one line: where, what, what to do.
 *
 * @example
 * ```ts
 * import { EXIT, OperatorError } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new OperatorError(EXIT.usage, "is no number", "--port");
 * assertEquals(error.message, "--port: is no number");
 * ```
 */
export class OperatorError extends Error {
  /** What the program should exit with. */
  readonly exitStatus: ExitStatus;

  /**
   * Makes the one line that the operator reads.
   *
   * @param what What is wrong, and what to do about it.
   * @param where File and JSON path, or flag; empty if there is no such place.
   */
  constructor(exitStatus: ExitStatus, what: string, where = "") {
    super(where === "" ? what : `${where}: ${what}`);
    this.name = "OperatorError";
    this.exitStatus = exitStatus;
  }
}
