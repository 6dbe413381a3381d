/**
 * Why TLS would not take a certificate, or should not be trusted with it. Each rule was found by
 * trying (docs/adr/0017-the-key-is-pinned.md), and is tried again by the tests.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { KeyError } from "./key_error.ts";
import { type CertificateFields, EXTENSION } from "../wire/x509_fields.ts";

/** What the holder of a certificate does with it. */
export type CertificateUse = "acceptor" | "client";

const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

/** Extensions that the TLS library understands. */
const UNDERSTOOD: ReadonlySet<string> = new Set(Object.values(EXTENSION));

/** Hashes of the signature algorithms that the TLS library takes; null for what has its own. */
const HASHES: Readonly<Record<string, string | null>> = {
  "1.3.101.112": null,
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.10045.4.3.4": "sha512",
  "1.2.840.113549.1.1.11": "sha256",
  "1.2.840.113549.1.1.12": "sha384",
  "1.2.840.113549.1.1.13": "sha512",
};

const RSA_BITS_MIN = 2048;

/**
 * Refuses a certificate that peers are to be shown and that cannot work, whoever signed it.
 *
 * @throws KeyError that says why.
 */
export function refuseUnusable(fields: CertificateFields, use: CertificateUse): void {
  if (fields.version !== 3) {
    throw new KeyError(
      `is of X.509 version ${fields.version}, with which TLS proves nothing here: whoever has the ` +
        "certificate could pass for its owner; make one of version 3 (openssl req -x509 does)",
    );
  }
  for (const [oid, { critical }] of fields.extensions) {
    if (!critical || UNDERSTOOD.has(oid)) continue;
    throw new KeyError(
      `has a critical extension (${oid}) that TLS does not know here; leave it out`,
    );
  }
  const { purposes } = fields;
  const needed = use === "acceptor" ? [SERVER_AUTH, CLIENT_AUTH] : [CLIENT_AUTH];
  if (purposes !== undefined && !needed.every((purpose) => purposes.includes(purpose))) {
    throw new KeyError(
      "is not made for this: its extended key usage must name " +
        (use === "acceptor"
          ? "serverAuth and clientAuth, for acceptors are dialled and dial"
          : "clientAuth") +
        "; make one that does, or one without the extension",
    );
  }
  if (HASHES[fields.signatureAlgorithm] === undefined) {
    throw new KeyError(
      `is signed in a way that TLS does not take (${fields.signatureAlgorithm}); ` +
        "use Ed25519, or ECDSA or RSA with SHA-256, SHA-384 or SHA-512",
    );
  }
}

/** Whether a certificate says that it is signed by its own holder. */
export function isSelfIssued({ issuer, subject }: CertificateFields): boolean {
  return sameBytes(issuer, subject);
}

/**
 * Whether `issuer` has signed `fields`, by name and signature. A signature by a key that cannot be
 * checked here (P-521) is taken for right: the TLS library checks it.
 */
export function isSignedBy(fields: CertificateFields, issuer: CertificateFields): boolean {
  if (!sameBytes(fields.issuer, issuer.subject)) return false;
  const key = publicKeyOf(issuer);
  if (key === undefined) return false;
  if (key.asymmetricKeyDetails?.namedCurve === "secp521r1") return true;
  try {
    const hash = HASHES[fields.signatureAlgorithm];
    return hash !== undefined && verify(hash, fields.tbs, key, fields.signature);
  } catch {
    return false;
  }
}

/** Refuses an issuer that cannot vouch for what it has signed. @throws KeyError that says why. */
export function refuseIssuer(issuer: CertificateFields): void {
  if (issuer.extensions.has(EXTENSION.nameConstraints)) {
    throw new KeyError(
      "has an issuer that limits the names it signs (name constraints), and names mean nothing " +
        "here; use an issuer without them, or a self-signed certificate",
    );
  }
  const key = publicKeyOf(issuer);
  const bits = key?.asymmetricKeyDetails?.modulusLength ?? RSA_BITS_MIN;
  if (bits < RSA_BITS_MIN) {
    throw new KeyError(
      `has an issuer with an RSA key of ${bits} bits; TLS takes ${RSA_BITS_MIN} and more`,
    );
  }
}

/** Whether two strings of bytes are equal. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function publicKeyOf({ spki }: CertificateFields): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}
