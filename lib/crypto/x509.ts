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
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { KeyKind, PrivateKey } from "./keys.ts";
import type { CertificateValidity, NewCertificate } from "./make_certificate.ts";

const SERIAL_NUMBER_BYTES = 16;

const ALGORITHMS = {
  ed25519: { name: "Ed25519" },
  p256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
} as const;

/** What make_certificate.ts promises. */
export async function makeCertificate(
  kind: KeyKind,
  commonName: string,
  hosts: readonly string[],
  validity: CertificateValidity,
): Promise<NewCertificate> {
  const keys = await crypto.subtle.generateKey(ALGORITHMS[kind], true, ["sign", "verify"]);
  if (!("privateKey" in keys)) throw new Error("a key pair was asked for");
  // Not as text, in which some characters of a name would be syntax.
  const name = new Name([{ CN: [{ utf8String: commonName }] }]);
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    certificate: await selfSigned(kind, keys, name, hosts, validity),
    privateKey: `${PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`,
  };
}

/** What make_certificate.ts promises. */
export async function renewCertificate(
  key: PrivateKey,
  pem: string,
  hosts: readonly string[],
  validity: CertificateValidity,
): Promise<string> {
  const algorithm = ALGORITHMS[key.kind];
  const pkcs8 = new Uint8Array(key.key.export({ type: "pkcs8", format: "der" }));
  const keys = {
    privateKey: await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, true, ["sign"]),
    publicKey: await crypto.subtle.importKey(
      "spki",
      new Uint8Array(key.spki),
      algorithm,
      true,
      ["verify"],
    ),
  };
  const { subjectName } = new X509Certificate(pem);
  return await selfSigned(key.kind, keys, subjectName, hosts, validity);
}

async function selfSigned(
  kind: KeyKind,
  keys: CryptoKeyPair,
  name: Name,
  hosts: readonly string[],
  validity: CertificateValidity,
): Promise<string> {
  const names = [...new Set(hosts)].map((value): JsonGeneralName => ({
    type: isIP(value) === 0 ? "dns" : "ip",
    value,
  }));
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerialNumber(),
    name,
    ...validity,
    signingAlgorithm: ALGORITHMS[kind],
    keys,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension(names),
    ],
  });
  return `${certificate.toString("pem")}\n`;
}

/** Positive and not zero-padded, as X.509 wants it. Hex. */
function randomSerialNumber(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SERIAL_NUMBER_BYTES));
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes.toHex();
}
