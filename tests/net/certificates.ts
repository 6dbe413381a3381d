/**
 * Throw-away certificates for the tests of the network layer, the odd ones included.
 *
 * @module
 */
import "reflect-metadata";
import {
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** A certificate with its private key: what both `TlsIdentity` and `PeerCertificate` ask for. */
export interface TestIdentity {
  readonly name: string;
  readonly pem: string;
  readonly der: Uint8Array;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly privateKey: CryptoKey;
}

/** How a test certificate differs from a plain one: Ed25519, self-signed, for 127.0.0.1, valid. */
export interface TestIdentityOptions {
  readonly kind?: "ed25519" | "p256";
  /** The DNS name in it; with it, no IP address is named. */
  readonly host?: string;
  readonly expired?: boolean;
  /** Who signs instead of itself. */
  readonly issuer?: TestIdentity;
}

const HOUR_MS = 3_600_000;

/** Makes a certificate whose common name is `name`. */
export async function makeTestIdentity(
  name: string,
  options: TestIdentityOptions = {},
): Promise<TestIdentity> {
  const algorithm = algorithmOf(options.kind ?? "ed25519");
  const keys = await crypto.subtle.generateKey(algorithm, true, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const now = Date.now();
  const host = options.host;
  const certificate = await X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: `CN=${options.issuer?.name ?? name}`,
    serialNumber: crypto.randomUUID().replaceAll("-", "").replace(/^./, "1"),
    notBefore: new Date(now - (options.expired ? 48 : 1) * HOUR_MS),
    notAfter: new Date(now + (options.expired ? -24 : 24) * HOUR_MS),
    publicKey: keys.publicKey,
    signingKey: (options.issuer?.privateKey) ?? keys.privateKey,
    signingAlgorithm: options.issuer === undefined
      ? algorithm
      : algorithmOf(options.issuer.privateKey.algorithm.name === "Ed25519" ? "ed25519" : "p256"),
    extensions: [
      new SubjectAlternativeNameExtension(
        host === undefined ? [{ type: "ip", value: "127.0.0.1" }] : [{ type: "dns", value: host }],
      ),
    ],
  });
  const pem = certificate.toString("pem");
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    name,
    pem,
    der: new Uint8Array(certificate.rawData),
    certificatePem: pem,
    privateKeyPem: PemConverter.encode(pkcs8, "PRIVATE KEY"),
    privateKey: keys.privateKey,
  };
}

function algorithmOf(kind: "ed25519" | "p256") {
  return kind === "ed25519"
    ? { name: "Ed25519" }
    : { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
}
