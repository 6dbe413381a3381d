/**
 * `hetpaxos key new`: a new identity.
 *
 * @module
 */

import { join } from "node:path";
import { makeCertificate } from "../../lib/crypto/make_certificate.ts";
import { KEY_KIND_NAMES, KEY_KINDS, type KeyKind } from "../../lib/crypto/keys.ts";
import {
  type Card,
  type CardSubject,
  fingerprintOf,
  formatCard,
  parseCard,
} from "../../lib/config/card.ts";
import { writeFiles } from "../../lib/config/write_files.ts";
import { formatHostPort } from "../../lib/config/addresses.ts";
import { nameFault } from "../../lib/wire/names.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { quote } from "../../lib/wire/place.ts";
import type { FlagValues } from "../flags.ts";
import { type Command, defineCommand } from "../command.ts";
import { makeOutput, type Output, OUTPUT_FLAGS } from "../output.ts";
import { DAYS_FLAG, hostOf, namesFor, validityOf } from "./key_shared.ts";

const FLAGS = [
  {
    name: "host",
    kind: "text",
    value: "HOST",
    help: "DNS name or IP address at which the others reach this acceptor",
  },
  {
    name: "port",
    kind: "integer",
    value: "PORT",
    min: 1,
    max: 65_535,
    help: "port at which they reach it; 8700 if not given",
  },
  {
    name: "client",
    kind: "boolean",
    excludes: ["host", "port"],
    help: "instead of an acceptor: may connect, learn and propose, and needs no host",
  },
  {
    name: "key-type",
    kind: "choice",
    value: "TYPE",
    choices: KEY_KINDS,
    default: "ed25519",
    help: "kind of the key; p256 is slower by far, but browsers connect to it",
  },
  DAYS_FLAG,
  {
    name: "out",
    kind: "text",
    value: "DIR",
    offers: "folder",
    default: ".",
    help: "folder for the files",
  },
  ...OUTPUT_FLAGS,
] as const;

const PORT = 8700;

/** The command. */
export const keyNew: Command = defineCommand({
  name: "new",
  summary: "make a private key, its card, and a file to run it by",
  description: "Makes a new identity on this machine. NAME.key is the private key, readable by " +
    "its owner only: it stays here. NAME.card.json is the card, which goes to all others: name, " +
    "address and certificate. NAME.json is what the programs are started with: it points to the " +
    "key and to cluster.json, which hetpaxos config join makes from the cards of all. An " +
    "existing file is never overwritten, for a lost key is a lost identity.",
  flags: FLAGS,
  positionals: [{ name: "NAME", help: "name of the identity, unique in the cluster: Alice" }],
  examples: [
    { args: "Alice --host a.example", does: "An acceptor at a.example, port 8700." },
    { args: "console --client", does: "An identity for learners and proposers." },
  ],
  exits: [
    { status: EXIT.usage, means: "a flag is wrong, or a file exists already" },
    { status: EXIT.resource, means: "a file cannot be written" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  const name = nameOf(positionals[0]!);
  const subject = { name, ...addressOf(flags) };
  const kind = flags["key-type"] as KeyKind;
  const hosts = namesFor(subject.host);
  const made = await makeCertificate(kind, name, hosts, validityOf(flags.days));
  const paths = {
    key: join(flags.out, `${name}.key`),
    card: join(flags.out, `${name}.card.json`),
    own: join(flags.out, `${name}.json`),
  };
  const text = formatCard(subject, made.certificate);
  // What is made must be taken by those it goes to.
  const card = parseCard(text, paths.card);
  writeFiles([
    { path: paths.key, text: made.privateKey },
    { path: paths.card, text, public: true },
    { path: paths.own, text: ownFile(subject), public: true },
  ], {
    overwrite: false,
    advice: "choose another NAME or --out, or remove it if it is not in use",
  });
  report(output, card, paths);
  return EXIT.ok;
});

function nameOf(name: string): string {
  const fault = nameFault(name);
  if (fault !== undefined) usage("NAME", `${quote(name)} ${fault}`);
  // Windows takes fewer characters than others, and a cluster may have both.
  if (/[/\\:*?"<>|]/.test(name) || /^[.-]|\.$/.test(name)) {
    usage("NAME", `${quote(name)} would make odd names of files; use letters, digits, _ and -`);
  }
  if (name.toLowerCase() === "cluster") {
    usage("NAME", `${quote(name)} is what the shared file is called; choose another`);
  }
  return name;
}

function addressOf({ client, host, port }: FlagValues<typeof FLAGS>): Omit<CardSubject, "name"> {
  if (client) return { client, host: "", port: 0 };
  if (host === undefined) {
    usage("--host", "is missing: say where the others reach this acceptor, or give --client");
  }
  return { client, host: hostOf(host), port: port ?? PORT };
}

/** What an acceptor signs must survive it; who only asks needs no journal. */
function ownFile({ name, client }: CardSubject): string {
  const own = {
    cluster: "cluster.json",
    privateKeyFile: `${name}.key`,
    ...client ? {} : { dataDir: `${name}.data` },
  };
  return `${JSON.stringify(own, undefined, 2)}\n`;
}

function report(
  output: Output,
  { name, client, host, port, certificate }: Card,
  paths: Readonly<Record<"key" | "card" | "own", string>>,
): void {
  const fingerprint = fingerprintOf(certificate.spki);
  const { key, card, own } = paths;
  const file = (path: string, what: string, words: string) =>
    output.emit({ event: "written", file: path, what }, [
      { paint: "bold", text: path },
      `  ${words}`,
    ]);
  file(key, "private key", "private key: it stays on this machine");
  file(card, "card", "card: give it to all others");
  file(own, "configuration", "to run by, once cluster.json is beside it (hetpaxos config join)");
  const address = client ? "client" : formatHostPort({ host, port });
  output.emit(
    {
      event: "identity",
      name,
      client,
      host: client ? undefined : host,
      port: client ? undefined : port,
      keyKind: certificate.keyKind,
      fingerprint,
      notAfter: certificate.notAfter.toISOString(),
    },
    [`${name}, ${address}, ${KEY_KIND_NAMES[certificate.keyKind]} key, fingerprint ${fingerprint}`],
  );
}

function usage(where: string, what: string): never {
  throw new OperatorError(EXIT.usage, what, where);
}
