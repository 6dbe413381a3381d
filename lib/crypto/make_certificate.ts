/**
 * New keys with self-signed X.509 certificates.
 *
 * @module
 */

import type { KeyKind } from "./keys.ts";

/** A new key with its certificate, both PEM. */
export interface NewCertificate {
  /** Self-signed. */
  readonly certificate: string;
  /** PKCS#8. */
  readonly privateKey: string;
}

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
): Promise<NewCertificate> {
  // Loading it costs more than all the rest of a program's start, and few programs make any.
  const x509 = await import("./x509.ts");
  return await x509.makeCertificate(kind, commonName, hosts);
}
