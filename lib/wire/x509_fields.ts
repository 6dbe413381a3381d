/**
 * What a certificate says, as far as it decides whether TLS takes it.
 *
 * @module
 */

import { DerError, DerReader, oidOf, readDer, TAG } from "./der.ts";

/** An extension. */
export interface Extension {
  /** Whether who does not understand it must refuse the certificate. */
  readonly critical: boolean;
  /** What is in its octet string. */
  readonly value: Uint8Array<ArrayBuffer>;
}

/** Parts of a certificate, as they are in it. */
export interface CertificateFields {
  /** 3, if it is one that can be used; else any number from 1 to 256. */
  readonly version: number;
  /** What is signed. */
  readonly tbs: Uint8Array<ArrayBuffer>;
  /** Object identifier of how it is signed. */
  readonly signatureAlgorithm: string;
  /** Over `tbs`, by the issuer. */
  readonly signature: Uint8Array<ArrayBuffer>;
  /** Name of the issuer, DER. */
  readonly issuer: Uint8Array<ArrayBuffer>;
  /** Name of the holder, DER. */
  readonly subject: Uint8Array<ArrayBuffer>;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array<ArrayBuffer>;
  /** By object identifier. */
  readonly extensions: ReadonlyMap<string, Extension>;
  /** Whether it says that the holder may issue certificates; undefined if it does not say. */
  readonly authority: boolean | undefined;
  /** Purposes that the key is limited to, as object identifiers; undefined if it is not. */
  readonly purposes: readonly string[] | undefined;
}

/** Object identifiers of extensions that are looked into. */
export const EXTENSION = {
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  crlDistributionPoints: "2.5.29.31",
  extendedKeyUsage: "2.5.29.37",
} as const;

/** Reads a certificate. @throws DerError if it is not one in DER. */
export function readCertificateFields(der: Uint8Array): CertificateFields {
  const outer = new DerReader(readDer(der, TAG.sequence).content);
  const tbs = outer.take(TAG.sequence);
  const signatureAlgorithm = algorithmOf(outer.take(TAG.sequence).content);
  const signature = outer.take(TAG.bitString).content.slice(1);
  outer.end();
  const inner = new DerReader(tbs.content);
  const version = inner.nextIs(TAG.context0) ? versionOf(inner.take().content) : 1;
  inner.take(TAG.integer); // serial number
  inner.take(TAG.sequence); // signature algorithm, once more
  const issuer = inner.take(TAG.sequence).raw;
  inner.take(TAG.sequence); // validity
  const subject = inner.take(TAG.sequence).raw;
  const spki = inner.take(TAG.sequence).raw;
  let extensions: ReadonlyMap<string, Extension> = new Map();
  while (!inner.done) {
    const part = inner.take();
    if (part.tag === TAG.context3) extensions = extensionsOf(part.content);
  }
  return {
    version,
    tbs: tbs.raw,
    signatureAlgorithm,
    signature,
    issuer,
    subject,
    spki,
    extensions,
    authority: authorityOf(extensions.get(EXTENSION.basicConstraints)),
    purposes: purposesOf(extensions.get(EXTENSION.extendedKeyUsage)),
  };
}

function authorityOf(extension: Extension | undefined): boolean | undefined {
  if (extension === undefined) return undefined;
  const reader = new DerReader(readDer(extension.value, TAG.sequence).content);
  return reader.nextIs(TAG.boolean) && reader.take().content[0] !== 0;
}

function purposesOf(extension: Extension | undefined): string[] | undefined {
  if (extension === undefined) return undefined;
  const reader = new DerReader(readDer(extension.value, TAG.sequence).content);
  const purposes: string[] = [];
  while (!reader.done) purposes.push(oidOf(reader.take(TAG.oid)));
  return purposes;
}

/** What is not one byte is no version of anything: nobody may take its first byte for one. */
function versionOf(content: Uint8Array): number {
  const { content: bytes } = readDer(content, TAG.integer);
  if (bytes.length !== 1) throw new DerError("a version of several bytes");
  return bytes[0]! + 1;
}

function algorithmOf(content: Uint8Array): string {
  return oidOf(new DerReader(content).take(TAG.oid));
}

function extensionsOf(content: Uint8Array): Map<string, Extension> {
  const reader = new DerReader(readDer(content, TAG.sequence).content);
  const extensions = new Map<string, Extension>();
  while (!reader.done) {
    const fields = new DerReader(reader.take(TAG.sequence).content);
    const oid = oidOf(fields.take(TAG.oid));
    const critical = fields.nextIs(TAG.boolean) && fields.take().content[0] !== 0;
    if (extensions.has(oid)) throw new DerError("an extension twice");
    extensions.set(oid, { critical, value: fields.take(TAG.octetString).content });
    fields.end();
  }
  return extensions;
}
