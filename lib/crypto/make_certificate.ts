/**
 * New keys with self-signed X.509 certificates.
 *
 * @module
 */

import type { KeyKind, PrivateKey } from "./keys.ts";

/** A new key with its certificate, both PEM. */
export interface NewCertificate {
  /** Self-signed. */
  readonly certificate: string;
  /** PKCS#8. */
  readonly privateKey: string;
}

/** Between which moments a certificate is valid. */
export interface CertificateValidity {
  /** First moment. */
  readonly notBefore: Date;
  /** Last moment. */
  readonly notAfter: Date;
}

/** Of certificates of which nothing else is asked: so long that nobody has to renew them. */
export const ENDLESS: CertificateValidity = {
  notBefore: new Date("1975-01-01T00:00:00Z"),
  notAfter: new Date("4096-01-01T00:00:00Z"),
};

/**
 * Makes a key and a self-signed certificate for it, good for both ends of a TLS connection.
 *
 * @param commonName For people who look at the certificate.
 * @param hosts DNS names or IP addresses, for tools that check them; this program does not.
 *
 * @example
 * ```ts
 * import { parseCertificate } from "./certificate.ts";
 * import { makeCertificate } from "./make_certificate.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { certificate } = await makeCertificate("ed25519", "Alice", ["localhost"]);
 * assertEquals(parseCertificate(certificate).keyKind, "ed25519");
 * ```
 */
export async function makeCertificate(
  kind: KeyKind,
  commonName: string,
  hosts: readonly string[],
  validity: CertificateValidity = ENDLESS,
): Promise<NewCertificate> {
  // Loading it costs more than all the rest of a program's start, and few programs make any.
  const x509 = await import("./x509.ts");
  return await x509.makeCertificate(kind, commonName, hosts, validity);
}

/**
 * Makes another certificate for a key that has one: of the same subject, for else peers that know
 * the old one would not take the new one for its successor.
 *
 * @param pem The old certificate.
 * @param hosts As in {@linkcode makeCertificate}.
 * @returns PEM.
 */
export async function renewCertificate(
  key: PrivateKey,
  pem: string,
  hosts: readonly string[],
  validity: CertificateValidity = ENDLESS,
): Promise<string> {
  const x509 = await import("./x509.ts");
  return await x509.renewCertificate(key, pem, hosts, validity);
}
