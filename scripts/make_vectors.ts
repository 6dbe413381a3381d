/**
 * Makes tests/vectors/*.json: `deno run -A scripts/make_vectors.ts`. All but the P-256 signatures
 * come out the same each time, and those are kept as long as they verify. A change in these files
 * is a change of the protocol: old and new processes would not understand each other.
 *
 * @module
 */

import { runScript } from "./command.ts";
import { createPrivateKey, createPublicKey } from "node:crypto";
import type { AcceptorContent, Ballot, Message, MessageId } from "../lib/core/types.ts";
import { acceptorMessageId, hashValue, proposalId, sha3 } from "../lib/crypto/hash.ts";
import { type KeyKind, makeSigner, parsePrivateKey, spkiOf } from "../lib/crypto/keys.ts";
import { PublicKey, verifySignature } from "../lib/crypto/signatures.ts";
import { loadConfiguration } from "../lib/config/configuration.ts";
import {
  canonicalAcceptorMessage,
  canonicalProposal,
  canonicalValue,
} from "../lib/wire/canonical.ts";
import { fromHex, toHex } from "../lib/wire/hex.ts";
import { refsHistory, SCOPE } from "../tests/vectors/refs.ts";

const VECTORS = new URL("../tests/vectors/", import.meta.url);
const FIXTURES = new URL("../tests/fixtures/", import.meta.url);

/** Order of the group of P-256: with (r, s), (r, n - s) is a valid signature too. */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** PKCS#8 before the 32 bytes of an Ed25519 key (RFC 8410). */
const ED25519_PKCS8 = fromHex("302e020100300506032b657004220420");

interface SignatureVector {
  readonly what: string;
  readonly kind: KeyKind;
  readonly spki: string;
  readonly message: string;
  readonly signature: string;
  readonly valid: boolean;
}

function canonicalVectors() {
  const digest = sha3(new TextEncoder().encode("a configuration"));
  const id = (text: string) => toHex(sha3(new TextEncoder().encode(text))) as MessageId;
  const ballots: { instance: bigint; ballot: Ballot }[] = [
    {
      instance: 0n,
      ballot: { seconds: 0, nanos: 0, valueHash: hashValue(new Uint8Array()), proposer: 0 },
    },
    {
      instance: 2n ** 64n - 1n,
      ballot: {
        seconds: 253_402_300_799,
        nanos: 999_999_999,
        valueHash: hashValue(utf8("blue")),
        proposer: 2 ** 32 - 1,
      },
    },
  ];
  const [one, two, three] = ["one", "two", "three"].map(id).sort();
  const contents: { instance: bigint; content: AcceptorContent }[] = [
    { instance: 0n, content: { signer: 0, prev: undefined, refs: [one!] } },
    { instance: 1n, content: { signer: 3, prev: two, refs: [one!, two!, three!] } },
    { instance: 2n ** 63n, content: { signer: 2 ** 32 - 1, prev: one, refs: [one!] } },
  ];
  return {
    values: ["", "blue", "\u{1f600}"].map((text) => ({
      value: toHex(utf8(text)),
      canonical: toHex(canonicalValue(utf8(text))),
      hash: hashValue(utf8(text)),
    })),
    proposals: ballots.map(({ instance, ballot }) => ({
      configDigest: toHex(digest),
      instance: String(instance),
      ...ballot,
      canonical: toHex(canonicalProposal({ configDigest: digest, instance }, ballot)),
      id: proposalId({ configDigest: digest, instance }, ballot),
    })),
    acceptorMessages: contents.map(({ instance, content }) => ({
      configDigest: toHex(digest),
      instance: String(instance),
      signer: content.signer,
      prev: content.prev ?? null,
      refs: content.refs,
      canonical: toHex(canonicalAcceptorMessage({ configDigest: digest, instance }, content)),
      id: acceptorMessageId({ configDigest: digest, instance }, content),
    })),
  };
}

async function signatureVectors(): Promise<SignatureVector[]> {
  const message = utf8("canonical bytes");
  const seed = Uint8Array.from({ length: 32 }, (_, i) => i);
  const der = new Uint8Array([...ED25519_PKCS8, ...seed]);
  const ed = createPrivateKey({ key: der as never, format: "der", type: "pkcs8" });
  const edPem = ed.export({ type: "pkcs8", format: "pem" }).toString();
  const vectors = [
    ...variants("ed25519", edPem, message, undefined),
    ...variants("p256", (await fixture()).privateKey, message, await committedP256()),
  ];
  return vectors;
}

function variants(
  kind: KeyKind,
  pem: string,
  message: Uint8Array,
  committed: string | undefined,
): SignatureVector[] {
  const key = parsePrivateKey(pem);
  const publicKey = createPublicKey(key.key);
  const usable = committed !== undefined &&
    verifySignature(kind, new PublicKey(spkiOf(publicKey)), message, fromHex(committed));
  const signature = usable ? fromHex(committed) : makeSigner(key).sign(message);
  const flipped = signature.slice();
  flipped[63]! ^= 1;
  const common = { kind, spki: toHex(spkiOf(publicKey)), message: toHex(message) };
  const list: SignatureVector[] = [
    { what: "a signature", ...common, signature: toHex(signature), valid: true },
    { what: "one bit flipped", ...common, signature: toHex(flipped), valid: false },
    { what: "zeros", ...common, signature: "00".repeat(64), valid: false },
    { what: "too short", ...common, signature: toHex(signature.slice(1)), valid: false },
  ];
  if (kind === "p256") {
    const s = BigInt(`0x${toHex(signature.slice(32))}`);
    const other = (P256_ORDER - s).toString(16).padStart(64, "0");
    const malleated = toHex(signature.slice(0, 32)) + other;
    list.push({ what: "the same as (r, n - s)", ...common, signature: malleated, valid: true });
  }
  return list;
}

async function fixture(): Promise<{ privateKey: string }> {
  return JSON.parse(await Deno.readTextFile(new URL("reference_0_config.json", FIXTURES)));
}

async function committedP256(): Promise<string | undefined> {
  try {
    const text = await Deno.readTextFile(new URL("signatures.json", VECTORS));
    return (JSON.parse(text) as SignatureVector[]).find(({ kind }) => kind === "p256")?.signature;
  } catch {
    return undefined;
  }
}

async function digestVectors() {
  const file = "reference_0_config.json";
  const { digest } = loadConfiguration(await Deno.readTextFile(new URL(file, FIXTURES)), file);
  const hex = Object.entries(digest).map(([part, bytes]) => [part, toHex(bytes)]);
  return { file, ...Object.fromEntries(hex) };
}

function refsVectors() {
  const plain = (message: Message) =>
    message.kind === "1a"
      ? { id: message.id, kind: message.kind, ...message.ballot }
      : { ...message, prev: message.prev ?? null };
  return {
    configDigest: toHex(SCOPE.configDigest),
    instance: String(SCOPE.instance),
    acceptors: 4,
    quorum: 3,
    acceptor: 0,
    exchanges: refsHistory().map(({ received, sent }) => ({
      received: plain(received),
      sent: sent.map(plain),
    })),
  };
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

async function write(name: string, content: unknown): Promise<void> {
  await Deno.writeTextFile(
    new URL(name, VECTORS),
    `${JSON.stringify(content, undefined, 2)}\n`,
  );
}

if (import.meta.main) {
  await runScript({
    name: "make_vectors",
    summary: "Write the test vectors in tests/vectors",
    description: "Write the test vectors in tests/vectors.",
    flags: [],
  }, async () => {
    await write("canonical.json", canonicalVectors());
    await write("signatures.json", await signatureVectors());
    await write("config_digest.json", await digestVectors());
    await write("refs.json", refsVectors());
  });
}
