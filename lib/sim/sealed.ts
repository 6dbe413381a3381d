/**
 * Messages as villains handle them. A seal stands for a signature: each villain makes those of its
 * own identity only, and may put any to a use for which it was not made.
 *
 * @module
 */

import type { AcceptorMessage, Message, Proposal } from "../core/types.ts";

/** Stands for a signature over the canonical bytes of a message. */
export interface Seal {
  /** Whose key made it, by number of the process. */
  readonly signer: number;
  /** The instance that the signed bytes name. */
  readonly instance: number;
  /** The id of what was signed. */
  readonly id: string;
  /** Two signatures of the same bytes may differ: by this. */
  readonly nonce: number;
}

/** A message on its way. */
export interface Sealed {
  /** The instance that it claims to belong to. */
  readonly instance: number;
  /** As claimed. */
  readonly message: Message;
  /** Undefined for one that nobody has signed. */
  readonly seal: Seal | undefined;
}

/** The instance in which villains act. */
export const INSTANCE = 1;

/** Puts a seal on what `signer` says. */
export function seal(message: AcceptorMessage, nonce = 0, instance = INSTANCE): Sealed {
  const { signer, id } = message;
  return { instance, message, seal: { signer, instance, id, nonce } };
}

/** A 1a on its way, with the seal of a process: its proposer's, if it is to be genuine. */
export function seal1a(message: Proposal, signer: number = message.ballot.proposer): Sealed {
  const { id } = message;
  return { instance: INSTANCE, message, seal: { signer, instance: INSTANCE, id, nonce: 0 } };
}
