/**
 * How a simulated world names messages and values.
 *
 * @module
 */

import type { AcceptorContent, Ballot, MessageId, Proposal, ValueHash } from "../core/types.ts";

/** How a world names what is said in it. */
export interface Naming {
  /** Hash of the value with this text. */
  value(text: string): ValueHash;
  /** Id of what an acceptor says in an instance. */
  message(content: AcceptorContent, instance: number): MessageId;
  /** The 1a of a ballot, in the instance that villains take part in. */
  proposal(ballot: Ballot): Proposal;
}
