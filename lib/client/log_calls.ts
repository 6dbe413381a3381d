/**
 * What all of a client's calls of the log rest on.
 *
 * @module
 */

import { LogFault_Reason as Reason } from "../wire/gen/hetpaxos/v1/service_pb.ts";
import type { Configuration } from "../config/configuration.ts";
import { logContextOf } from "../config/log_context.ts";
import type { Belief } from "../core/hearsay.ts";
import type { LearnerIndex } from "../core/types.ts";
import type { LogContext } from "../log/types.ts";
import { logFaultIn } from "../net/log_rpc.ts";
import { quote } from "../wire/place.ts";
import type { Calls } from "./calls.ts";
import { ClientError, type ClientErrorCode } from "./errors.ts";

/** What is given to each call. */
export interface LogParts {
  readonly configuration: Configuration;
  readonly context: LogContext;
  readonly belief: Belief;
  readonly calls: Calls;
  /** How long one acceptor is given before the next one is asked as well, in milliseconds. */
  readonly patienceMs: number;
  /** Aborted when the client is closed. */
  readonly closing: AbortSignal;
  /** Calls by acceptor whose answers nobody needs any more. */
  readonly leftover: Map<string, number>;
  /** Told of what has to end before the client is closed. */
  track<T>(call: Promise<T>): Promise<T>;
}

/** The context of the log. @throws ClientError (NO_LOG) if the configuration has none. */
export function requireLog(configuration: Configuration): LogContext {
  const context = logContextOf(configuration);
  if (context !== undefined) return context;
  throw new ClientError("NO_LOG", "the configuration has no log");
}

/** The learner meant. @throws ClientError (INVALID) if there is none, or if it is not said which. */
export function learnerOf({ graph }: LogContext, name: string | undefined): LearnerIndex {
  const { learners } = graph.spec;
  if (name === undefined && learners.length === 1) return 0;
  if (name === undefined) {
    throw new ClientError("INVALID", `name a learner; there are ${learners.join(", ")}`);
  }
  const index = learners.indexOf(name);
  if (index >= 0) return index;
  const what = `there is no learner ${quote(name)}; there are ${learners.join(", ")}`;
  throw new ClientError("INVALID", what);
}

const CODES: Partial<Record<Reason, ClientErrorCode>> = {
  [Reason.NO_LOG]: "NO_LOG",
  [Reason.FULL]: "FULL",
  [Reason.UNFIT]: "INVALID",
  [Reason.TOO_OLD]: "TOO_OLD",
  [Reason.UNKNOWN_LEARNER]: "INVALID",
  [Reason.NOT_RETAINED]: "FORGOTTEN",
  [Reason.NOT_YET]: "NOT_YET",
  [Reason.NOT_CERTIFIED]: "NOT_CERTIFIED",
  [Reason.TOO_LONG]: "INVALID",
};

/** Why an acceptor has refused a call; undefined if it has not, but failed. */
export interface Refusal {
  readonly code: ClientErrorCode;
  /** Where what it has begins, or ends. */
  readonly begins: number;
  /** One line for people. */
  readonly message: string;
}

/** What an acceptor has refused a call with; undefined for every other failure. */
export function refusalIn(error: unknown): Refusal | undefined {
  const fault = logFaultIn(error);
  const code = fault && CODES[fault.reason];
  if (fault === undefined || code === undefined) return undefined;
  return { code, begins: Number(fault.begins), message: fault.message };
}

/** That error. */
export function refusedAs({ code, begins, message }: Refusal): ClientError {
  return new ClientError(code, message, { begins });
}
