/**
 * Public keys and signatures of the two kinds in use, on any platform: Ed25519, and ECDSA on P-256
 * with SHA-256 for configuration files that carry it. Signatures of both are 64 bytes.
 *
 * @module
 */

import { DerReader, readDer, TAG } from "../wire/der.ts";
import { toHex } from "../wire/hex.ts";
import { ENGINE } from "./engine.ts";
import type { EngineKey } from "./engine_port.ts";
import { KeyError } from "./key_error.ts";

/** Kinds of keys, by the names used on command lines and in messages. */
export const KEY_KINDS = ["ed25519", "p256"] as const;

/** One of {@linkcode KEY_KINDS}. */
export type KeyKind = typeof KEY_KINDS[number];

/** What both kinds are called when speaking to people. */
export const KEY_KIND_NAMES: Readonly<Record<KeyKind, string>> = {
  ed25519: "Ed25519",
  p256: "ECDSA P-256",
};

/** Signs with one key. */
export interface Signer {
  /** The signature of `bytes`: 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array<ArrayBuffer>;
}

/** A key as the engine has it. Throws if it cannot be read. */
let engineKeyOf: (key: PublicKey) => EngineKey;

/** A key that verifies. It is read when it is first used. */
export class PublicKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  #key: EngineKey | undefined;

  /**
   * Reads nothing yet.
   *
   * @param spki Of a key of a kind in use; else nothing is its signature.
   */
  constructor(spki: Uint8Array) {
    this.spki = spki;
  }

  static {
    engineKeyOf = (key) => key.#key ??= ENGINE.keyOf(key.spki);
  }
}

/** What of a certificate is needed to verify what its holder signed. */
export interface VerifyingKey {
  /** Kind of the public key. */
  readonly keyKind: KeyKind;
  /** Verifies what its holder signed. */
  readonly publicKey: PublicKey;
  /** SubjectPublicKeyInfo, DER: what a peer is known by. */
  readonly spki: Uint8Array;
}

/**
 * The key in a SubjectPublicKeyInfo.
 *
 * @param spki DER.
 * @throws KeyError if it cannot be read, or is of a kind not in use.
 */
export function verifyingKeyOf(spki: Uint8Array): VerifyingKey {
  const keyKind = kindOf(spki);
  const publicKey = new PublicKey(new Uint8Array(spki));
  try {
    engineKeyOf(publicKey);
  } catch {
    throw new KeyError("cannot be read as a public key; is it whole?");
  }
  return { keyKind, publicKey, spki: publicKey.spki };
}

/** Object identifiers, DER with their lengths: of Ed25519, and of P-256 with that of EC keys. */
const KINDS: readonly (readonly [KeyKind, string])[] = [
  ["ed25519", "06032b6570"],
  ["p256", "06072a8648ce3d020106082a8648ce3d030107"],
];

function kindOf(spki: Uint8Array): KeyKind {
  try {
    const fields = new DerReader(readDer(spki, TAG.sequence).content);
    const algorithm = toHex(fields.take(TAG.sequence).content);
    const found = KINDS.find(([, oids]) => algorithm === oids);
    if (found !== undefined) return found[0];
  } catch {
    throw new KeyError("cannot be read as a public key; is it whole?");
  }
  throw new KeyError("is a key of another kind; use Ed25519 or ECDSA P-256");
}

/**
 * Whether `signature` is one of `bytes` by the holder of `key`. False, never an exception, for
 * whatever a peer may send. Any valid ECDSA signature counts, (r, n - s) as well as (r, s).
 *
 * @example
 * ```ts
 * import { keyOfSecret, verifySignature } from "./signatures.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { signer, publicKey } = keyOfSecret(new Uint8Array(32).fill(7));
 * const bytes = new TextEncoder().encode("a message");
 * const signature = signer.sign(bytes);
 * assertEquals(verifySignature("ed25519", publicKey, bytes, signature), true);
 * assertEquals(verifySignature("ed25519", publicKey, signature, signature), false);
 * ```
 */
export function verifySignature(
  kind: KeyKind,
  key: PublicKey,
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    return kind === "ed25519"
      ? ENGINE.verifyEd25519(engineKeyOf(key), bytes, signature)
      : ENGINE.verifyP256(engineKeyOf(key), bytes, signature);
  } catch {
    return false;
  }
}

/** The Ed25519 key with a secret of 32 bytes: for simulated worlds, where all is drawn from a seed. */
export function keyOfSecret(
  secret: Uint8Array,
): { readonly signer: Signer; readonly publicKey: PublicKey } {
  return {
    signer: { sign: ENGINE.signerOf(secret) },
    publicKey: new PublicKey(ENGINE.publicOf(secret)),
  };
}
