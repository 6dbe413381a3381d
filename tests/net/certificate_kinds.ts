/**
 * Kinds of certificates, and what the check says of each.
 *
 * @module
 */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import type { CertificateUse } from "../../lib/crypto/certificate.ts";
import {
  asVersion,
  crlPlace,
  damaged,
  type Holder,
  makeHolder,
  nameConstraints,
  PURPOSE,
  unknownExtension,
} from "./odd_certificates.ts";

/** A certificate in a file. */
export interface Kind {
  readonly title: string;
  readonly holder: Holder;
  /** What stands behind the certificate in the file. */
  readonly behind?: readonly Holder[];
  readonly use?: CertificateUse;
  /** What the check says; undefined if it accepts. */
  readonly refused?: string;
  /** Why it is refused although both sides of TLS take it today. */
  readonly though?: string;
}

const { serverAuth, clientAuth, codeSigning } = PURPOSE;
const purposes = (...list: string[]) => ({
  extensions: [new x509.ExtendedKeyUsageExtension(list)],
});
const usage = (flags: x509.KeyUsageFlags) => ({
  extensions: [new x509.KeyUsagesExtension(flags, true)],
});
const issuer = (key?: "p256" | "p384" | "rsa2048" | "rsa1024") =>
  makeHolder(`issuer ${key ?? "ed25519"}`, {
    authority: true,
    ...key === undefined ? {} : { key },
  });
const make = makeHolder;

const ROOT = await issuer();
const MIDDLE = await make("middle", { authority: true, issuer: ROOT });
const OTHER = await make(ROOT.name, { authority: true });
const LIMITED = await make("limited", {
  authority: true,
  extensions: [nameConstraints(".example.com")],
});
const ODD = await make("odd", { authority: true, extensions: [unknownExtension(true)] });
const SIGNED = await make("signed", { issuer: ROOT });
const PLAIN = await make("plain");
const P384 = await issuer("p384");
const RSA = await issuer("rsa2048");
const SHORT = await issuer("rsa1024");
const P256 = await issuer("p256");

/** All of them. */
export const KINDS: readonly Kind[] = [
  { title: "self-signed", holder: PLAIN },
  { title: "self-signed without extensions", holder: await make("a", { authority: null }) },
  { title: "self-signed by a P-256 key", holder: await make("a", { key: "p256" }) },
  {
    title: "self-signed with SHA-384",
    holder: await make("a", { key: "p256", hash: "SHA-384" }),
  },
  { title: "an authority's, as openssl req makes", holder: await make("a", { authority: true }) },
  { title: "both purposes", holder: await make("a", purposes(serverAuth, clientAuth)) },
  {
    title: "both purposes, critical",
    holder: await make("a", {
      extensions: [new x509.ExtendedKeyUsageExtension([serverAuth, clientAuth], true)],
    }),
  },
  {
    title: "usage: digital signature",
    holder: await make("a", usage(x509.KeyUsageFlags.digitalSignature)),
  },
  {
    title: "usage: signing certificates alone",
    holder: await make("a", usage(x509.KeyUsageFlags.keyCertSign)),
  },
  {
    title: "critical names",
    holder: await make("a", {
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "x" }], true)],
    }),
  },
  {
    title: "an unknown extension",
    holder: await make("a", { extensions: [unknownExtension(false)] }),
  },
  {
    title: "an unknown critical extension",
    holder: await make("a", { extensions: [unknownExtension(true)] }),
    refused: "has a critical extension (1.2.3.4.5) that TLS does not know here",
  },
  {
    title: "critical policies",
    holder: await make("a", {
      extensions: [new x509.CertificatePolicyExtension(["1.2.3"], true)],
    }),
    refused: "has a critical extension (2.5.29.32)",
  },
  { title: "a serial number of 20 bytes", holder: await make("a", { serial: "7f".repeat(20) }) },
  { title: "a serial number of 40 bytes", holder: await make("a", { serial: "7f".repeat(40) }) },
  { title: "a critical place for CRLs", holder: await make("a", { extensions: [crlPlace()] }) },
  { title: "a name that is empty", holder: await make("") },
  {
    title: "an unknown critical extension of the issuer",
    holder: await make("a", { issuer: ODD }),
    behind: [ODD],
  },
  {
    title: "for servers only",
    holder: await make("a", purposes(serverAuth)),
    refused: "must name serverAuth and clientAuth",
    though: "it is the very one in the file: a renewed one would not be taken",
  },
  {
    title: "for clients only",
    holder: await make("a", purposes(clientAuth)),
    refused: "must name serverAuth and clientAuth",
  },
  {
    title: "for signing code",
    holder: await make("a", purposes(codeSigning)),
    refused: "must name serverAuth and clientAuth",
  },
  {
    title: "for anything",
    holder: await make("a", purposes("2.5.29.37.0")),
    refused: "must name serverAuth and clientAuth",
  },
  {
    title: "a client's, for clients only",
    holder: await make("a", purposes(clientAuth)),
    use: "client",
  },
  {
    title: "a client's, for servers only",
    holder: await make("a", purposes(serverAuth)),
    use: "client",
    refused: "must name clientAuth",
    though: "it is the very one in the file: a renewed one would not be taken",
  },
  {
    title: "damaged",
    holder: await damaged(await make("a")),
    refused: "is not signed by its own key, though it says so",
  },
  {
    title: "an authority's, damaged",
    holder: await damaged(await make("a", { authority: true })),
    refused: "is not signed by its own key, though it says so",
    though: "Deno does not look at the signature of an authority that is in the file",
  },
  {
    title: "version 1",
    holder: await asVersion(await make("a")),
    refused: "is of X.509 version 1, with which TLS proves nothing here",
  },
  {
    title: "version 2",
    holder: await asVersion(await make("a"), [1]),
    refused: "is of X.509 version 2, with which TLS proves nothing here",
  },
  {
    title: "version 4",
    holder: await asVersion(await make("a"), [3]),
    refused: "is of X.509 version 4, with which TLS proves nothing here",
  },
  {
    title: "self-signed with SHA-1",
    holder: await make("a", { key: "p256", hash: "SHA-1" }),
    refused: "is signed in a way that TLS does not take (1.2.840.10045.4.1)",
  },
  { title: "signed by another", holder: SIGNED, behind: [ROOT] },
  {
    title: "signed by another, who is not there",
    holder: SIGNED,
    refused: 'is signed by "CN=issuer ed25519", whose certificate is missing; append it',
  },
  {
    title: "signed by another, with one of the same name behind it",
    holder: SIGNED,
    behind: [OTHER],
    refused: 'is not signed by the "CN=issuer ed25519" that follows it',
  },
  {
    title: "signed by an issuer of an issuer",
    holder: await make("a", { issuer: MIDDLE }),
    behind: [MIDDLE, ROOT],
  },
  {
    title: "signed by an issuer whose own is not there",
    holder: await make("a", { issuer: MIDDLE }),
    behind: [MIDDLE],
  },
  { title: "P-256 signed it", holder: await make("a", { issuer: P256 }), behind: [P256] },
  { title: "P-384 signed it", holder: await make("a", { issuer: P384 }), behind: [P384] },
  { title: "RSA signed it", holder: await make("a", { issuer: RSA }), behind: [RSA] },
  {
    title: "RSA with 1024 bits signed it",
    holder: await make("a", { issuer: SHORT }),
    behind: [SHORT],
    refused: "has an issuer with an RSA key of 1024 bits",
  },
  {
    title: "the issuer limits names",
    holder: await make("a", {
      issuer: LIMITED,
      extensions: [
        new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "a.other.net" }]),
      ],
    }),
    behind: [LIMITED],
    refused: "has an issuer that limits the names it signs",
  },
  {
    title: "the new one and the old one of a key",
    holder: await make("b", { keys: PLAIN.keys }),
    behind: [PLAIN],
  },
  {
    title: "the issuer first",
    holder: ROOT,
    behind: [SIGNED],
    refused: "has an issuer first and what it has signed after it",
    though: "the issuer would be taken for the one who is meant",
  },
  {
    title: "two that have nothing to do with each other",
    holder: PLAIN,
    behind: [await make("b")],
    refused: "holds several PEM blocks of which one has neither this key nor signed another",
    though: "one of the two is not meant, and which cannot be known",
  },
];
