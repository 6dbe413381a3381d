/**
 * Certificates of every kind that people have, and of some that nobody should.
 *
 * @module
 */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { createPrivateKey, sign } from "node:crypto";
import { Buffer } from "node:buffer";
import { DerReader, readDer, TAG } from "../../lib/wire/der.ts";
import { toPem } from "../../lib/crypto/pem.ts";

/** A key with its certificate. */
export interface Holder {
  readonly name: string;
  readonly keys: CryptoKeyPair;
  readonly der: Uint8Array<ArrayBuffer>;
  readonly pem: string;
  readonly privateKeyPem: string;
}

/** Kinds of keys of holders and issuers. */
export type Algorithm = "ed25519" | "p256" | "p384" | "rsa2048" | "rsa1024";

/** How a certificate differs from a plain one: Ed25519, self-signed, an end entity's, valid. */
export interface HolderOptions {
  readonly key?: Algorithm;
  /** Keys made before: a renewal. */
  readonly keys?: CryptoKeyPair;
  readonly issuer?: Holder;
  /** Who signs, if not the one who is named as issuer. */
  readonly signedBy?: Holder;
  /** `basicConstraints`; left out if null. */
  readonly authority?: boolean | null;
  readonly extensions?: readonly x509.Extension[];
  readonly hash?: "SHA-1" | "SHA-256" | "SHA-384";
  /** Hex. */
  readonly serial?: string;
  /** Days from now. */
  readonly valid?: readonly [from: number, to: number];
}

const DAY_MS = 86_400_000;

/** Object identifiers for `extendedKeyUsage`. */
export const PURPOSE = x509.ExtendedKeyUsage;

/** Makes a key, unless it is given, and a certificate for it. */
export async function makeHolder(name: string, options: HolderOptions = {}): Promise<Holder> {
  const { key = "ed25519", issuer, signedBy = issuer, authority = false, hash } = options;
  const { valid: [from, to] = [-1, 30], extensions = [], serial } = options;
  const keys = options.keys ?? await makeKeys(key);
  const signer = signedBy?.keys.privateKey ?? keys.privateKey;
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: `CN=${issuer?.name ?? name}`,
    serialNumber: serial ?? crypto.randomUUID().replaceAll("-", "").replace(/^./, "1"),
    notBefore: new Date(Date.now() + from * DAY_MS),
    notAfter: new Date(Date.now() + to * DAY_MS),
    publicKey: keys.publicKey,
    signingKey: signer,
    signingAlgorithm: { ...signer.algorithm, hash: hash ?? "SHA-256" } as EcdsaParams,
    extensions: [
      ...authority === null ? [] : [new x509.BasicConstraintsExtension(authority, undefined, true)],
      ...extensions,
    ],
  });
  const der = new Uint8Array(certificate.rawData);
  return holder(name, keys, der);
}

/** The same certificate with a signature that is none. */
export async function damaged({ name, keys, der }: Holder): Promise<Holder> {
  const spoilt = der.slice();
  spoilt[spoilt.length - 1]! ^= 1;
  return await holder(name, keys, spoilt);
}

/**
 * The same certificate as of another X.509 version, signed anew. Ed25519 only.
 *
 * @param version Content of the integer that says so (0 is version 1); left out if undefined, as
 * version 1 has it, and extensions with it.
 */
export async function asVersion(
  { name, keys, der, privateKeyPem }: Holder,
  version?: readonly number[],
): Promise<Holder> {
  const outer = new DerReader(readDer(der, TAG.sequence).content);
  const inner = new DerReader(outer.take(TAG.sequence).content);
  const algorithm = outer.take(TAG.sequence).raw;
  inner.take(TAG.context0);
  const parts: Uint8Array[] = [];
  if (version !== undefined) {
    parts.push(element(TAG.context0, [element(TAG.integer, [Uint8Array.from(version)])]));
  }
  while (!inner.done) {
    const { tag, raw } = inner.take();
    if (tag !== TAG.context3 || version !== undefined) parts.push(raw);
  }
  const tbs = element(TAG.sequence, parts);
  const signature = sign(null, tbs, createPrivateKey(privateKeyPem));
  const bits = element(TAG.bitString, [Uint8Array.of(0), signature]);
  return await holder(name, keys, element(TAG.sequence, [tbs, algorithm, bits]));
}

/** The certificate of one with the key of another: what a thief of certificates has. */
export function impostor(real: Holder, thief: Holder): Holder {
  return { ...real, privateKeyPem: thief.privateKeyPem };
}

/** An extension that nobody knows. */
export function unknownExtension(critical: boolean): x509.Extension {
  return new x509.Extension("1.2.3.4.5", critical, Uint8Array.of(5, 0));
}

/** Where to look for revoked certificates, critical. */
export function crlPlace(): x509.Extension {
  const uri = element(0x86, [new TextEncoder().encode("http://x.example/crl")]);
  const point = element(TAG.sequence, [element(0xa0, [element(0xa0, [uri])])]);
  return new x509.Extension("2.5.29.31", true, element(TAG.sequence, [point]));
}

/** `nameConstraints` that permit one DNS name. */
export function nameConstraints(permitted: string): x509.Extension {
  const dns = element(0x82, [new TextEncoder().encode(permitted)]);
  const subtrees = element(0xa0, [element(TAG.sequence, [dns])]);
  return new x509.Extension("2.5.29.30", true, element(TAG.sequence, [subtrees]));
}

async function holder(
  name: string,
  keys: CryptoKeyPair,
  der: Uint8Array<ArrayBuffer>,
): Promise<Holder> {
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  const privateKeyPem = toPem("PRIVATE KEY", new Uint8Array(pkcs8));
  return { name, keys, der, pem: toPem("CERTIFICATE", der), privateKeyPem };
}

async function makeKeys(kind: Algorithm): Promise<CryptoKeyPair> {
  const rsa = (modulusLength: number) => ({
    name: "RSASSA-PKCS1-v1_5",
    modulusLength,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: "SHA-256",
  });
  const algorithm = {
    ed25519: { name: "Ed25519" },
    p256: { name: "ECDSA", namedCurve: "P-256" },
    p384: { name: "ECDSA", namedCurve: "P-384" },
    rsa2048: rsa(2048),
    rsa1024: rsa(1024),
  }[kind];
  return await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]) as CryptoKeyPair;
}

function element(tag: number, parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 128
    ? [tag, length]
    : length < 256
    ? [tag, 0x81, length]
    : [tag, 0x82, length >> 8, length & 0xff];
  return new Uint8Array([...head, ...content]);
}
