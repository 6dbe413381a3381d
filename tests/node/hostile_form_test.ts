import { assert, assertEquals } from "@std/assert";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { RejectionCode } from "../../lib/core/rejection.ts";
import type { MessageId } from "../../lib/core/types.ts";
import {
  type AcceptorMessageSchema,
  type ConsensusMessage,
  ConsensusMessageSchema,
  type ProposalSchema,
} from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { fromHex } from "../../lib/wire/hex.ts";
import { type HostilePeer, inventedId, knows } from "./harness.ts";
import { makeStage } from "./provocations.ts";

const HASH = fromHex(inventedId(0));
const [LOW, HIGH] = [inventedId(1), inventedId(2)].toSorted();
const SIGNATURE = new Uint8Array(64);

function proposal(value: MessageInitShape<typeof ProposalSchema>): ConsensusMessage {
  return create(ConsensusMessageSchema, { instance: 1n, body: { case: "proposal", value } });
}

function acceptorMessage(value: MessageInitShape<typeof AcceptorMessageSchema>): ConsensusMessage {
  const body = { case: "acceptorMessage" as const, value };
  return create(ConsensusMessageSchema, { instance: 1n, body });
}

function at(seconds: bigint, nanos: number): ConsensusMessage {
  return proposal({ ballot: { timestamp: { seconds, nanos }, valueHash: HASH } });
}

function hashed(valueHash: Uint8Array<ArrayBuffer>): ConsensusMessage {
  return proposal({ ballot: { timestamp: { seconds: 1n, nanos: 0 }, valueHash } });
}

function referring(
  refs: readonly (MessageId | undefined)[],
  rest: MessageInitShape<typeof AcceptorMessageSchema> = {},
): ConsensusMessage {
  return acceptorMessage({
    signer: 3,
    signature: SIGNATURE,
    refs: refs.map((ref) => fromHex(ref!)),
    ...rest,
  });
}

const short = HASH.slice(1);
const long = new Uint8Array([...HASH, 0]);

/** Things that are not messages, and why they are refused. */
const FAULTS: Readonly<Record<string, readonly [RejectionCode, ConsensusMessage]>> = {
  "a message without a body": ["MALFORMED", create(ConsensusMessageSchema, { instance: 1n })],
  "a 1a without a ballot": ["MALFORMED", proposal({})],
  "a ballot without a timestamp": ["MALFORMED", proposal({ ballot: { valueHash: HASH } })],
  "no refs": ["MALFORMED", referring([])],
  "an empty acceptor message": ["BAD_LENGTH", acceptorMessage({})],
  "no value hash": ["BAD_LENGTH", hashed(new Uint8Array())],
  "a short value hash": ["BAD_LENGTH", hashed(short)],
  "a long value hash": ["BAD_LENGTH", hashed(long)],
  "a short ref": ["BAD_LENGTH", referring([LOW], { refs: [short] })],
  "a long ref": ["BAD_LENGTH", referring([LOW], { refs: [HASH, long] })],
  "an empty ref": ["BAD_LENGTH", referring([LOW], { refs: [new Uint8Array()] })],
  "a short prev": ["BAD_LENGTH", referring([LOW], { prev: short })],
  "no signature": ["BAD_LENGTH", referring([LOW], { signature: new Uint8Array() })],
  "a long signature": ["BAD_LENGTH", referring([LOW], { signature: new Uint8Array(65) })],
  "unsorted refs": ["NOT_CANONICAL", referring([HIGH, LOW])],
  "a ref twice": ["NOT_CANONICAL", referring([LOW, LOW])],
  "a prev that is no ref": ["NOT_CANONICAL", referring([LOW], { prev: fromHex(HIGH!) })],
  "a time before 1970": ["BAD_TIMESTAMP", at(-1n, 0)],
  "the earliest time that can be written": ["BAD_TIMESTAMP", at(-(2n ** 63n), 0)],
  "negative nanoseconds": ["BAD_TIMESTAMP", at(1n, -1)],
  "a billion nanoseconds": ["BAD_TIMESTAMP", at(1n, 1_000_000_000)],
  "the most nanoseconds that can be written": ["BAD_TIMESTAMP", at(1n, 2 ** 31 - 1)],
  "a time after 9999": ["BAD_TIMESTAMP", at(253_402_300_800n, 0)],
  "the latest time that can be written": ["BAD_TIMESTAMP", at(2n ** 63n - 1n, 0)],
};

async function isRefused(dave: HostilePeer, code: RejectionCode, message: ConsensusMessage) {
  const before = dave.victim.node.rejections.get(code) ?? 0;
  await dave.send(message);
  assertEquals(dave.victim.node.rejections.get(code), before + 1);
}

for (const [what, [code, message]] of Object.entries(FAULTS)) {
  Deno.test(`${what} is refused as ${code}`, async () => {
    const { cluster, dave } = await makeStage();
    await isRefused(dave, code, message);
    await cluster.decides(1n);
    assertEquals(dave.ended, false);
    await cluster.stop();
  });
}

Deno.test("faults in the midst of an envelope do not spoil the rest of it", async () => {
  const { cluster, dave } = await makeStage();
  const faults = Object.values(FAULTS).map(([, message]) => message);
  const good = dave.proposal({ value: "good" });
  await dave.send(...faults, good, ...faults.slice(0, 2));
  assert(knows(dave.victim, good));
  await cluster.decides(1n);
  await cluster.stop();
});

Deno.test("fields that nobody knows change neither a message nor its id", async () => {
  const { cluster, dave } = await makeStage();
  const good = dave.proposal({ value: "good" });
  const $unknown = [{ no: 99, wireType: 0, data: new Uint8Array([7]) }];
  await dave.send({ ...good.message, $unknown });
  assert(knows(dave.victim, good));
  await cluster.decides(1n);
  assert(dave.messages.every((message) => message.$unknown === undefined));
  await cluster.stop();
});

Deno.test("instance numbers may be anything that 64 bits can write", async () => {
  const { cluster, dave } = await makeStage();
  const last = 2n ** 64n - 1n;
  for (const instance of [0n, 2n ** 63n, last]) {
    const proposal = dave.proposal({ instance });
    await dave.send(proposal);
    assert(knows(dave.victim, proposal));
  }
  await cluster.decides(last);
  await cluster.stop();
});
