/**
 * Bytes that are no message.
 *
 * @module
 */

import { create, toBinary } from "@bufbuild/protobuf";
import { BYTE_LIMITS, notary } from "../border.ts";
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
import type { Prng } from "../prng.ts";
import type { Strategy } from "../villain.ts";

/** Packets of them, and messages in each. */
const PACKETS = 4;
const MESSAGES = 2;

/**
 * Sends genuine messages with one thing wrong in their bytes, and noise. The codec or the verifier
 * must refuse every one, with a code and without an exception.
 */
export function garbage(): Strategy {
  return {
    name: "garbage",
    begin(villain) {
      const { prng } = villain.stage;
      villain.repeat(PACKETS, prng.between(5, 60), () => {
        const bytes = Array.from(
          { length: MESSAGES },
          () => villain.conspiracy.rememberThing(spoiled(prng), "garbage"),
        );
        villain.send([prng.pick(villain.peers)!], { bytes });
      });
    },
  };
}

/** A genuine message with one thing wrong. */
export function spoiled(prng: Prng): Uint8Array {
  const whole = () => toBinary(ConsensusMessageSchema, genuine());
  switch (prng.below(6)) {
    case 0:
      return flipped(prng, whole());
    case 1:
      return whole().subarray(0, prng.between(1, whole().length - 1));
    case 2:
      return Uint8Array.from({ length: prng.between(1, 80) }, () => prng.below(256));
  }
  return toBinary(ConsensusMessageSchema, prng.pick(FAULTS)!());
}

/** A 1b of the only acceptor to which real bytes belong. */
function genuine(): ConsensusMessage {
  return signed({ signer: 0, prev: undefined, refs: ids(2) });
}

function signed(content: AcceptorContent, signature?: Uint8Array): ConsensusMessage {
  const { configDigest, signer } = notary();
  const bytes = canonicalAcceptorMessage({ configDigest, instance: 1n }, content);
  signature ??= signer.sign(bytes);
  return encodeMessage({ kind: "acceptor", instance: 1n, content, signature });
}

function offer(seconds: number, nanos: number, value: Uint8Array, valueHash = hashValue(value)) {
  const { configDigest, signer } = notary();
  const ballot = { seconds, nanos, valueHash, proposer: 0 };
  // What is no time has no canonical bytes.
  const isTime = seconds >= 0;
  const scope = { configDigest, instance: 1n };
  const signature = isTime
    ? signer.sign(canonicalProposal(scope, ballot))
    : new Uint8Array(SIGNATURE_BYTES);
  return encodeMessage({ kind: "1a", instance: 1n, ballot, value, signature });
}

function ids(count: number): MessageId[] {
  return Array.from({ length: count }, (_, i) => hashOf(`ref ${i}`) as string as MessageId).sort();
}

const STRANGER = hashOf("stranger") as string as MessageId;
const VALUE = new Uint8Array([1, 2, 3]);

const FAULTS: readonly (() => ConsensusMessage)[] = [
  () => create(ConsensusMessageSchema, { instance: 1n }),
  () => signed({ signer: 0, prev: undefined, refs: [] }),
  () => signed({ signer: 0, prev: undefined, refs: ids(3).reverse() }),
  () => signed({ signer: 0, prev: STRANGER, refs: ids(2) }),
  () => signed({ signer: 0, prev: undefined, refs: ids(BYTE_LIMITS.refsMax + 1) }),
  () => signed({ signer: 7, prev: undefined, refs: ids(2) }),
  () => signed({ signer: 0, prev: undefined, refs: ids(2) }, new Uint8Array(64)),
  () => signed({ signer: 0, prev: undefined, refs: ids(2) }, new Uint8Array(63)),
  () => offer(-1, 0, VALUE),
  () => offer(1, 1_000_000_000, VALUE),
  () => offer(1, 0, new Uint8Array(BYTE_LIMITS.valueBytesMax + 1)),
  () => offer(1, 0, new Uint8Array(BYTE_LIMITS.envelopeBytesMax + 1)),
  () => offer(1, 0, VALUE, hashValue(new Uint8Array([4]))),
];

/** One bit is wrong: nearly all matter, for the signature covers all but the form of the protobuf. */
function flipped(prng: Prng, bytes: Uint8Array): Uint8Array {
  const wrong = bytes.slice();
  const at = prng.below(wrong.length);
  wrong[at] = wrong[at]! ^ (1 << prng.below(8));
  return wrong;
}
