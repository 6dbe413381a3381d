/**
 * Keys of the two kinds in use: Ed25519, and ECDSA on P-256 with SHA-256 for configuration files
 * that carry it. Signatures of both are 64 bytes.
 *
 * @module
 */

import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";

/** Kinds of keys, by the names used on command lines and in messages. */
export const KEY_KINDS = ["ed25519", "p256"] as const;

/** One of {@linkcode KEY_KINDS}. */
export type KeyKind = typeof KEY_KINDS[number];

/** What both kinds are called when speaking to people. */
export const KEY_KIND_NAMES: Readonly<Record<KeyKind, string>> = {
  ed25519: "Ed25519",
  p256: "ECDSA P-256",
};

/** A key or certificate that cannot be used; the message is for the operator, without a place. */
export class KeyError extends Error {
  /**
   * Makes an error.
   *
   * @param message What is wrong, and what to do about it; begins with a verb.
   */
  constructor(message: string) {
    super(message);
    this.name = "KeyError";
  }
}

/** A private key with its public half. */
export interface PrivateKey {
  /** Decides how it signs. */
  readonly kind: KeyKind;
  /** The platform's handle. */
  readonly key: KeyObject;
  /** PKCS#8. */
  readonly pem: string;
  /** SubjectPublicKeyInfo of the public half, DER. */
  readonly spki: Uint8Array;
}

/** Signs with one key. */
export interface Signer {
  /** The signature of `bytes`: 64 bytes. */
  sign(bytes: Uint8Array): Uint8Array<ArrayBuffer>;
}

/**
 * Reads a private key: PKCS#8 PEM, or SEC 1 for P-256.
 *
 * @throws KeyError if it cannot be read, is encrypted, or is of a kind not in use.
 */
export function parsePrivateKey(pem: string): PrivateKey {
  const label = pemLabel(pem);
  if (label === undefined) {
    throw new KeyError("is not PEM: it must begin with -----BEGIN PRIVATE KEY-----");
  }
  if (label === "ENCRYPTED PRIVATE KEY" || pem.includes("Proc-Type: 4,ENCRYPTED")) {
    throw new KeyError("is encrypted; give it without a pass phrase (openssl pkey -in … -out …)");
  }
  if (!label.endsWith("PRIVATE KEY")) throw new KeyError(`is a ${label}, not a private key`);
  const key = attempt(() => createPrivateKey(pem), "private key");
  const kind = keyKind(key);
  return {
    kind,
    key,
    pem: key.export({ type: "pkcs8", format: "pem" }).toString(),
    spki: spkiOf(createPublicKey(key)),
  };
}

/** SubjectPublicKeyInfo of a public key, DER. */
export function spkiOf(key: KeyObject): Uint8Array<ArrayBuffer> {
  return new Uint8Array(key.export({ type: "spki", format: "der" }));
}

/** The kind of a key. @throws KeyError if it is not one in use. */
export function keyKind(key: KeyObject): KeyKind {
  if (key.asymmetricKeyType === "ed25519") return "ed25519";
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType === "ec" && (curve === "prime256v1" || curve === "P-256")) {
    return "p256";
  }
  const found = [key.asymmetricKeyType ?? "unknown", curve ?? ""].join(" ").trim();
  throw new KeyError(`is a key of kind ${found}; use Ed25519 or ECDSA P-256`);
}

/** Makes the {@linkcode Signer} of a private key. ECDSA signatures differ each time. */
export function makeSigner(key: PrivateKey): Signer {
  if (key.kind === "ed25519") {
    return { sign: (bytes) => new Uint8Array(sign(null, bytes, key.key)) };
  }
  const options = { key: key.key, dsaEncoding: "ieee-p1363" } as const;
  return { sign: (bytes) => new Uint8Array(sign("sha256", bytes, options)) };
}

/**
 * Whether `signature` is one of `bytes` by the holder of `key`. False, never an exception, for
 * whatever a peer may send. Any valid ECDSA signature counts, (r, n - s) as well as (r, s).
 */
export function verifySignature(
  kind: KeyKind,
  key: KeyObject,
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    return kind === "ed25519"
      ? verify(null, bytes, key, signature)
      : verify("sha256", bytes, { key, dsaEncoding: "ieee-p1363" }, signature);
  } catch {
    return false;
  }
}

/** What the first PEM block of a text says it is ("CERTIFICATE"); undefined if there is none. */
export function pemLabel(text: string): string | undefined {
  return /-----BEGIN ([A-Z0-9 ]+)-----/.exec(text)?.[1];
}

/** Runs a parser of the platform. @throws KeyError if that throws, or yields an unusable kind. */
export function attempt<T>(parse: () => T, what: string): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError(`cannot be read as a ${what}; is it whole, line breaks (\\n) included?`);
  }
}
