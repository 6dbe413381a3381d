/**
 * What is known of messages: entries, which hold facts, which hold entries. Types alone; what they
 * mean is computed elsewhere.
 *
 * @module
 */

import type { AcceptorSet, Ballot, LearnerSet, Message, MessageId } from "./types.ts";

/** A known, well-formed message. Immutable. */
export interface Entry {
  /** As verified. */
  readonly message: Message;
  /** What follows from it and its past. */
  readonly facts: Facts;
  /** Position in the signer's own tree of messages; undefined for a 1a. */
  readonly chain: Chain | undefined;
}

/** Where an acceptor message stands among those of its signer. */
export interface Chain {
  /** Number of ancestors by `prev`. */
  readonly depth: number;
  /** The signer's message before it; undefined for its first. */
  readonly prev: Entry | undefined;
  /** Some ancestor, chosen so that any ancestor is reached in O(log depth) steps. */
  readonly jump: Entry | undefined;
  /** Depth of `jump`: kept here so that old messages need not be touched to pass them by. */
  readonly jumpDepth: number;
}

/** All known messages of one instance, by id; insertion order is a causal order. */
export type Dag = Map<MessageId, Entry>;

/** What is known of a well-formed message x. Immutable; its size does not depend on the past. */
export interface Facts {
  /** A 1b refers directly to Get1a(x); any other acceptor message must be a 2a. */
  readonly kind: "1a" | "1b" | "2a";
  /** b(x), with V(x) as its value hash. */
  readonly ballot: Ballot;
  /** Get1a(x). */
  readonly proposal: Entry;
  /** Caught(x). */
  readonly caught: AcceptorSet;
  /** The learners a for which x, a 1b, is fresh_a; none for other kinds. */
  readonly fresh: LearnerSet;
  /** By learner a: q_a(x). */
  readonly freshSigners: readonly AcceptorSet[];
  /** The learners that x is a 2a for; none for other kinds. */
  readonly learners2a: LearnerSet;
  /** The learners for which the signer has sent a 2a in this ballot, x included. */
  readonly served: LearnerSet;
  /** By acceptor: its maximal messages in Tran(x). */
  readonly tips: readonly Tips[];
  /** By learner: the highest 2as for it in Tran(x). */
  readonly highest2a: readonly (Highest2a | undefined)[];
  /** By learner: the signer's latest own 2a in Tran(x) not known to be buried. */
  readonly own2as: Own2as;
}

/** A signer's messages in some past that no other of its messages there follows. No order. */
export type Tips = readonly Entry[];

/** The 1as of the two ballots; the ballots' values differ. */
export interface Highest2a {
  /** The highest. */
  readonly best: Entry;
  /** The highest of those with another value than `best`. */
  readonly other: Entry | undefined;
}

/** By learner: the signer's latest own 2a for it that is not known to be buried. */
export type Own2as = readonly (Entry | undefined)[];
