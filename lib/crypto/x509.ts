/**
 * Makes self-signed X.509 certificates. What that needs takes some 150 ms and 12 MB to load, so only
 * make_certificate.ts imports this file, and only when a certificate is made.
 *
 * @module
 */

import "reflect-metadata";
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
import type { KeyKind } from "./keys.ts";
import type { NewCertificate } from "./make_certificate.ts";

/** The times between which the certificates made here are valid: the operator replaces them. */
const NOT_BEFORE = new Date("1975-01-01T00:00:00Z");
const NOT_AFTER = new Date("4096-01-01T00:00:00Z");

const SERIAL_NUMBER_BYTES = 16;

/** What make_certificate.ts promises. */
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
