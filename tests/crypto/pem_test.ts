import "reflect-metadata";
import { assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { parseCertificate } from "../../lib/crypto/certificate.ts";
import { KeyError, parsePrivateKey } from "../../lib/crypto/keys.ts";
import { makeCertificate } from "../../lib/crypto/make_certificate.ts";
import { pemBlocks, toPem } from "../../lib/crypto/pem.ts";

const { certificate, privateKey } = await makeCertificate("p256", "Alice", ["localhost"]);
const plain = { spki: parseCertificate(certificate).spki, der: parseCertificate(certificate).der };
const sec1 = createPrivateKey(privateKey).export({ type: "sec1", format: "pem" }).toString();
const PARAMETERS = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
const BAG = "Bag Attributes\n    friendlyName: alice\n    localKeyID: 01 02\nsubject=CN = Alice\n";

/** A text, as other tools, editors and people make it. */
const SPELLINGS: readonly (readonly [string, (text: string) => string])[] = [
  ["as it is", (text) => text],
  ["with a byte order mark", (text) => `\ufeff${text}`],
  ["with the line breaks of Windows", (text) => text.replaceAll("\n", "\r\n")],
  ["indented", (text) => text.replaceAll(/^/gm, "    ")],
  ["with spaces at the ends of lines", (text) => text.replaceAll("\n", " \t\n")],
  ["with bag attributes before it", (text) => `${BAG}${text}`],
  ["with a remark behind it", (text) => `${text}\n# made on Monday -----\n`],
  ["on long lines", (text) => text.replaceAll(/([A-Za-z0-9+/=])\n(?=[A-Za-z0-9+/=])/g, "$1")],
  ["with an old Mac's line breaks", (text) => text.replaceAll("\n", "\r")],
];

for (const [title, spell] of SPELLINGS) {
  Deno.test(`a key and a certificate are read ${title}`, () => {
    assertEquals(parseCertificate(spell(certificate)).der, plain.der);
    for (const key of [privateKey, sec1]) {
      assertEquals(parsePrivateKey(spell(key)).spki, plain.spki);
    }
  });
}

Deno.test("the first block that is a private key or a certificate counts", () => {
  for (const key of [privateKey, sec1, PARAMETERS + sec1]) {
    assertEquals(parsePrivateKey(key + certificate).spki, plain.spki);
    assertEquals(parsePrivateKey(certificate + key).spki, plain.spki);
    const both = { withKey: true };
    assertEquals(parseCertificate(key + certificate, both).der, plain.der);
    assertEquals(parseCertificate(certificate + key, both).der, plain.der);
    assertThrows(() => parseCertificate(certificate + key), KeyError, "holds a private key beside");
  }
  assertEquals(parseCertificate(PARAMETERS + certificate).der, plain.der);
  const renamed = certificate.replaceAll("CERTIFICATE", "X509 CERTIFICATE");
  assertEquals(parseCertificate(renamed).der, plain.der);
});

/** P-256 with all its numbers instead of its name, as `-param_enc explicit` writes it. */
const EXPLICIT = "MIH3AgEBMCwGByqGSM49AQECIQD/////AAAAAQAAAAAAAAAAAAAAAP//////////////" +
  "/zBbBCD/////AAAAAQAAAAAAAAAAAAAAAP///////////////AQgWsY12Ko6k+ez671VdpiGvGUdBrDM" +
  "U7D2O848PifSYEsDFQDEnTYIhucEk2pmeOETnSa3gZ9+kARBBGsX0fLhLEJH+Lzm5WOkQPJ3A32BLesz" +
  "oPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfUCIQD/////AAAAAP//////////" +
  "vOb6racXnoTzucrC/GMlUQIBAQ==";

/** A certificate with such a key, made by OpenSSL. */
const EXPLICIT_CERTIFICATE =
  "MIICYjCCAgegAwIBAgIUeEo097LHB0Obhg0L3lTMJqw9ouUwCgYIKoZIzj0EAwIwDDEKMAgGA1UEAwwB" +
  "eDAeFw0yNjExMjgwNDQxNTdaFw0yNjEyMjgwNDQxNTdaMAwxCjAIBgNVBAMMAXgwggFLMIIBAwYHKoZI" +
  "zj0CATCB9wIBATAsBgcqhkjOPQEBAiEA/////wAAAAEAAAAAAAAAAAAAAAD///////////////8wWwQg" +
  "/////wAAAAEAAAAAAAAAAAAAAAD///////////////wEIFrGNdiqOpPns+u9VXaYhrxlHQawzFOw9jvO" +
  "PD4n0mBLAxUAxJ02CIbnBJNqZnjhE50mt4GffpAEQQRrF9Hy4SxCR/i85uVjpEDydwN9gS3rM6D0oTlF" +
  "2JjClk/jQuL+Gn+bjufrSnwPnhYrzjNXazFezsu2QGg3v1H1AiEA/////wAAAAD//////////7zm+q2n" +
  "F56E87nKwvxjJVECAQEDQgAEQNp1aaaa4HdwCHsjWOy0uawqkV26wx6uGt0N8LE/cXeNT1dfvwkB9p6m" +
  "e+n3oLOwcCQblbCUaiW7VdPwmLlWCqNTMFEwHQYDVR0OBBYEFC3rRBgexvLGCZlWqccu/hZG0FJgMB8G" +
  "A1UdIwQYMBaAFC3rRBgexvLGCZlWqccu/hZG0FJgMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwID" +
  "SQAwRgIhAIjimflR4ikHKbrIDuN+WibmhDtR7KLrcAF2aGXG8WIDAiEAtK6FFTiCTl7UuniIcY+8q+3K" +
  "kDw/TFrbSNU6IAU4hrs=";

Deno.test("what cannot be used is named truly", () => {
  const parameters = Uint8Array.fromBase64(EXPLICIT);
  const sec1Explicit = Buffer.concat([
    Uint8Array.of(0x30, 0x82, 0x01, 0x23, 2, 1, 1, 4, 32),
    new Uint8Array(32).fill(7),
    Uint8Array.of(0xa0, 0x81, parameters.length),
    parameters,
  ]);
  sec1Explicit.writeUInt16BE(sec1Explicit.length - 4, 2);
  const encrypted = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey
    .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" }).toString();
  const old =
    "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n" +
    "AAAA\n-----END EC PRIVATE KEY-----\n";
  const words: readonly (readonly [string, string])[] = [
    [toPem("EC PRIVATE KEY", sec1Explicit), "spells its curve out (explicit parameters)"],
    [encrypted, "is encrypted; give it without a pass phrase"],
    [PARAMETERS + old, "is encrypted; give it without a pass phrase"],
    [PARAMETERS, "is an EC PARAMETERS, not a private key"],
    [toPem("OPENSSH PRIVATE KEY", new Uint8Array(8)), "is a key for SSH; make one for this"],
    [privateKey.slice(0, 120), "cannot be read as a private key; is it whole"],
    ["", "is not PEM: it must hold a -----BEGIN PRIVATE KEY-----"],
  ];
  for (const [text, message] of words) {
    assertThrows(() => parsePrivateKey(text), KeyError, message);
  }
  const explicit = toPem("CERTIFICATE", Uint8Array.fromBase64(EXPLICIT_CERTIFICATE));
  assertThrows(() => parseCertificate(explicit), KeyError, "has a key that spells its curve out");
  assertThrows(
    () => parseCertificate(toPem("TRUSTED CERTIFICATE", plain.der)),
    KeyError,
    "is a TRUSTED CERTIFICATE, not a certificate; convert it (openssl x509",
  );
  assertThrows(
    () => parseCertificate(toPem("PKCS7", plain.der)),
    KeyError,
    "is a PKCS7, not a certificate; take the certificates out",
  );
});

Deno.test("blocks are read whole or not at all", () => {
  assertEquals(pemBlocks("no block"), []);
  for (
    const text of [
      "-----BEGIN X-----\nAQI=\n",
      "-----BEGIN X-----\nAQI=\n-----END Y-----",
      "-----BEGIN X-----\nAQ!I=\n-----END X-----",
      "-----BEGIN X-----\nAQI=\n-----BEGIN X-----\nAQI=\n-----END X-----",
    ]
  ) assertThrows(() => pemBlocks(text), KeyError, "is it whole");
});
