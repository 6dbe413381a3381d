/**
 * The protocol's hash function, SHA3-256, and what it is used for; and SHA-256 for what people
 * compare by other programs. Nobody else asks the engine for a hash.
 *
 * @module
 */

import type { AcceptorContent, Ballot, MessageId, ValueHash } from "../core/types.ts";
import {
  canonicalAcceptorMessage,
  canonicalProposal,
  canonicalValue,
  type Scope,
} from "../wire/canonical.ts";
import type { WireMessage } from "../wire/codec.ts";
import { ENGINE } from "./engine.ts";

/** SHA3-256 of `bytes`: 32 bytes. */
export function sha3(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return ENGINE.sha3(bytes);
}

/** SHA3-256 of `bytes` as 64 lower-case hex digits. */
export function sha3Hex(bytes: Uint8Array): string {
  return ENGINE.sha3Hex(bytes);
}

/** SHA-256 of `bytes`, or of a text in UTF-8, as 64 lower-case hex digits: as `sha256sum` has it. */
export function sha256Hex(content: Uint8Array | string): string {
  return ENGINE.sha256Hex(content);
}

/**
 * Hash of a value, under a domain tag of its own.
 *
 * @example
 * ```ts
 * import { hashValue } from "./hash.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(hashValue(new TextEncoder().encode("a value")).length, 64);
 * ```
 */
export function hashValue(value: Uint8Array): ValueHash {
  return sha3Hex(canonicalValue(value)) as ValueHash;
}

/** Id of the 1a of a ballot. */
export function proposalId(scope: Scope, ballot: Ballot): MessageId {
  return sha3Hex(canonicalProposal(scope, ballot)) as MessageId;
}

/** Id of a 1b or 2a. */
export function acceptorMessageId(scope: Scope, content: AcceptorContent): MessageId {
  return sha3Hex(canonicalAcceptorMessage(scope, content)) as MessageId;
}

/** Id of a message under a configuration. Neither its value nor its signature is covered. */
export function messageId(configDigest: Uint8Array, message: WireMessage): MessageId {
  return idOfCanonical(canonicalOf(configDigest, message));
}

/** What the id of a message covers, and its signature signs. */
export function canonicalOf(configDigest: Uint8Array, message: WireMessage): Uint8Array {
  const scope = { configDigest, instance: message.instance };
  return message.kind === "1a"
    ? canonicalProposal(scope, message.ballot)
    : canonicalAcceptorMessage(scope, message.content);
}

/** Id of the message with these canonical bytes. */
export function idOfCanonical(canonical: Uint8Array): MessageId {
  return sha3Hex(canonical) as MessageId;
}
