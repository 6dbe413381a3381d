/**
 * Ids of messages, each computed once in a world: every member meets every message several times.
 *
 * @module
 */

import type { MessageId } from "../../core/types.ts";
import { messageId } from "../../crypto/hash.ts";
import type { WireMessage } from "../../wire/codec.ts";

/** The id of a message under the configuration of a world. */
export type NameOf = (message: WireMessage) => MessageId;

/** Remembers by all that an id covers: what is the same has the same name. */
export function rememberNames(configDigest: Uint8Array): NameOf {
  const names = new Map<string, MessageId>();
  return (message) => {
    const key = coveredOf(message);
    let name = names.get(key);
    if (name === undefined) names.set(key, name = messageId(configDigest, message));
    return name;
  };
}

function coveredOf(message: WireMessage): string {
  if (message.kind === "1a") {
    const { seconds, nanos, valueHash, proposer } = message.ballot;
    return `1a ${message.instance} ${seconds} ${nanos} ${valueHash} ${proposer}`;
  }
  const { signer, prev, refs } = message.content;
  return `${message.instance} ${signer} ${prev ?? "none"} ${refs.join()}`;
}
