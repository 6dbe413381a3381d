/**
 * Certificates whose time is over.
 *
 * @module
 */

import "reflect-metadata";
import { X509CertificateGenerator } from "@peculiar/x509";

/** A certificate, PEM, of a new Ed25519 key, that expired at the end of the year 2000. */
export async function makeExpiredCertificate(commonName: string): Promise<string> {
  const algorithm = { name: "Ed25519" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  if (!("privateKey" in keys)) throw new Error("a key pair was asked for");
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${commonName}`,
    notBefore: new Date("2000-01-01T00:00:00Z"),
    notAfter: new Date("2001-01-01T00:00:00Z"),
    signingAlgorithm: algorithm,
    keys,
  });
  return `${certificate.toString("pem")}\n`;
}
