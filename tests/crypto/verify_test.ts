import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { isRejection, type RejectionCode } from "../../lib/core/rejection.ts";
import type { Ballot, MessageId } from "../../lib/core/types.ts";
import { parseCertificate } from "../../lib/crypto/certificate.ts";
import { makeCertificate } from "../../lib/crypto/make_certificate.ts";
import { hashValue } from "../../lib/crypto/hash.ts";
import { KEY_KINDS, makeSigner, parsePrivateKey } from "../../lib/crypto/keys.ts";
import { makeVerifier, type Verifier } from "../../lib/crypto/verify.ts";
import { signProposal } from "../../lib/node/signing.ts";
import { canonicalAcceptorMessage } from "../../lib/wire/canonical.ts";
import type { WireAcceptorMessage, WireMessage } from "../../lib/wire/codec.ts";
import { fromHex } from "../../lib/wire/hex.ts";
import { wireMessage } from "../wire/messages.ts";

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const made = await Promise.all(
  KEY_KINDS.map(async (kind) => ({ kind, ...await makeCertificate(kind, kind, ["localhost"]) })),
);
const acceptors = made.map(({ kind, certificate }) => ({
  name: kind,
  certificate: parseCertificate(certificate),
}));
const signers = made.map(({ privateKey }) => makeSigner(parsePrivateKey(privateKey)));
const whole = new Uint8Array(32).fill(7);
const verifier = makeVerifier({
  acceptors: acceptors.slice(0, 2),
  proposers: acceptors,
  digest: { whole },
});

const id = (digit: string) => digit.repeat(64) as MessageId;

function signed(signer: number, instance = 5n, digest = whole): WireAcceptorMessage {
  const content = { signer, prev: id("a"), refs: [id("a"), id("b")] };
  const bytes = canonicalAcceptorMessage({ configDigest: digest, instance }, content);
  return { kind: "acceptor", instance, content, signature: signers[signer]!.sign(bytes) };
}

function proposed(ballot: Ballot, value: Uint8Array | undefined, by = ballot.proposer) {
  const scope = { configDigest: whole, instance: 1n };
  return signProposal(signers[by]!, scope, ballot, value);
}

function outcome(message: WireMessage, by: Verifier = verifier): RejectionCode | "verified" {
  const verified = by.verify(message, by.identify(message));
  return isRejection(verified) ? verified.rejected : "verified";
}

for (const [signer, kind] of KEY_KINDS.entries()) {
  Deno.test(`an honest message verifies: ${kind}`, () => {
    const message = signed(signer);
    const messageId = verifier.identify(message);
    assertEquals(verifier.verify(message, messageId), {
      kind: "acceptor",
      id: messageId,
      ...message.content,
    });
  });

  Deno.test(`nothing of a message can be changed: ${kind}`, () => {
    const message = signed(signer);
    const { content } = message;
    const changed: WireAcceptorMessage[] = [
      { ...message, instance: 6n },
      { ...message, content: { ...content, signer: 1 - signer } },
      { ...message, content: { ...content, prev: id("b") } },
      { ...message, content: { ...content, prev: undefined } },
      { ...message, content: { ...content, refs: [id("a"), id("c")] } },
      { ...message, content: { ...content, refs: [id("a")] } },
      { ...message, signature: new Uint8Array(64) },
      signed(signer, 5n, new Uint8Array(32)),
    ];
    for (const other of changed) assertEquals(outcome(other), "BAD_SIGNATURE");
    const ids = [message, ...changed.slice(0, 6)].map(verifier.identify);
    assertEquals(new Set(ids).size, 7, "all have ids of their own");
  });
}

Deno.test("a signature re-encoded by a bystander is as good, and the id is the same", () => {
  const message = signed(KEY_KINDS.indexOf("p256"));
  const s = BigInt(`0x${message.signature.slice(32).toHex()}`);
  const other = fromHex((P256_ORDER - s).toString(16).padStart(64, "0"));
  const signature = new Uint8Array([...message.signature.slice(0, 32), ...other]);
  const twin = { ...message, signature };
  assertNotEquals(twin.signature, message.signature);
  assertEquals(outcome(twin), "verified");
  assertEquals(verifier.identify(twin), verifier.identify(message));
});

Deno.test("a signer that is not an acceptor is unknown", () => {
  const message = signed(0);
  const content = { ...message.content, signer: 2 };
  assertEquals(outcome({ ...message, content }), "UNKNOWN_SIGNER");
  assertEquals(
    outcome({ ...message, content: { ...content, signer: 2 ** 32 - 1 } }),
    "UNKNOWN_SIGNER",
  );
});

Deno.test("a 1a is its proposer's, in this instance and cluster, or is refused", () => {
  const ballot = { seconds: 1, nanos: 2, valueHash: hashValue(new Uint8Array(1)), proposer: 0 };
  for (const proposer of [0, 1]) {
    const mine = { ...ballot, proposer };
    const message = proposed(mine, undefined);
    assertEquals(outcome(message), "verified");
    assertEquals(outcome({ ...message, instance: 2n }), "BAD_SIGNATURE");
    assertEquals(outcome(proposed(mine, undefined, 1 - proposer)), "BAD_SIGNATURE");
    assertEquals(outcome({ ...message, ballot: { ...mine, nanos: 3 } }), "BAD_SIGNATURE");
    assertEquals(outcome({ ...message, ballot: { ...mine, proposer: 2 } }), "UNKNOWN_SIGNER");
  }
  const one = proposed(ballot, undefined);
  const other = { ...one, signature: new Uint8Array(64) };
  assertEquals(
    verifier.identify(one),
    verifier.identify(other),
    "the id does not cover the signature",
  );
  const theirs = { ...one, ballot: { ...ballot, proposer: 1 } };
  assertNotEquals(verifier.identify(one), verifier.identify(theirs), "but who proposes");
});

Deno.test("a value must be the one announced, or absent", () => {
  const value = new TextEncoder().encode("blue");
  const ballot = { seconds: 1, nanos: 2, valueHash: hashValue(value), proposer: 0 };
  const message = proposed(ballot, value);
  assertEquals(outcome(message), "verified");
  assertEquals(outcome({ ...message, value: undefined }), "verified");
  assertEquals(outcome({ ...message, value: new TextEncoder().encode("red") }), "VALUE_MISMATCH");
  assertEquals(
    verifier.identify(message),
    verifier.identify({ ...message, value: undefined }),
    "the id does not cover the value",
  );
});

Deno.test("verifying answers and never throws, whatever a peer sends", () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(wireMessage, fc.nat(2), (message, signer) => {
      const near = message.kind === "1a"
        ? signer === 2 ? message : proposed({ ...message.ballot, proposer: signer }, message.value)
        : { ...message, content: { ...message.content, signer } };
      seen.add(outcome(near));
      assert(/^[0-9a-f]{64}$/.test(verifier.identify(near)));
    }),
    { numRuns: 300 },
  );
  assertEquals([...seen].sort(), ["BAD_SIGNATURE", "UNKNOWN_SIGNER", "VALUE_MISMATCH", "verified"]);
});
