import { assertEquals } from "@std/assert";
import canonical from "../vectors/canonical.json" with { type: "json" };
import digests from "../vectors/config_digest.json" with { type: "json" };
import refs from "../vectors/refs.json" with { type: "json" };
import { refsHistory } from "../vectors/refs.ts";
import signatures from "../vectors/signatures.json" with { type: "json" };
import type { AcceptorContent, Ballot, MessageId, ValueHash } from "../../lib/core/types.ts";
import { hashValue, messageId, sha3Hex } from "../../lib/crypto/hash.ts";
import { verifyingKeyOf, verifySignature } from "../../lib/crypto/signatures.ts";
import { loadConfiguration } from "../../lib/config/configuration.ts";
import {
  canonicalAcceptorMessage,
  canonicalProposal,
  canonicalValue,
} from "../../lib/wire/canonical.ts";
import { fromHex, toHex } from "../../lib/wire/hex.ts";

Deno.test("vectors: values", () => {
  for (const { value, canonical: bytes, hash } of canonical.values) {
    assertEquals(toHex(canonicalValue(fromHex(value))), bytes);
    assertEquals(hashValue(fromHex(value)), hash);
    assertEquals(sha3Hex(fromHex(bytes)), hash);
  }
});

Deno.test("vectors: 1as", () => {
  for (const vector of canonical.proposals) {
    const configDigest = fromHex(vector.configDigest);
    const instance = BigInt(vector.instance);
    const { seconds, nanos, proposer } = vector;
    const valueHash = vector.valueHash as ValueHash;
    const ballot: Ballot = { seconds, nanos, valueHash, proposer };
    const bytes = canonicalProposal({ configDigest, instance }, ballot);
    assertEquals(toHex(bytes), vector.canonical);
    assertEquals(sha3Hex(bytes), vector.id);
    const signature = new Uint8Array(64);
    const message = { kind: "1a", instance, ballot, value: undefined, signature } as const;
    assertEquals(messageId(configDigest, message), vector.id);
  }
});

Deno.test("vectors: acceptor messages", () => {
  for (const vector of canonical.acceptorMessages) {
    const configDigest = fromHex(vector.configDigest);
    const instance = BigInt(vector.instance);
    const content: AcceptorContent = {
      signer: vector.signer,
      prev: (vector.prev ?? undefined) as MessageId | undefined,
      refs: vector.refs as MessageId[],
    };
    const bytes = canonicalAcceptorMessage({ configDigest, instance }, content);
    assertEquals(toHex(bytes), vector.canonical);
    assertEquals(sha3Hex(bytes), vector.id);
    const message = { kind: "acceptor", instance, content, signature: new Uint8Array(64) } as const;
    assertEquals(messageId(configDigest, message), vector.id);
  }
});

Deno.test("canonical bytes, spelt out", () => {
  const [vector] = canonical.acceptorMessages.slice(1);
  const text = (string: string) => toHex(new TextEncoder().encode(string));
  assertEquals(
    vector!.canonical,
    text("hetpaxos/v2/acceptor\0") + vector!.configDigest + "0000000000000001" + "00000003" +
      "01" + vector!.prev + "00000003" + vector!.refs.join(""),
  );
});

for (const { what, kind, spki, message, signature, valid } of signatures) {
  Deno.test(`vectors: ${kind}, ${what}: ${valid ? "valid" : "invalid"}`, () => {
    const { keyKind, publicKey } = verifyingKeyOf(fromHex(spki));
    assertEquals(keyKind, kind);
    const verified = verifySignature(keyKind, publicKey, fromHex(message), fromHex(signature));
    assertEquals(verified, valid);
  });
}

Deno.test("vectors: the digest of a configuration", async () => {
  const { file, ...expected } = digests;
  const text = await Deno.readTextFile(new URL(`../fixtures/${file}`, import.meta.url));
  const { digest } = loadConfiguration(text, file);
  const found = Object.entries(digest).map(([part, bytes]) => [part, toHex(bytes)]);
  assertEquals(Object.fromEntries(found), expected);
});

Deno.test("vectors: what an acceptor refers to", () => {
  const found = refsHistory();
  assertEquals(found.length, refs.exchanges.length);
  for (const [index, { received, sent }] of found.entries()) {
    const expected = refs.exchanges[index]!;
    assertEquals(received.id, expected.received.id);
    assertEquals(
      sent.map(({ id, ...message }) => ({ id, refs: "refs" in message ? [...message.refs] : [] })),
      expected.sent.map(({ id, refs }) => ({ id: id as MessageId, refs: refs as MessageId[] })),
    );
  }
  assertEquals(refs.exchanges.at(-1)!.sent[0]!.refs.length, 4);
});
