/**
 * The words the core speaks: acceptors and learners by index, sets as bit masks, ballots and
 * messages. Nothing here knows bytes, keys, clocks or networks.
 *
 * @module
 */

/** Position of an acceptor among all acceptors sorted by name. */
export type AcceptorIndex = number;

/**
 * Position among the identities that may make 1as: the acceptors, with their own positions, then the
 * declared proposers sorted by name.
 */
export type ProposerIndex = number;

/** Position of a learner among all learners sorted by name. */
export type LearnerIndex = number;

/** A set of acceptors: bit `i` is set if acceptor `i` is a member. */
export type AcceptorSet = bigint;

/** A set of learners: bit `i` is set if learner `i` is a member. */
export type LearnerSet = bigint;

/** Id of a message: the hash of its canonical bytes, never of its signature. 64 hex digits. */
export type MessageId = string & { readonly __brand: "MessageId" };

/** Hash of a proposed value. 64 lower-case hex digits. */
export type ValueHash = string & { readonly __brand: "ValueHash" };

/** A point in time: whole seconds since 1970 and nanoseconds (0 to 999,999,999) beyond them. */
export interface Timestamp {
  /** Whole seconds since 1970. */
  readonly seconds: number;
  /** 0 to 999,999,999. */
  readonly nanos: number;
}

/**
 * A ballot: totally ordered by timestamp, then value hash, then proposer (TR, Section 4; `b(x)`,
 * `V(x)`).
 *
 * Differs from the paper: it names its proposer, whom acceptors give time of its own (PROTOCOL
 * section 6).
 */
export interface Ballot extends Timestamp {
  /** Names the value offered. */
  readonly valueHash: ValueHash;
  /** Who offers it, and signs the 1a. */
  readonly proposer: ProposerIndex;
}

/** A verified 1a: the offer of a value in a ballot. Its id is a function of the ballot. */
export interface Proposal {
  /** Tells the kinds of messages apart. */
  readonly kind: "1a";
  /** Of the ballot. */
  readonly id: MessageId;
  /** What is offered. */
  readonly ballot: Ballot;
}

/** What an acceptor signs. Whether it is a 1b or a 2a, and for whom, is derived, never said. */
export interface AcceptorContent {
  /** Who signs. */
  readonly signer: AcceptorIndex;
  /** Id of the signer's previous message; undefined for its first. */
  readonly prev: MessageId | undefined;
  /**
   * Ids; strictly ascending. All the signer has received or sent is in the past of these. An honest
   * signer lists `prev`, the maximal acceptor messages of that past and, in a 1b, its 1a.
   */
  readonly refs: readonly MessageId[];
}

/** A verified 1b or 2a. */
export interface AcceptorMessage extends AcceptorContent {
  /** Tells the kinds of messages apart. */
  readonly kind: "acceptor";
  /** Of the content, not of the signature. */
  readonly id: MessageId;
}

/** A verified message of one instance. */
export type Message = Proposal | AcceptorMessage;

/** Which rule buries a 2a: the technical report's, or that of Heterogeneous Paxos 2.0. */
export type BurialRule = "TECHNICAL_REPORT" | "HP2";

/** Compares two times: negative if `a` is earlier, zero if equal. */
export function compareTimestamps(a: Timestamp, b: Timestamp): number {
  return a.seconds - b.seconds || a.nanos - b.nanos;
}

/** `time` plus a number of milliseconds, which may be negative or fractional. */
export function addMs(time: Timestamp, ms: number): Timestamp {
  const nanos = time.nanos + Math.round(ms * 1e6);
  const carry = Math.floor(nanos / 1e9);
  return { seconds: time.seconds + carry, nanos: nanos - carry * 1e9 };
}

/** Milliseconds from one time to a later one; negative if it is earlier. */
export function msBetween(from: Timestamp, to: Timestamp): number {
  return (to.seconds - from.seconds) * 1e3 + (to.nanos - from.nanos) / 1e6;
}

/** Compares two ballots: negative if `a` is lower, zero if equal (TR, Section 4). */
export function compareBallots(a: Ballot, b: Ballot): number {
  return compareTimestamps(a, b) ||
    (a.valueHash < b.valueHash ? -1 : a.valueHash > b.valueHash ? 1 : a.proposer - b.proposer);
}
