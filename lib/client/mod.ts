/**
 * A client of a cluster: proposes, asks what was decided, watches, and asks how the acceptors are.
 * It runs no part of the protocol and believes no acceptor alone: what it returns of a learner, a
 * quorum of that learner has said.
 *
 * @module
 */

export { connect } from "./client.ts";
export type { Decided } from "./decided.ts";
export {
  type AcceptorFailure,
  CLIENT_ERROR_CODES,
  ClientError,
  type ClientErrorCode,
  type ClientErrorDetails,
} from "./errors.ts";
export type {
  AppendedRecord,
  AppendOptions,
  EntryProofJson,
  LearnerOptions,
  LogCheckpoint,
  LogClient,
  LogPlace,
  LogRecord,
  ReadEntry,
  ReadOptions,
  VerifiedEntry,
} from "./log_types.ts";
export type { LearnerLogState, LogState } from "./log_status.ts";
export type { CallOptions, WaitOptions } from "./scope.ts";
export type { AcceptorStatus, ClockOffset, PeerState } from "./status.ts";
export type { AskOptions, Client, ConnectOptions, Proposed, StatusAnswer } from "./types.ts";
