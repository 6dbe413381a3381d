/**
 * Why a message was refused. A peer's fault is a value with a code, never an exception.
 *
 * @module
 */

/** Every reason for which a message, envelope or stream from a peer is refused. */
export const REJECTION_CODES = [
  // Decoding (lib/wire).
  "MALFORMED", // not the protobuf expected, or a required field is missing
  "BAD_LENGTH", // an id, hash or signature of the wrong length
  "NOT_CANONICAL", // refs not strictly ascending
  "TOO_MANY_REFS",
  "TOO_LARGE", // value or envelope above its limit
  "BAD_TIMESTAMP", // negative, not normalised, or beyond year 9999
  "FAR_FUTURE", // a 1a further ahead of our clock than the bound
  // Verification (lib/crypto).
  "UNKNOWN_SIGNER", // no such acceptor, or for a 1a no such proposer
  "BAD_SIGNATURE", // also what another instance or configuration amounts to
  "VALUE_MISMATCH", // a value that does not hash to its ballot's hash
  // Inbox (lib/core).
  "INBOX_FULL",
  "REFS_TIMEOUT", // refs that nobody supplied in time
  "FUTURE_FULL", // too many 1as waiting for the clock or their windows
  "OVERTAKEN", // a 1a that waited for its window when a newer of its proposer came, or all had decided
  // Well-formedness (lib/core, PROTOCOL section 3).
  "NO_BALLOT", // an acceptor message with no 1a in its past
  "BAD_PREV", // prev is not the signer's latest message in the past
  "BAD_1B", // another acceptor message of the same ballot in the past of a 1b
  "BAD_2A", // neither a 1b nor a 2a for any learner
  "REPEATED_2A", // a 2a for no learner that the signer has not served in this ballot
  // Streams (lib/net).
  "CONFIG_MISMATCH",
  "DUPLICATE_IDENTITY",
  "RATE_LIMITED",
  "TOO_MANY_INSTANCES",
  "OUTSIDE_WINDOW", // of an instance that the log has left behind, or has not come to
  "SETTLED", // a 1a of an instance in which all learners have an outcome in the log
  "PROTOCOL_VIOLATION", // no Hello first, a second Hello, a role not the identity's
] as const;

/** One of {@linkcode REJECTION_CODES}. */
export type RejectionCode = typeof REJECTION_CODES[number];

/** A refusal: the code is for counting, the detail for a person. */
export interface Rejection {
  /** For counting. */
  readonly rejected: RejectionCode;
  /** One line for a person. */
  readonly detail: string;
}

/** Makes a {@linkcode Rejection}. */
export function reject(rejected: RejectionCode, detail: string): Rejection {
  return { rejected, detail };
}

/** Tells a {@linkcode Rejection} from the result it stands in for. */
export function isRejection(x: unknown): x is Rejection {
  return typeof x === "object" && x !== null && "rejected" in x;
}
