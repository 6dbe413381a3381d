/**
 * Hashes and signatures by a library that runs anywhere, a browser included.
 *
 * Differs from the platform's in signatures that only the holder of a key can make, and by no honest
 * program: of small order, or not canonical. Here they count for nothing.
 *
 * @module
 */

import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { sha3_256 } from "@noble/hashes/sha3.js";
import { type Engine, type EngineKey, joined } from "./engine_port.ts";

/** What stands before the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo. */
const ED25519_SPKI_HEAD = Uint8Array.of(48, 42, 48, 5, 6, 3, 43, 101, 112, 3, 33, 0);

/** Bytes of an uncompressed point of P-256, the last of its SubjectPublicKeyInfo. */
const P256_POINT_BYTES = 65;

/** Runs anywhere, some three times slower in hashing and thirty times in verifying. */
export const PORTABLE: Engine = {
  sha3: (bytes) => new Uint8Array(sha3_256(bytes)),
  sha3Hex: (bytes) => sha3_256(bytes).toHex(),
  sha256Hex: (content) =>
    sha256(typeof content === "string" ? new TextEncoder().encode(content) : content).toHex(),
  keyOf(spki) {
    const isEd25519 = spki.length === ED25519_SPKI_HEAD.length + 32 &&
      ED25519_SPKI_HEAD.every((byte, i) => spki[i] === byte);
    const raw = spki.subarray(isEd25519 ? ED25519_SPKI_HEAD.length : -P256_POINT_BYTES);
    // Throws for what is no point.
    if (isEd25519) ed25519.Point.fromBytes(raw);
    else p256.Point.fromBytes(raw);
    return raw as unknown as EngineKey;
  },
  verifyEd25519: (key, bytes, signature) =>
    ed25519.verify(signature, bytes, key as unknown as Uint8Array, { zip215: false }),
  verifyP256: (key, bytes, signature) =>
    p256.verify(signature, bytes, key as unknown as Uint8Array, { lowS: false }),
  publicOf: (secret) => joined(ED25519_SPKI_HEAD, ed25519.getPublicKey(secret)),
  signerOf: (secret) => (bytes) => new Uint8Array(ed25519.sign(bytes, secret)),
};
