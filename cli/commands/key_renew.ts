/**
 * `hetpaxos key renew`: a new certificate for the same key.
 *
 * @module
 */

import { parsePrivateKey } from "../../lib/crypto/keys.ts";
import { renewCertificate } from "../../lib/crypto/make_certificate.ts";
import {
  type Card,
  fingerprintOf,
  formatCard,
  parseCard,
  readCard,
} from "../../lib/config/card.ts";
import { explain } from "../../lib/config/cluster_configuration.ts";
import { permissionWarnings, readText } from "../../lib/config/config_files.ts";
import { writeFiles } from "../../lib/config/write_files.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { Place } from "../../lib/wire/place.ts";
import { type Command, defineCommand } from "../command.ts";
import { makeOutput, OUTPUT_FLAGS } from "../output.ts";
import { DAYS_FLAG, hostOf, namesFor, validityOf } from "./key_shared.ts";

const CARD_SUFFIX = ".card.json";

/** The command. */
export const keyRenew: Command = defineCommand({
  name: "renew",
  summary: "make a new certificate for the same key, and put it into the card",
  description: "Makes a new certificate for the key of a card, and replaces the card. The " +
    "identity stays what it is: peers know it by its key. Everybody joins the new card to the " +
    "others (hetpaxos config join), the one whose it is first, and restarts when it suits. An " +
    "acceptor that has moved is told so by --host and --port. (A new key is something else: a " +
    "new identity, and of an acceptor a new cluster.)",
  flags: [
    {
      name: "key",
      kind: "text",
      value: "FILE",
      offers: "file",
      help: "the private key; NAME.key beside NAME.card.json if not given",
    },
    DAYS_FLAG,
    { name: "host", kind: "text", value: "HOST", help: "where the others reach it from now on" },
    {
      name: "port",
      kind: "integer",
      value: "PORT",
      min: 1,
      max: 65_535,
      help: "port at which they reach it from now on",
    },
    ...OUTPUT_FLAGS,
  ],
  positionals: [{ name: "CARD", help: "the card to replace: Alice.card.json", offers: "file" }],
  examples: [{ args: "Alice.card.json --days 365", does: "Another year for Alice." }],
  exits: [
    { status: EXIT.configuration, means: "the card or the key is wrong, or not of the other" },
    { status: EXIT.resource, means: "a file cannot be read or written" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  const file = positionals[0]!;
  const card = readCard(file);
  const keyFile = flags.key ?? keyBeside(file);
  const key = explain(() => parsePrivateKey(readText(keyFile, keyFile)), new Place(keyFile));
  if (fingerprintOf(key.spki) !== fingerprintOf(card.certificate.spki)) {
    throw new OperatorError(
      EXIT.configuration,
      `is not the key of ${file}; a new key is a new identity (hetpaxos key new)`,
      keyFile,
    );
  }
  const subject = { ...card, ...moved(card, flags) };
  const { pem } = card.certificate;
  const certificate = await renewCertificate(
    key,
    pem,
    namesFor(subject.host),
    validityOf(flags.days),
  );
  const text = formatCard(subject, certificate);
  const renewed = parseCard(text, file);
  writeFiles([{ path: file, text, public: true }], { overwrite: true, advice: "" });
  const { name, host, port } = renewed;
  const notAfter = renewed.certificate.notAfter.toISOString();
  const warnings = permissionWarnings([keyFile]);
  output.emit(
    { event: "renewed", file, name, host, port, notAfter, warnings },
    [
      { paint: "bold", text: file },
      `  ${name}, valid to ${notAfter}: join it to the others' cards again`,
    ],
  );
  for (const warning of warnings) output.say([{ paint: "yellow", text: warning }]);
  return EXIT.ok;
});

function keyBeside(card: string): string {
  if (card.endsWith(CARD_SUFFIX)) return `${card.slice(0, -CARD_SUFFIX.length)}.key`;
  throw new OperatorError(EXIT.usage, "is missing: say where the private key is", "--key");
}

function moved(
  { client, host, port, place }: Card,
  to: { readonly host: string | undefined; readonly port: number | undefined },
): { readonly host: string; readonly port: number } {
  if (client && (to.host !== undefined || to.port !== undefined)) {
    throw new OperatorError(EXIT.usage, "is the card of a client, which nobody dials", place.file);
  }
  return { host: to.host === undefined ? host : hostOf(to.host), port: to.port ?? port };
}
