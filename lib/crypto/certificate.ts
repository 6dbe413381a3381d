/**
 * Self-signed X.509 certificates. They carry a public key and serve TLS; nothing they say about
 * names is believed, for peers are known by the exact bytes of their certificates.
 *
 * @module
 */

import "reflect-metadata";
import { X509Certificate } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { isIP } from "node:net";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
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

/** A new key with its certificate, both PEM. */
export interface NewCertificate {
  /** Self-signed. */
  readonly certificate: string;
  /** PKCS#8. */
  readonly privateKey: string;
}

/** The times between which the certificates made here are valid: the operator replaces them. */
const NOT_BEFORE = new Date("1975-01-01T00:00:00Z");
const NOT_AFTER = new Date("4096-01-01T00:00:00Z");

const SERIAL_NUMBER_BYTES = 16;

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

/**
 * Makes a key and a self-signed certificate for it, good for both ends of a TLS connection.
 *
 * @param commonName For people who look at the certificate.
 * @param hosts DNS names or IP addresses, for tools that check them; this program does not.
 */
export async function makeCertificate(
  kind: KeyKind,
  commonName: string,
  hosts: readonly string[],
): Promise<NewCertificate> {
  const algorithm = kind === "ed25519"
    ? { name: "Ed25519" }
    : { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  if (!("privateKey" in keys)) throw new Error("a key pair was asked for");
  const names = [...new Set(hosts)].map((value): JsonGeneralName => ({
    type: isIP(value) === 0 ? "dns" : "ip",
    value,
  }));
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerialNumber(),
    // Not as text, in which some characters of a name would be syntax.
    name: new Name([{ CN: [{ utf8String: commonName }] }]),
    notBefore: NOT_BEFORE,
    notAfter: NOT_AFTER,
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension(names),
    ],
  });
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    certificate: `${certificate.toString("pem")}\n`,
    privateKey: `${PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`,
  };
}

/** Positive and not zero-padded, as X.509 wants it. Hex. */
function randomSerialNumber(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SERIAL_NUMBER_BYTES));
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes.toHex();
}
