/**
 * Cards: what an identity tells the others of itself, and nothing that is private. A card is an
 * entry of `addresses`, in a file of its own.
 *
 * @module
 */

import { fromJson } from "@bufbuild/protobuf";
import { type Certificate, parseCertificate } from "../crypto/certificate.ts";
import { checkShape } from "./shape.ts";
import { parseAddress } from "./addresses.ts";
import { AddressSchema } from "../wire/gen/hetpaxos/v1/config_pb.ts";
import { type Json, parseJson } from "../wire/json_text.ts";
import { Place } from "../wire/place.ts";
import { explain } from "./cluster_configuration.ts";
import { readNamedFile, readText } from "./config_files.ts";
import { sha256Hex } from "../crypto/hash.ts";

/** What a card says. */
export interface Card {
  /** The whole file, for messages. */
  readonly place: Place;
  /** Of the identity. */
  readonly name: string;
  /** Whether it is not an acceptor. */
  readonly client: boolean;
  /** Without brackets; empty for a client that does not say. */
  readonly host: string;
  /** 1 to 65535; 0 for a client that does not say. */
  readonly port: number;
  /** With its public key. */
  readonly certificate: Certificate;
}

/** Where a card stands that is about to be made. */
export type CardSubject = Pick<Card, "name" | "client" | "host" | "port">;

/** Fields that only the file of a process has: somebody has taken that for its card. */
const OWN_FIELDS = ["privateKey", "privateKeyFile", "cluster", "addresses", "learners"];

const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY/;

/**
 * Reads a card.
 *
 * @param file Its path.
 * @throws OperatorError as {@linkcode parseCard}, or if it cannot be read.
 */
export function readCard(file: string): Card {
  return parseCard(readText(file, file), file);
}

/**
 * Reads a card from its text; a file of the certificate is looked for beside `file`.
 *
 * @throws OperatorError, one line with file and path, at the first mistake; above all if there is a
 * private key in it.
 */
export function parseCard(text: string, file: string): Card {
  const place = new Place(file);
  if (PRIVATE_KEY.test(text)) refusePrivateKey(place);
  if (text.trimStart().startsWith("-----BEGIN ")) {
    place.fail('is PEM, not a card: a card is JSON, {"name", "host", "port", "certificate"}');
  }
  if (text.trim() === "") place.fail("is empty; `hetpaxos key new` makes cards");
  const json = parseJson(text, file);
  refuseConfiguration(json, place);
  const address = fromJson(
    AddressSchema,
    checkShape(AddressSchema, json, place) as Parameters<typeof fromJson>[1],
  );
  const { name, client, host, port, certificate } = parseAddress(address, place);
  const at = certificate.place;
  const pem = certificate.kind === "pem"
    ? certificate.pem
    : readNamedFile(certificate.path, at).text;
  if (PRIVATE_KEY.test(pem)) refusePrivateKey(at);
  const use = client ? "client" : "acceptor";
  const parsed = explain(() => parseCertificate(pem, { use }), at);
  return { place, name, client, host, port, certificate: parsed };
}

/**
 * The text of a card.
 *
 * @param certificate PEM.
 */
export function formatCard(subject: CardSubject, certificate: string): string {
  return `${JSON.stringify(cardJson(subject, certificate), undefined, 2)}\n`;
}

/** An entry of `addresses`: what is said of an identity, always in the same order. */
export function cardJson({ name, client, host, port }: CardSubject, certificate: string): Json {
  return {
    name,
    ...client ? { client } : {},
    ...host === "" ? {} : { host, port },
    certificate,
  };
}

/** What people compare to know whose key it is: SHA-256 of SubjectPublicKeyInfo, hex. */
export function fingerprintOf(spki: Uint8Array): string {
  return sha256Hex(spki);
}

function refusePrivateKey(place: Place): never {
  place.fail(
    "holds a private key, which must not leave its owner's machine; a card is public. If the file " +
      "has been passed on, make a new key (hetpaxos key new)",
  );
}

function refuseConfiguration(json: Json, place: Place): void {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return;
  const field = OWN_FIELDS.find((name) => name in json);
  if (field === undefined) return;
  place.field(field).fail("is of a configuration, not of a card; give NAME.card.json instead");
}
