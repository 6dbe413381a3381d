/**
 * Ids and value hashes where no cryptography is needed: any injective function will do there, so
 * this one is short and fast and *not* cryptographic.
 *
 * @module
 */

import type {
  AcceptorContent,
  AcceptorMessage,
  Ballot,
  MessageId,
  Proposal,
  ValueHash,
} from "../core/types.ts";
import { scramble } from "./prng.ts";

/** 64 hex digits that depend on all of `text`. */
function digest(text: string): string {
  let one = 0x243f6a88;
  let two = 0x85a308d3;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    one = Math.imul(one ^ unit, 0x01000193);
    two = Math.imul(two, 31) + unit | 0;
  }
  const hex = (word: number) => scramble(word).toString(16).padStart(8, "0");
  return (hex(one) + hex(two)).padEnd(64, "0");
}

/** The hash that stands for a value of this name. */
export function hashOf(value: string): ValueHash {
  return digest(`value ${value}`) as ValueHash;
}

/** The id of a message with this content in the instance that everybody takes part in. */
export function identify(content: AcceptorContent): MessageId {
  return digest(`${content.signer} ${content.prev} ${content.refs.join(" ")}`) as MessageId;
}

/** The 1a of a ballot. */
export function proposalOf(ballot: Ballot): Proposal {
  const { seconds, nanos, valueHash, proposer } = ballot;
  const text = `1a ${seconds} ${nanos} ${valueHash} ${proposer}`;
  return { kind: "1a", id: digest(text) as MessageId, ballot };
}

/** An acceptor message with its id; sorts the refs and drops duplicates. */
export function acceptorMessage(
  signer: number,
  prev: MessageId | undefined,
  refs: Iterable<MessageId>,
): AcceptorMessage {
  const content = { signer, prev, refs: [...new Set(refs)].sort() };
  return { kind: "acceptor", id: identify(content), ...content };
}
