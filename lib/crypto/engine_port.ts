/**
 * What is asked of whoever computes hashes and signatures.
 *
 * @module
 */

/** A key that verifies, as an engine has it: only that engine can look into it. */
export type EngineKey = { readonly brand: unique symbol };

/** What both can do. All of it is synchronous, as the core is. */
export interface Engine {
  /** SHA3-256: 32 bytes. */
  sha3(bytes: Uint8Array): Uint8Array<ArrayBuffer>;
  /** SHA3-256: 64 lower-case hex digits. */
  sha3Hex(bytes: Uint8Array): string;
  /** SHA-256, of a text in UTF-8: 64 lower-case hex digits. */
  sha256Hex(content: Uint8Array | string): string;
  /** Reads a public key. Throws if it cannot. @param spki SubjectPublicKeyInfo, DER. */
  keyOf(spki: Uint8Array): EngineKey;
  /** Whether a signature of 64 bytes is the key's. May throw for what is no signature. */
  verifyEd25519(key: EngineKey, bytes: Uint8Array, signature: Uint8Array): boolean;
  /** The same of ECDSA on P-256 with SHA-256; (r, n - s) counts as well as (r, s). */
  verifyP256(key: EngineKey, bytes: Uint8Array, signature: Uint8Array): boolean;
  /** SubjectPublicKeyInfo, DER, of the Ed25519 key with this secret of 32 bytes. */
  publicOf(secret: Uint8Array): Uint8Array<ArrayBuffer>;
  /** Signs by Ed25519 with this secret of 32 bytes. */
  signerOf(secret: Uint8Array): (bytes: Uint8Array) => Uint8Array<ArrayBuffer>;
}

/** One after the other. */
export function joined(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}
