/**
 * `hetpaxos key show`: what is in cards, certificates and private keys, but for what is private.
 *
 * @module
 */

import { createPublicKey } from "node:crypto";
import { type Certificate, parseCertificate } from "../../lib/crypto/certificate.ts";
import { KEY_KIND_NAMES, parsePrivateKey, spkiOf } from "../../lib/crypto/keys.ts";
import { fingerprintOf, parseCard } from "../../lib/config/card.ts";
import { explain } from "../../lib/config/cluster_configuration.ts";
import { permissionWarnings, readText } from "../../lib/config/config_files.ts";
import { formatHostPort } from "../../lib/config/addresses.ts";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { Place } from "../../lib/wire/place.ts";
import { type Command, defineCommand } from "../command.ts";
import { makeOutput, type Output, OUTPUT_FLAGS } from "../output.ts";

/** The command. */
export const keyShow: Command = defineCommand({
  name: "show",
  summary: "show whose key it is: a card, a certificate or a private key",
  description: "Shows what a card, a certificate or a private key is, never the private key " +
    "itself. The fingerprint is the SHA-256 of the public key: it is the same for a private key, " +
    "its card and every certificate of it, and what people read to each other to know that a " +
    "card is who it says.",
  flags: OUTPUT_FLAGS,
  positionals: [{
    name: "FILE",
    help: "a card, or PEM: a certificate, a private key",
    many: true,
    offers: "file",
  }],
  examples: [{ args: "Alice.key Alice.card.json", does: "Whether they belong together." }],
  exits: [
    { status: EXIT.configuration, means: "a file is none of these, or spoilt" },
    { status: EXIT.resource, means: "a file cannot be read" },
  ],
}, ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  for (const file of positionals) print(output, describe(file));
  return Promise.resolve(EXIT.ok);
});

interface Description {
  readonly file: string;
  readonly what: "private key" | "card" | "certificate";
  readonly name?: string;
  readonly client?: boolean;
  readonly address?: string;
  readonly keyKind: keyof typeof KEY_KIND_NAMES;
  readonly fingerprint: string;
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly warnings: readonly string[];
}

function describe(file: string): Description {
  const text = readText(file, file);
  if (!/^[\s\ufeff]*\{/.test(text)) return describePem(file, text);
  const { name, client, host, port, certificate } = parseCard(text, file);
  const at = host === "" ? {} : { address: formatHostPort({ host, port }) };
  return { file, what: "card", name, client, ...at, ...ofCertificate(certificate), warnings: [] };
}

function describePem(file: string, text: string): Description {
  const place = new Place(file);
  if (!text.includes("PRIVATE KEY-----")) {
    const certificate = explain(() => parseCertificate(text, { use: "client" }), place);
    return { file, what: "certificate", ...ofCertificate(certificate), warnings: [] };
  }
  const { key, kind } = explain(() => parsePrivateKey(text), place);
  const fingerprint = fingerprintOf(spkiOf(createPublicKey(key)));
  return {
    file,
    what: "private key",
    keyKind: kind,
    fingerprint,
    warnings: permissionWarnings([file]),
  };
}

function ofCertificate({ keyKind, spki, notBefore, notAfter }: Certificate) {
  return {
    keyKind,
    fingerprint: fingerprintOf(spki),
    notBefore: notBefore.toISOString(),
    notAfter: notAfter.toISOString(),
  };
}

function print(output: Output, description: Description): void {
  const { file, what, name, client, address, keyKind, fingerprint, warnings } = description;
  output.emit({ event: "shown", ...description, warnings: [...warnings] }, [
    { paint: "bold", text: file },
    `: ${KEY_KIND_NAMES[keyKind]} ${what}`,
  ]);
  if (output.format === "json") return;
  const line = (term: string, text: string) =>
    output.say([{ paint: "dim", text: `  ${term.padEnd(13)}` }, text]);
  if (name !== undefined) line("identity", `${name}, ${client ? "client" : "acceptor"}`);
  if (address !== undefined) line("address", address);
  line("fingerprint", fingerprint);
  if (description.notAfter !== undefined) {
    line("valid", `${description.notBefore} to ${description.notAfter}`);
  }
  for (const warning of warnings) {
    output.say([{ paint: "yellow", text: `  ${"warning".padEnd(13)}` }, warning]);
  }
}
