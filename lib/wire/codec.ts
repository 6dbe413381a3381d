/**
 * Between protobuf messages of consensus and the values that the rest of the program uses. What
 * comes from a peer is trusted in nothing: a fault is a `Rejection`, never an exception.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { isRejection, reject, type Rejection } from "../core/rejection.ts";
import type { AcceptorContent, Ballot, MessageId, ValueHash } from "../core/types.ts";
import { HASH_BYTES, SIGNATURE_BYTES } from "./canonical.ts";
import {
  type AcceptorMessage,
  type Ballot as BallotMessage,
  type ConsensusMessage,
  ConsensusMessageSchema,
  type Proposal,
} from "./gen/hetpaxos/v1/consensus_pb.ts";
import { fromHex, toHex } from "./hex.ts";
import type { Limits } from "./limits.ts";

/** A 1a as it travels: with its value, or without if the receiver is believed to have it. */
export interface WireProposal {
  /** Tells the kinds of messages apart. */
  readonly kind: "1a";
  /** 0 to 2^64 - 1. */
  readonly instance: bigint;
  /** What is proposed, by hash, when, and by whom. */
  readonly ballot: Ballot;
  /** 64 bytes by the proposer, which nobody has verified yet. */
  readonly signature: Uint8Array;
  /** Not yet checked against the hash. */
  readonly value: Uint8Array | undefined;
}

/** A 1b or 2a as it travels: with its signature, which nobody has verified yet. */
export interface WireAcceptorMessage {
  /** Tells the kinds of messages apart. */
  readonly kind: "acceptor";
  /** 0 to 2^64 - 1. */
  readonly instance: bigint;
  /** What is signed. */
  readonly content: AcceptorContent;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

/** A message whose form is right, and of which nothing else is known. */
export type WireMessage = WireProposal | WireAcceptorMessage;

/** 9999-12-31T23:59:59Z, the last second that a protobuf timestamp can name. */
export const SECONDS_MAX = 253_402_300_799;

const NANOS_MAX = 999_999_999;

/**
 * Checks the form of a message and converts it.
 *
 * Rejects what is MALFORMED (no body, ballot, timestamp or refs), of BAD_LENGTH, with a
 * BAD_TIMESTAMP, TOO_LARGE, with TOO_MANY_REFS, or NOT_CANONICAL (refs not strictly ascending, or
 * `prev` not among them). Never throws. Linear in the size of the message. The result shares no
 * memory with `message`: a small message kept for long must not keep its whole envelope alive.
 */
export function decodeMessage(
  message: ConsensusMessage,
  limits: Pick<Limits, "valueBytesMax" | "refsMax">,
): WireMessage | Rejection {
  const { instance, body } = message;
  switch (body.case) {
    case "proposal":
      return decodeProposal(instance, body.value, limits.valueBytesMax);
    case "acceptorMessage":
      return decodeAcceptorMessage(instance, body.value, limits.refsMax);
    default:
      return reject("MALFORMED", "message without a body");
  }
}

/** Converts a message for sending: the inverse of {@linkcode decodeMessage}. */
export function encodeMessage(message: WireMessage): ConsensusMessage {
  const { instance } = message;
  if (message.kind === "1a") {
    const { ballot, value, signature } = message;
    const proposal = { ballot: encodeBallot(ballot), value, signature };
    return create(ConsensusMessageSchema, {
      instance,
      body: { case: "proposal", value: proposal },
    });
  }
  const { content: { signer, prev, refs }, signature } = message;
  const value = {
    signer,
    prev: prev === undefined ? new Uint8Array() : fromHex(prev),
    refs: refs.map(fromHex),
    signature,
  };
  return create(ConsensusMessageSchema, { instance, body: { case: "acceptorMessage", value } });
}

/** Converts a ballot for sending, to be given to `create` as part of a message. */
export function encodeBallot(ballot: Ballot): {
  timestamp: { seconds: bigint; nanos: number };
  valueHash: Uint8Array<ArrayBuffer>;
  proposer: number;
} {
  return {
    timestamp: { seconds: BigInt(ballot.seconds), nanos: ballot.nanos },
    valueHash: fromHex(ballot.valueHash),
    proposer: ballot.proposer,
  };
}

/** Checks and converts a ballot. Rejects one that is MALFORMED, BAD_LENGTH or BAD_TIMESTAMP. */
export function decodeBallot(ballot: BallotMessage | undefined): Ballot | Rejection {
  if (ballot === undefined) return reject("MALFORMED", "1a without a ballot");
  const { timestamp, valueHash, proposer } = ballot;
  if (timestamp === undefined) return reject("MALFORMED", "ballot without a timestamp");
  if (valueHash.length !== HASH_BYTES) return badLength("value hash", valueHash, HASH_BYTES);
  const { seconds, nanos } = timestamp;
  if (seconds < 0n || seconds > BigInt(SECONDS_MAX) || nanos < 0 || nanos > NANOS_MAX) {
    return reject("BAD_TIMESTAMP", `timestamp of ${seconds} seconds and ${nanos} nanoseconds`);
  }
  return { seconds: Number(seconds), nanos, valueHash: toHex(valueHash) as ValueHash, proposer };
}

/** Checks and converts an id. Rejects one of BAD_LENGTH. */
export function decodeId(id: Uint8Array, what = "id"): MessageId | Rejection {
  if (id.length !== HASH_BYTES) return badLength(what, id, HASH_BYTES);
  return toHex(id) as MessageId;
}

function decodeProposal(
  instance: bigint,
  proposal: Proposal,
  valueBytesMax: number,
): WireProposal | Rejection {
  const { value, signature } = proposal;
  if (value !== undefined && value.length > valueBytesMax) {
    return reject("TOO_LARGE", `value of ${value.length} bytes, above ${valueBytesMax}`);
  }
  const ballot = decodeBallot(proposal.ballot);
  if (isRejection(ballot)) return ballot;
  if (signature.length !== SIGNATURE_BYTES) {
    return badLength("signature", signature, SIGNATURE_BYTES);
  }
  return { kind: "1a", instance, ballot, value: value?.slice(), signature: signature.slice() };
}

function decodeAcceptorMessage(
  instance: bigint,
  message: AcceptorMessage,
  refsMax: number,
): WireAcceptorMessage | Rejection {
  const { signer, signature } = message;
  if (signature.length !== SIGNATURE_BYTES) {
    return badLength("signature", signature, SIGNATURE_BYTES);
  }
  const refs = decodeRefs(message.refs, refsMax);
  if (isRejection(refs)) return refs;
  if (message.prev.length === 0) {
    const content = { signer, prev: undefined, refs };
    return { kind: "acceptor", instance, content, signature: signature.slice() };
  }
  const prev = decodeId(message.prev, "prev");
  if (isRejection(prev)) return prev;
  if (!refs.includes(prev)) return reject("NOT_CANONICAL", "prev is not among the refs");
  const content = { signer, prev, refs };
  return { kind: "acceptor", instance, content, signature: signature.slice() };
}

function decodeRefs(refs: readonly Uint8Array[], refsMax: number): MessageId[] | Rejection {
  if (refs.length === 0) return reject("MALFORMED", "acceptor message without refs");
  if (refs.length > refsMax) return reject("TOO_MANY_REFS", `${refs.length}, above ${refsMax}`);
  const ids: MessageId[] = [];
  for (const bytes of refs) {
    const id = decodeId(bytes, "ref");
    if (isRejection(id)) return id;
    const last = ids.at(-1);
    if (last !== undefined && last >= id) {
      return reject("NOT_CANONICAL", "refs are not strictly ascending");
    }
    ids.push(id);
  }
  return ids;
}

function badLength(what: string, bytes: Uint8Array, expected: number): Rejection {
  return reject("BAD_LENGTH", `${what} of ${bytes.length} bytes, not ${expected}`);
}
