/**
 * Private keys, as the platform reads them and signs with them.
 *
 * @module
 */

import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { DerReader, oidOf, readDer, TAG } from "../wire/der.ts";
import { KeyError } from "./key_error.ts";
import { type PemBlock, pemBlocks, toPem, withArticle } from "./pem.ts";
import type { KeyKind, Signer } from "./signatures.ts";

export { KeyError } from "./key_error.ts";
export { KEY_KIND_NAMES, KEY_KINDS, type KeyKind, type Signer } from "./signatures.ts";

/** Object identifier of keys on elliptic curves that have a name. */
const EC_PUBLIC_KEY = "1.2.840.10045.2.1";

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

/**
 * Reads a private key: the first in a PEM text, PKCS#8, or SEC 1 for P-256. Other blocks (EC
 * PARAMETERS, certificates) are passed over.
 *
 * @throws KeyError if there is none, or it cannot be read, is encrypted, or is of a kind not in use.
 */
export function parsePrivateKey(pem: string): PrivateKey {
  const blocks = pemBlocks(pem);
  if (blocks.length === 0) {
    throw new KeyError("is not PEM: it must hold a -----BEGIN PRIVATE KEY-----");
  }
  const block = blocks.find(({ label }) => label.endsWith("PRIVATE KEY"));
  if (block === undefined) {
    throw new KeyError(`is ${withArticle(blocks[0]!.label)}, not a private key`);
  }
  if (block.encrypted) {
    throw new KeyError("is encrypted; give it without a pass phrase (openssl pkey -in … -out …)");
  }
  if (block.label === "OPENSSH PRIVATE KEY") {
    throw new KeyError("is a key for SSH; make one for this (openssl genpkey -algorithm ed25519)");
  }
  const key = attempt(() => createKey(block), "private key");
  const kind = keyKind(key);
  return {
    kind,
    key,
    pem: key.export({ type: "pkcs8", format: "pem" }).toString(),
    spki: spkiOf(createPublicKey(key)),
  };
}

function createKey({ label, der }: PemBlock): KeyObject {
  if (hasExplicitParameters(label, der)) {
    throw new KeyError(
      "spells its curve out (explicit parameters) instead of naming it; write it anew (openssl ec " +
        "-in … -param_enc named_curve -out …) and make a new certificate with it",
    );
  }
  return createPrivateKey(toPem(label, der));
}

/** Whether an EC key has a whole curve where others have the name of one. */
function hasExplicitParameters(label: string, der: Uint8Array): boolean {
  try {
    const fields = new DerReader(readDer(der, TAG.sequence).content);
    fields.take(TAG.integer);
    if (label === "EC PRIVATE KEY") {
      fields.take(TAG.octetString);
      return fields.nextIs(TAG.context0) && fields.take().content[0] === TAG.sequence;
    }
    return spellsCurveOut(fields);
  } catch {
    return false;
  }
}

/** The same of a public key, SubjectPublicKeyInfo. @throws DerError if it is none. */
export function hasExplicitCurve(spki: Uint8Array): boolean {
  return spellsCurveOut(new DerReader(readDer(spki, TAG.sequence).content));
}

function spellsCurveOut(fields: DerReader): boolean {
  const algorithm = new DerReader(fields.take(TAG.sequence).content);
  const isEc = oidOf(algorithm.take(TAG.oid)) === EC_PUBLIC_KEY;
  return isEc && algorithm.nextIs(TAG.sequence);
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

/** Runs a parser of the platform. @throws KeyError if that throws, or yields an unusable kind. */
export function attempt<T>(parse: () => T, what: string): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError(`cannot be read as a ${what}; is it whole, line breaks (\\n) included?`);
  }
}
