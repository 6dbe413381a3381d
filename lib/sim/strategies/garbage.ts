/**
 * Bytes that are no message.
 *
 * @module
 */

import { create, toBinary } from "@bufbuild/protobuf";
import { hashOf } from "../ids.ts";
import type { AcceptorContent, MessageId } from "../../core/types.ts";
import { hashValue } from "../../crypto/hash.ts";
import {
  canonicalAcceptorMessage,
  canonicalProposal,
  SIGNATURE_BYTES,
} from "../../wire/canonical.ts";
import { encodeMessage } from "../../wire/codec.ts";
import {
  type ConsensusMessage,
  ConsensusMessageSchema,
} from "../../wire/gen/hetpaxos/v1/consensus_pb.ts";
import type { Limits } from "../../wire/limits.ts";
import type { Prng } from "../prng.ts";
import { INSTANCE } from "../sealed.ts";
import type { Strategy } from "../villain.ts";

/** Packets of them, and messages in each. */
const PACKETS = 12;
const MESSAGES = 4;

/** Who makes messages that are nearly genuine. */
export interface Forger {
  /** The acceptor whose key it has. */
  readonly signer: number;
  /** The proposer whose key it is. */
  readonly proposer: number;
  /** What signatures are bound to, 32 bytes. */
  readonly configDigest: Uint8Array;
  /** What is too large for those that are to refuse it. */
  readonly limits: Limits;
  /** Signs as that acceptor. */
  sign(bytes: Uint8Array): Uint8Array;
}

/**
 * Sends genuine messages with one thing wrong in their bytes, and noise. The codec or the verifier
 * must refuse every one, with a code and without an exception.
 */
export function garbage(): Strategy {
  return {
    name: "garbage",
    begin(villain) {
      const { stage, index, acceptor: signer = 0 } = villain;
      const { prng, configDigest, limits } = stage;
      const forger = {
        ...{ signer, proposer: index, configDigest, limits },
        sign: (bytes: Uint8Array) => stage.sign(index, bytes),
      };
      villain.repeat(PACKETS, prng.between(5, 60), () => {
        const bytes = Array.from({ length: MESSAGES }, () => spoiled(prng, forger));
        villain.send([prng.pick(villain.peers)!], { bytes });
      });
    },
  };
}

/** A genuine message with one thing wrong. */
export function spoiled(prng: Prng, forger: Forger): Uint8Array {
  const genuine = { signer: forger.signer, prev: undefined, refs: ids(2) };
  const whole = () => toBinary(ConsensusMessageSchema, signed(forger, genuine));
  switch (prng.below(6)) {
    case 0:
      return flipped(prng, whole());
    case 1:
      return whole().subarray(0, prng.between(1, whole().length - 1));
    case 2:
      return Uint8Array.from({ length: prng.between(1, 80) }, () => prng.below(256));
  }
  return toBinary(ConsensusMessageSchema, prng.pick(FAULTS)!(forger));
}

function signed(
  { configDigest, sign }: Forger,
  content: AcceptorContent,
  signature?: Uint8Array,
): ConsensusMessage {
  const instance = BigInt(INSTANCE);
  signature ??= sign(canonicalAcceptorMessage({ configDigest, instance }, content));
  return encodeMessage({ kind: "acceptor", instance, content, signature });
}

function offer(
  by: Forger,
  seconds: number,
  nanos: number,
  value: Uint8Array,
  valueHash = hashValue(value),
): ConsensusMessage {
  const ballot = { seconds, nanos, valueHash, proposer: by.proposer };
  const { configDigest } = by;
  const instance = BigInt(INSTANCE);
  // What is no time has no canonical bytes.
  const signature = seconds < 0
    ? new Uint8Array(SIGNATURE_BYTES)
    : by.sign(canonicalProposal({ configDigest, instance }, ballot));
  return encodeMessage({ kind: "1a", instance, ballot, value, signature });
}

function ids(count: number): MessageId[] {
  return Array.from({ length: count }, (_, i) => hashOf(`ref ${i}`) as string as MessageId).sort();
}

const STRANGER = hashOf("stranger") as string as MessageId;
const VALUE = new Uint8Array([1, 2, 3]);

/** Above all acceptors. */
const NOBODY = 1_000;

const FAULTS: readonly ((forger: Forger) => ConsensusMessage)[] = [
  () => create(ConsensusMessageSchema, { instance: 1n }),
  (by) => signed(by, { signer: by.signer, prev: undefined, refs: [] }),
  (by) => signed(by, { signer: by.signer, prev: undefined, refs: ids(3).reverse() }),
  (by) => signed(by, { signer: by.signer, prev: STRANGER, refs: ids(2) }),
  (by) => signed(by, { signer: by.signer, prev: undefined, refs: ids(by.limits.refsMax + 1) }),
  (by) => signed(by, { signer: NOBODY, prev: undefined, refs: ids(2) }),
  (by) => signed(by, { signer: by.signer, prev: undefined, refs: ids(2) }, new Uint8Array(64)),
  (by) => signed(by, { signer: by.signer, prev: undefined, refs: ids(2) }, new Uint8Array(63)),
  (by) => offer(by, -1, 0, VALUE),
  (by) => offer(by, 1, 1_000_000_000, VALUE),
  (by) => offer(by, 1, 0, new Uint8Array(by.limits.valueBytesMax + 1)),
  (by) => offer(by, 1, 0, VALUE, hashValue(new Uint8Array([4]))),
];

/** One bit is wrong: nearly all matter, for the signature covers all but the form of the protobuf. */
function flipped(prng: Prng, bytes: Uint8Array): Uint8Array {
  const wrong = bytes.slice();
  const at = prng.below(wrong.length);
  wrong[at] = wrong[at]! ^ (1 << prng.below(8));
  return wrong;
}
