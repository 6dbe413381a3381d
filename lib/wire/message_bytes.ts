/**
 * Messages in protobuf, as journals keep them: the same bytes that `toBinary` gives, of acceptors'
 * messages without the objects in between. Each process makes them of each message once.
 *
 * @module
 */

import { toBinary } from "@bufbuild/protobuf";
import { HASH_BYTES, SIGNATURE_BYTES } from "./canonical.ts";
import { encodeMessage, type WireAcceptorMessage, type WireMessage } from "./codec.ts";
import { ConsensusMessageSchema } from "./gen/hetpaxos/v1/consensus_pb.ts";

/** Tags of fields: their number, and what kind of value follows. */
const INSTANCE = 1 << 3;
const ACCEPTOR_MESSAGE = 3 << 3 | 2;
const SIGNER = 1 << 3;
const PREV = 2 << 3 | 2;
const REFS = 3 << 3 | 2;
const SIGNATURE = 4 << 3 | 2;

/** A `ConsensusMessage` in protobuf. Its memory is its own. */
export function messageBytes(message: WireMessage): Uint8Array<ArrayBuffer> {
  return message.kind === "1a" || message.signature.length !== SIGNATURE_BYTES
    ? toBinary(ConsensusMessageSchema, encodeMessage(message))
    : acceptorMessageBytes(message);
}

function acceptorMessageBytes(message: WireAcceptorMessage): Uint8Array<ArrayBuffer> {
  const { instance, content: { signer, prev, refs }, signature } = message;
  const hashes = refs.length + (prev === undefined ? 0 : 1);
  const bodyBytes = (signer === 0 ? 0 : 1 + varintBytes(BigInt(signer))) +
    hashes * (2 + HASH_BYTES) + 2 + SIGNATURE_BYTES;
  const headBytes = (instance === 0n ? 0 : 1 + varintBytes(instance)) + 1 +
    varintBytes(BigInt(bodyBytes));
  const bytes = new Uint8Array(headBytes + bodyBytes);
  let at = 0;
  const number = (tag: number, value: bigint) => {
    bytes[at++] = tag;
    at = putVarint(bytes, at, value);
  };
  const hash = (tag: number, hex: string) => {
    bytes[at++] = tag;
    bytes[at++] = HASH_BYTES;
    bytes.subarray(at, at += HASH_BYTES).setFromHex(hex);
  };
  if (instance !== 0n) number(INSTANCE, instance);
  number(ACCEPTOR_MESSAGE, BigInt(bodyBytes));
  if (signer !== 0) number(SIGNER, BigInt(signer));
  if (prev !== undefined) hash(PREV, prev);
  for (const ref of refs) hash(REFS, ref);
  bytes[at++] = SIGNATURE;
  bytes[at++] = SIGNATURE_BYTES;
  bytes.set(signature, at);
  return bytes;
}

function varintBytes(value: bigint): number {
  let count = 1;
  for (let rest = value >> 7n; rest > 0n; rest >>= 7n) count++;
  return count;
}

/** Writes a number, the lowest seven bits first; returns where it ends. */
function putVarint(bytes: Uint8Array, at: number, value: bigint): number {
  let rest = value;
  let end = at;
  for (; rest > 0x7fn; rest >>= 7n) bytes[end++] = Number(rest & 0x7fn) | 0x80;
  bytes[end++] = Number(rest);
  return end;
}
