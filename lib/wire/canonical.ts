/**
 * Canonical bytes: what ids are hashes of and what signatures sign. Protobuf bytes serve neither,
 * for protobuf may encode one message in several ways.
 *
 * All integers are unsigned and big-endian; ids and hashes are 32 bytes:
 *
 * ```text
 * 1a:       "hetpaxos/v2/1a\0" configDigest instance:u64 seconds:u64 nanos:u32 valueHash
 *           proposer:u32
 * acceptor: "hetpaxos/v2/acceptor\0" configDigest instance:u64 signer:u32
 *           prevFlag:u8 [prev] refCount:u32 refs…
 * value:    "hetpaxos/v2/value\0" value
 * ```
 *
 * @module
 */

import type { AcceptorContent, Ballot } from "../core/types.ts";
import { ByteWriter } from "./byte_writer.ts";

/** Bytes of an id, a value hash, a configuration digest. */
export const HASH_BYTES = 32;

/** Bytes of a signature, of either kind of key. */
export const SIGNATURE_BYTES = 64;

const PROPOSAL_TAG = tag("hetpaxos/v2/1a");
const ACCEPTOR_TAG = tag("hetpaxos/v2/acceptor");
const VALUE_TAG = tag("hetpaxos/v2/value");

/** The UTF-8 of a domain tag and the zero byte that ends it: no tag is a prefix of another. */
export function tag(name: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${name}\0`);
}

/** Where a message belongs: its id and signature hold nowhere else. */
export interface Scope {
  /** 32 bytes: the digest of the whole configuration. */
  readonly configDigest: Uint8Array;
  /** 0 to 2^64 - 1. */
  readonly instance: bigint;
}

/** Canonical bytes of a 1a: what its proposer signs. The value is covered by its hash only. */
export function canonicalProposal(scope: Scope, ballot: Ballot): Uint8Array<ArrayBuffer> {
  return new ByteWriter(PROPOSAL_TAG.length + 88)
    .raw(PROPOSAL_TAG)
    .raw(scope.configDigest)
    .u64(scope.instance)
    .u64(BigInt(ballot.seconds))
    .u32(ballot.nanos)
    .hex(ballot.valueHash)
    .u32(ballot.proposer)
    .finish();
}

/** Canonical bytes of a 1b or 2a: what its signer signs. Linear in the number of refs. */
export function canonicalAcceptorMessage(
  scope: Scope,
  content: AcceptorContent,
): Uint8Array<ArrayBuffer> {
  const { signer, prev, refs } = content;
  const writer = new ByteWriter(ACCEPTOR_TAG.length + 81 + refs.length * HASH_BYTES)
    .raw(ACCEPTOR_TAG)
    .raw(scope.configDigest)
    .u64(scope.instance)
    .u32(signer)
    .u8(prev === undefined ? 0 : 1);
  if (prev !== undefined) writer.hex(prev);
  writer.u32(refs.length);
  for (const ref of refs) writer.hex(ref);
  return writer.finish();
}

/** Canonical bytes of a value: what its hash is the hash of. */
export function canonicalValue(value: Uint8Array): Uint8Array<ArrayBuffer> {
  return new ByteWriter(VALUE_TAG.length + value.length).raw(VALUE_TAG).raw(value).finish();
}
