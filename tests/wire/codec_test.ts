import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { MessageId } from "../../lib/core/types.ts";
import { isRejection, REJECTION_CODES, type RejectionCode } from "../../lib/core/rejection.ts";
import { decodeMessage, encodeMessage, SECONDS_MAX } from "../../lib/wire/codec.ts";
import {
  type ConsensusMessage,
  ConsensusMessageSchema,
} from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { messageBytes } from "../../lib/wire/message_bytes.ts";
import { wireMessage } from "./messages.ts";

const LIMITS = { valueBytesMax: 40, refsMax: 12 };
const RUNS = 300;

// deno-lint-ignore no-explicit-any
type Loose = any;

const bytes = (length: number, fill = 1) => new Uint8Array(length).fill(fill);

const PROPOSAL = {
  case: "proposal",
  value: {
    ballot: { timestamp: { seconds: 1n, nanos: 2 }, valueHash: bytes(32) },
    value: bytes(3),
    signature: bytes(64),
  },
};

const ACCEPTOR_MESSAGE = {
  case: "acceptorMessage",
  value: { signer: 1, prev: bytes(32), refs: [bytes(32), bytes(32, 2)], signature: bytes(64) },
};

/** A message with some fields replaced, and what becomes of it. */
type Case = readonly [name: string, body: Loose, expected: RejectionCode | "accepted"];

function proposal(change: Loose): Loose {
  const { ballot } = PROPOSAL.value;
  const { timestamp } = ballot;
  return {
    ...PROPOSAL,
    value: {
      ...PROPOSAL.value,
      ballot: { ...ballot, timestamp: { ...timestamp, ...change.timestamp }, ...change.ballot },
      ...change.proposal,
    },
  };
}

function acceptorMessage(change: Loose): Loose {
  return { ...ACCEPTOR_MESSAGE, value: { ...ACCEPTOR_MESSAGE.value, ...change } };
}

const CASES: readonly Case[] = [
  ["no body", { case: undefined }, "MALFORMED"],
  ["a 1a", proposal({}), "accepted"],
  ["a 1a without its value", proposal({ proposal: { value: undefined } }), "accepted"],
  ["a 1a of an empty value", proposal({ proposal: { value: bytes(0) } }), "accepted"],
  ["a 1a of the largest value", proposal({ proposal: { value: bytes(40) } }), "accepted"],
  ["a 1a of a larger value", proposal({ proposal: { value: bytes(41) } }), "TOO_LARGE"],
  ["a 1a without a signature", proposal({ proposal: { signature: bytes(0) } }), "BAD_LENGTH"],
  ["a 1a of a longer signature", proposal({ proposal: { signature: bytes(65) } }), "BAD_LENGTH"],
  ["no ballot", proposal({ proposal: { ballot: undefined } }), "MALFORMED"],
  ["no timestamp", proposal({ ballot: { timestamp: undefined } }), "MALFORMED"],
  ["no value hash", proposal({ ballot: { valueHash: bytes(0) } }), "BAD_LENGTH"],
  ["a long value hash", proposal({ ballot: { valueHash: bytes(33) } }), "BAD_LENGTH"],
  ["the last second", proposal({ timestamp: { seconds: BigInt(SECONDS_MAX) } }), "accepted"],
  [
    "a second later",
    proposal({ timestamp: { seconds: BigInt(SECONDS_MAX) + 1n } }),
    "BAD_TIMESTAMP",
  ],
  ["before 1970", proposal({ timestamp: { seconds: -1n } }), "BAD_TIMESTAMP"],
  ["the least second", proposal({ timestamp: { seconds: -(2n ** 63n) } }), "BAD_TIMESTAMP"],
  ["the last nanosecond", proposal({ timestamp: { nanos: 999_999_999 } }), "accepted"],
  ["a nanosecond later", proposal({ timestamp: { nanos: 1_000_000_000 } }), "BAD_TIMESTAMP"],
  ["negative nanoseconds", proposal({ timestamp: { nanos: -1 } }), "BAD_TIMESTAMP"],
  ["an acceptor message", acceptorMessage({}), "accepted"],
  ["a first acceptor message", acceptorMessage({ prev: bytes(0) }), "accepted"],
  ["a short prev", acceptorMessage({ prev: bytes(31) }), "BAD_LENGTH"],
  ["a prev not among refs", acceptorMessage({ prev: bytes(32, 3) }), "NOT_CANONICAL"],
  ["no refs", acceptorMessage({ refs: [] }), "MALFORMED"],
  ["an empty ref", acceptorMessage({ refs: [bytes(32), bytes(0)] }), "BAD_LENGTH"],
  ["refs descending", acceptorMessage({ refs: [bytes(32, 2), bytes(32)] }), "NOT_CANONICAL"],
  ["a ref twice", acceptorMessage({ refs: [bytes(32), bytes(32)] }), "NOT_CANONICAL"],
  [
    "the most refs",
    acceptorMessage({ refs: Array.from({ length: 12 }, (_, i) => bytes(32, i + 1)) }),
    "accepted",
  ],
  [
    "one ref more",
    acceptorMessage({ refs: Array.from({ length: 13 }, (_, i) => bytes(32, i + 1)) }),
    "TOO_MANY_REFS",
  ],
  ["no signature", acceptorMessage({ signature: bytes(0) }), "BAD_LENGTH"],
  ["a long signature", acceptorMessage({ signature: bytes(72) }), "BAD_LENGTH"],
];

for (const [name, body, expected] of CASES) {
  Deno.test(`decoding ${name}: ${expected}`, () => {
    const message = create(ConsensusMessageSchema, { instance: 7n, body });
    const decoded = decodeMessage(message, LIMITS);
    assertEquals(isRejection(decoded) ? decoded.rejected : "accepted", expected);
    if (isRejection(decoded)) assert(decoded.detail !== "" && !decoded.detail.includes("\n"));
  });
}

Deno.test("what is encoded decodes to the same", () => {
  fc.assert(
    fc.property(wireMessage, (message) => {
      const sent = toBinary(ConsensusMessageSchema, encodeMessage(message));
      assertEquals(decodeMessage(fromBinary(ConsensusMessageSchema, sent), LIMITS), message);
    }),
    { numRuns: RUNS },
  );
});

Deno.test("a decoded message keeps nothing of the bytes it came in", () => {
  const sent = toBinary(
    ConsensusMessageSchema,
    create(ConsensusMessageSchema, { body: acceptorMessage({}) }),
  );
  const decoded = decodeMessage(fromBinary(ConsensusMessageSchema, sent), LIMITS);
  assert(!isRejection(decoded) && decoded.kind === "acceptor");
  assertEquals(decoded.signature.buffer.byteLength, 64);
});

/** Faults that random bytes seldom hit. */
const FAULTS: readonly ((message: ConsensusMessage) => void)[] = [
  () => {},
  ({ body }) => {
    if (body.case === "acceptorMessage") body.value.refs.reverse();
    if (body.case === "proposal") body.value.ballot!.timestamp!.nanos *= -1;
  },
  ({ body }) => {
    if (body.case === "acceptorMessage") body.value.refs[0] = bytes(31);
    if (body.case === "proposal") body.value.ballot!.valueHash = bytes(33);
  },
  ({ body }) => {
    if (body.case === "acceptorMessage") body.value.refs = [];
    if (body.case === "proposal") delete body.value.ballot!.timestamp;
  },
];

Deno.test("whatever bytes a peer sends, decoding answers and never throws", () => {
  const seen = new Set<string>();
  const mutation = fc.record({ at: fc.nat(), to: fc.nat(255), cut: fc.option(fc.nat()) });
  const mutations = fc.array(mutation, { maxLength: 4 });
  fc.assert(
    fc.property(wireMessage, fc.constantFrom(...FAULTS), mutations, (message, fault, mutations) => {
      const encoded = encodeMessage(message);
      fault(encoded);
      let sent = toBinary(ConsensusMessageSchema, encoded);
      for (const { at, to, cut } of mutations) {
        sent[at % sent.length] = to;
        if (cut !== null) sent = sent.slice(0, 1 + cut % sent.length);
      }
      const parsed = parse(sent);
      if (parsed === undefined) return;
      const decoded = decodeMessage(parsed, LIMITS);
      seen.add(isRejection(decoded) ? decoded.rejected : "accepted");
      if (isRejection(decoded)) assert(REJECTION_CODES.includes(decoded.rejected));
      else assertEquals(decodeMessage(encodeMessage(decoded), LIMITS), decoded);
    }),
    { numRuns: 10 * RUNS },
  );
  for (const outcome of ["accepted", "MALFORMED", "BAD_LENGTH", "NOT_CANONICAL", "BAD_TIMESTAMP"]) {
    assert(seen.has(outcome), `never seen: ${outcome}`);
  }
});

/** The protobuf layer's own refusal is the transport's business. */
function parse(sent: Uint8Array): ConsensusMessage | undefined {
  try {
    return fromBinary(ConsensusMessageSchema, sent);
  } catch {
    return undefined;
  }
}

Deno.test("what journals keep of a message are the bytes that protobuf gives", () => {
  fc.assert(
    fc.property(wireMessage, (message) => {
      assertEquals(
        messageBytes(message),
        toBinary(ConsensusMessageSchema, encodeMessage(message)),
      );
    }),
    { numRuns: RUNS },
  );
  const refs = ["00".repeat(32) as MessageId];
  const signature = bytes(64);
  for (const instance of [0n, 1n, 127n, 128n, 2n ** 64n - 1n]) {
    for (const signer of [0, 1, 127, 128, 2 ** 32 - 1]) {
      const content = { signer, prev: undefined, refs };
      const message = { kind: "acceptor" as const, instance, content, signature };
      assertEquals(
        messageBytes(message),
        toBinary(ConsensusMessageSchema, encodeMessage(message)),
      );
    }
  }
});
