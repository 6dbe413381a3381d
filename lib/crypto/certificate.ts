/**
 * Certificates as peers present them and configurations carry them: self-signed, known by their
 * exact bytes, their names not believed. Making them is make_certificate.ts's.
 *
 * @module
 */

import { X509Certificate } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { attempt, KeyError, type KeyKind, keyKind, pemLabel, spkiOf } from "./keys.ts";

/** A certificate, parsed. */
export interface Certificate {
  /** One PEM block. */
  readonly pem: string;
  /** What a peer is known by. */
  readonly der: Uint8Array;
  /** Verifies what its holder signed. */
  readonly publicKey: KeyObject;
  /** Kind of the public key. */
  readonly keyKind: KeyKind;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** First moment of its validity. */
  readonly notBefore: Date;
  /** Last moment of its validity. */
  readonly notAfter: Date;
}

/**
 * Reads a certificate.
 *
 * @param pem Exactly one PEM block.
 * @throws KeyError if it cannot be read, is not a certificate or several, or its key is of a kind
 * not in use.
 */
export function parseCertificate(pem: string): Certificate {
  const label = pemLabel(pem);
  if (label === undefined) {
    throw new KeyError("is not PEM: it must begin with -----BEGIN CERTIFICATE-----");
  }
  if (label.endsWith("PRIVATE KEY")) {
    throw new KeyError("is a private key, not a certificate; keep private keys out of addresses");
  }
  if (label !== "CERTIFICATE") throw new KeyError(`is a ${label}, not a certificate`);
  if (pem.split("-----BEGIN ").length > 2) {
    throw new KeyError("holds several PEM blocks; give one self-signed certificate");
  }
  const certificate = attempt(() => new X509Certificate(pem), "certificate");
  const publicKey = attempt(() => certificate.publicKey, "certificate");
  return {
    pem: `${pem.trim()}\n`,
    der: new Uint8Array(certificate.raw),
    publicKey,
    keyKind: keyKind(publicKey),
    spki: spkiOf(publicKey),
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
  };
}
