/**
 * X.509 certificates, self-signed or signed by another. They carry a public key and serve TLS;
 * nothing they say about names is believed, and no issuer either, for peers are known by their keys.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import {
  type CertificateUse,
  isSelfIssued,
  isSignedBy,
  refuseIssuer,
  refuseUnusable,
  sameBytes,
} from "./certificate_faults.ts";
import type { Certificate } from "./identity.ts";
import { attempt, hasExplicitCurve, KeyError, keyKind, spkiOf } from "./keys.ts";
import { type PemBlock, pemBlocks, toPem, withArticle } from "./pem.ts";
import { PublicKey } from "./signatures.ts";
import { type CertificateFields, readCertificateFields } from "../wire/x509_fields.ts";

export type { CertificateUse } from "./certificate_faults.ts";
export type { Certificate } from "./identity.ts";

/** How {@linkcode parseCertificate} reads. */
export interface CertificateOptions {
  /** What its holder does with it; an acceptor's work unless told. */
  readonly use?: CertificateUse;
  /** Whether a private key may be among the blocks, and is passed over. */
  readonly withKey?: boolean;
}

/** One block that is a certificate. */
interface Block {
  readonly der: Uint8Array<ArrayBuffer>;
  readonly fields: CertificateFields;
}

const LABELS: readonly string[] = ["CERTIFICATE", "X509 CERTIFICATE"];

/**
 * Reads a certificate: the first in a PEM text. Others in it are issuers, or older certificates of
 * the same key that peers may still be shown.
 *
 * @throws KeyError if it cannot be read, has a key of a kind not in use, could not work in TLS, or is
 * signed by somebody whose certificate is not in the text.
 */
export function parseCertificate(pem: string, options: CertificateOptions = {}): Certificate {
  const { use = "acceptor", withKey = false } = options;
  const blocks = certificateBlocks(pem, withKey).map(({ der }): Block => ({
    der,
    fields: attempt(() => readCertificateFields(der), "certificate"),
  }));
  const [first] = blocks;
  if (attempt(() => hasExplicitCurve(first!.fields.spki), "certificate")) {
    throw new KeyError(
      "has a key that spells its curve out (explicit parameters) instead of naming it; make a new " +
        "one with a named curve",
    );
  }
  const certificate = attempt(() => new X509Certificate(Buffer.from(first!.der)), "certificate");
  const key = attempt(() => certificate.publicKey, "certificate");
  const kind = keyKind(key);
  const spki = spkiOf(key);
  if (!sameBytes(spki, first!.fields.spki)) {
    throw new KeyError(
      "has a key written in a way that TLS does not take (a compressed point, say); make a new one",
    );
  }
  const own = blocks.filter(({ fields }) => sameBytes(fields.spki, spki));
  for (const { fields } of own) refuseUnusable(fields, use);
  for (const block of own) refuseIssuerless(block, blocks);
  for (const block of blocks) if (!own.includes(block)) refuseStranger(block, blocks);
  const shown = [first!, ...blocks.filter((block) => isIntermediate(block, own))];
  return {
    pem: pemOf(shown),
    trusted: pemOf(blocks),
    der: first!.der,
    publicKey: new PublicKey(spki),
    keyKind: kind,
    spki,
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
    renewable: !first!.fields.authority,
  };
}

function certificateBlocks(pem: string, withKey: boolean): PemBlock[] {
  const all = pemBlocks(pem);
  if (all.length === 0) {
    throw new KeyError("is not PEM: it must hold a -----BEGIN CERTIFICATE-----");
  }
  const found = all.filter(({ label }) => LABELS.includes(label));
  const key = all.find(({ label }) => label.endsWith("PRIVATE KEY"));
  if (key !== undefined && found.length === 0) {
    throw new KeyError("is a private key, not a certificate; keep private keys out of addresses");
  }
  if (key !== undefined && !withKey) {
    throw new KeyError(
      "holds a private key beside the certificate; keep private keys out of addresses (only this " +
        "process's own privateKeyFile may hold both)",
    );
  }
  if (found.length > 0) return found;
  const { label } = all[0]!;
  const advice = label === "TRUSTED CERTIFICATE"
    ? "; convert it (openssl x509 -in … -out …)"
    : label === "PKCS7"
    ? "; take the certificates out (openssl pkcs7 -print_certs -in … -out …)"
    : "";
  throw new KeyError(`is ${withArticle(label)}, not a certificate${advice}`);
}

/** A certificate that peers are shown needs somebody in the text who has signed it. */
function refuseIssuerless({ der, fields }: Block, blocks: readonly Block[]): void {
  if (isSelfIssued(fields)) {
    if (isSignedBy(fields, fields)) return;
    throw new KeyError("is not signed by its own key, though it says so; is it damaged?");
  }
  const named = blocks.filter((other) => sameBytes(other.fields.subject, fields.issuer));
  const issuer = named.find((other) => isSignedBy(fields, other.fields));
  if (issuer !== undefined) return refuseIssuer(issuer.fields);
  const name = issuerName(der);
  throw new KeyError(
    named.length > 0
      ? `is not signed by the ${name} that follows it; give the certificate of the one who did`
      : `is signed by ${name}, whose certificate is missing; append it (this certificate first, ` +
        "its issuers after it, as in fullchain.pem), or use a self-signed one",
  );
}

/** What is neither of the same key nor an issuer of anything here is here by mistake. */
function refuseStranger(block: Block, blocks: readonly Block[]): void {
  const useful = blocks.some((other) => other !== block && isSignedBy(other.fields, block.fields));
  if (useful) return;
  const issued = blocks.some((other) => other !== block && isSignedBy(block.fields, other.fields));
  throw new KeyError(
    issued
      ? "has an issuer first and what it has signed after it; put the certificate of the key first"
      : "holds several PEM blocks of which one has neither this key nor signed another; give one " +
        "certificate, and the issuers of it if it is not self-signed",
  );
}

function isIntermediate({ fields }: Block, own: readonly Block[]): boolean {
  return !own.some((block) => block.fields === fields) && !isSelfIssued(fields);
}

function pemOf(blocks: readonly Block[]): string {
  return blocks.map(({ der }) => toPem("CERTIFICATE", der)).join("");
}

function issuerName(der: Uint8Array<ArrayBuffer>): string {
  const { issuer } = new X509Certificate(Buffer.from(der));
  return JSON.stringify((issuer ?? "").trim().replaceAll("\n", ", ") || "nobody");
}
