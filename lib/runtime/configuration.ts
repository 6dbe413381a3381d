/**
 * The configuration of one process: read, checked, and completed by what follows from it.
 *
 * @module
 */

import { resolve } from "node:path";
import type { LearnerGraph } from "../core/learner_graph.ts";
import { type Certificate, parseCertificate } from "../crypto/certificate.ts";
import { sha3 } from "../crypto/hash.ts";
import type { Identity } from "../crypto/identity.ts";
import {
  KEY_KIND_NAMES,
  KeyError,
  makeSigner,
  parsePrivateKey,
  type PrivateKey,
  type Signer,
} from "../crypto/keys.ts";
import { parseConfig } from "../wire/config.ts";
import {
  formatHostPort,
  type HostPort,
  parseAddresses,
  type ParsedAddress,
  parseHostPort,
  refuseRepeated,
} from "../wire/config_addresses.ts";
import { type ConfigDigests, digestConfig } from "../wire/config_digest.ts";
import { type ParsedGraph, parseGraph } from "../wire/config_graph.ts";
import { parseSettings, type Settings } from "../wire/config_settings.ts";
import { checkGraph } from "../wire/config_validity.ts";
import type { Config } from "../wire/gen/hetpaxos/v1/config_pb.ts";
import { toHex } from "../wire/hex.ts";
import { Place, quote } from "../wire/place.ts";
import { expiryNotice } from "./certificate_watch.ts";
import {
  besideFile,
  permissionWarnings,
  readNamedFile,
  readStdin,
  readText,
  STDIN,
} from "./config_files.ts";

export type { Identity } from "../crypto/identity.ts";
export type { ConfigDigests } from "../wire/config_digest.ts";
export type { Limits, NetworkSettings, ProposerSettings } from "../wire/limits.ts";

/** The checked configuration of one process. */
export interface Configuration extends Settings {
  /** The file it was read from, as the operator named it. */
  readonly source: string;
  /** The identity that the private key belongs to. */
  readonly self: Identity;
  /** PKCS#8, for TLS. */
  readonly privateKeyPem: string;
  /** Signs with the private key. */
  readonly signer: Signer;
  /** All identities, sorted by name. */
  readonly identities: readonly Identity[];
  /** Sorted by name: positions are acceptor indices. */
  readonly acceptors: readonly Identity[];
  /** Valid. */
  readonly graph: LearnerGraph;
  /** Names of the learners that nobody need agree with, sorted. */
  readonly allowDisagreement: readonly string[];
  /** What the members of a cluster must have in common. */
  readonly digest: ConfigDigests;
  /** What a proposer proposes unless told otherwise; undefined if the file does not say. */
  readonly proposal: Uint8Array | undefined;
  /** Where to listen. For a client that does not say, the host is empty and the port 0. */
  readonly listen: HostPort;
  /** Folder of the journal; undefined if nothing is to survive the process. */
  readonly dataDir: string | undefined;
  /** What the operator should know, each in one line. */
  readonly warnings: readonly string[];
}

/**
 * Reads the configuration from a file, or from standard input if `file` is undefined or `-`.
 *
 * @throws OperatorError if it cannot be read, or as {@linkcode loadConfiguration}.
 */
export async function readConfiguration(file: string | undefined): Promise<Configuration> {
  return file === undefined || file === "-"
    ? loadConfiguration(await readStdin(), STDIN)
    : loadConfiguration(readText(file, file), file);
}

/**
 * Checks a configuration and completes it. Reads the files that it names, relative to `source`.
 *
 * @param text JSON, as docs/CONFIGURATION.md describes it.
 * @param source The file it was read from, for messages and relative paths.
 * @param now For warnings about certificates that are not valid at this time.
 * @throws OperatorError, one line with file and path, at the first mistake.
 */
export function loadConfiguration(
  text: string,
  source: string,
  now: Date = new Date(),
): Configuration {
  const root = new Place(source);
  const config = parseConfig(text, source);
  const addresses = parseAddresses(config, root);
  const acceptorNames = namesOf(addresses, false);
  const parsed = parseGraph(config, acceptorNames, namesOf(addresses, true), root);
  const names = addresses.map(({ name }) => name);
  const settings = parseSettings(config, names, acceptorNames.length, root);
  const keyFile = resolve(besideFile(config.privateKeyFile, source));
  const identities = parseIdentities(addresses, acceptorNames, keyFile);
  const key = readPrivateKey(config, root);
  const self = ownIdentity(identities, key.privateKey, key.place);
  const graph = checkGraph(parsed, root);
  const acceptors = identities.filter(({ client }) => !client);
  return {
    source,
    self,
    privateKeyPem: key.privateKey.pem,
    signer: makeSigner(key.privateKey),
    identities,
    acceptors,
    graph,
    allowDisagreement: parsed.allowDisagreement.map((learner) => graph.spec.learners[learner]!),
    digest: digestOf(parsed, acceptors),
    proposal: parseProposal(config, settings, root),
    listen: parseListen(config, self, root),
    dataDir: config.dataDir === "" ? undefined : besideFile(config.dataDir, source),
    ...settings,
    warnings: [...expiryWarnings(identities, now), ...permissionWarnings(key.files)],
  };
}

function namesOf(addresses: readonly ParsedAddress[], client: boolean): string[] {
  return addresses.filter((address) => address.client === client).map(({ name }) => name);
}

function digestOf(parsed: ParsedGraph, acceptors: readonly Identity[]): ConfigDigests {
  return digestConfig(parsed, acceptors.map(({ certificate }) => certificate.spki), sha3);
}

function parseIdentities(
  addresses: readonly ParsedAddress[],
  acceptorNames: readonly string[],
  keyFile: string,
): Identity[] {
  const identities = addresses.map(({ name, client, host, port, certificate }) => ({
    place: certificate.place,
    name,
    client,
    acceptorIndex: client ? undefined : acceptorNames.indexOf(name),
    host,
    port,
    certificate: readCertificate(certificate, client, keyFile),
  }));
  refuseRepeated(
    identities,
    ({ certificate }) => toHex(certificate.spki),
    () => "the key of this certificate",
  );
  return identities.map(({ place: _, ...identity }) => identity);
}

/** @param keyFile The only file in which a private key may stand beside a certificate. */
function readCertificate(
  source: ParsedAddress["certificate"],
  client: boolean,
  keyFile: string,
): Certificate {
  const { place } = source;
  const { text, path } = source.kind === "pem"
    ? { text: source.pem, path: undefined }
    : readNamedFile(source.path, place);
  const use = client ? "client" : "acceptor";
  return explain(
    () => parseCertificate(text, { use, withKey: path !== undefined && resolve(path) === keyFile }),
    place,
  );
}

interface OwnKey {
  readonly privateKey: PrivateKey;
  readonly place: Place;
  /** Files that hold it. */
  readonly files: readonly string[];
}

function readPrivateKey(config: Config, root: Place): OwnKey {
  const { privateKey: inline, privateKeyFile } = config;
  if (inline !== "" && privateKeyFile !== "") {
    root.fail("has privateKey and privateKeyFile; keep one of them");
  }
  if (inline !== "") {
    const place = root.field("privateKey");
    const files = root.file === STDIN ? [] : [root.file];
    return { privateKey: explain(() => parsePrivateKey(inline), place), place, files };
  }
  if (privateKeyFile === "") {
    root.field("privateKey").fail("is missing; give a PKCS#8 key as PEM, or privateKeyFile");
  }
  const place = root.field("privateKeyFile");
  const { text, path } = readNamedFile(privateKeyFile, place);
  return { privateKey: explain(() => parsePrivateKey(text), place), place, files: [path] };
}

/** Runs a parser of keys; says where it failed. */
function explain<T>(parse: () => T, place: Place): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof KeyError) return place.fail(error.message);
    throw error;
  }
}

function ownIdentity(identities: readonly Identity[], key: PrivateKey, place: Place): Identity {
  const spki = toHex(key.spki);
  const self = identities.find(({ certificate }) => toHex(certificate.spki) === spki);
  if (self !== undefined) return self;
  if (!identities.some(({ certificate }) => certificate.keyKind === key.kind)) {
    const kinds = new Set(identities.map(({ certificate }) => KEY_KIND_NAMES[certificate.keyKind]));
    place.fail(
      `is an ${KEY_KIND_NAMES[key.kind]} key, but the certificates in addresses are all of ` +
        `${[...kinds].join(" or ")} keys; give the key that one of them was made for`,
    );
  }
  return place.fail(
    "belongs to none of the certificates in addresses; add this process's own address, or give " +
      "the key of one that is listed",
  );
}

function parseProposal(config: Config, settings: Settings, root: Place): Uint8Array | undefined {
  if (config.proposal === "") return undefined;
  const bytes = new TextEncoder().encode(config.proposal);
  const { valueBytesMax } = settings.limits;
  if (bytes.length > valueBytesMax) {
    root.field("proposal").fail(
      `has ${bytes.length} bytes; limits.valueBytesMax allows ${valueBytesMax}`,
    );
  }
  return bytes;
}

function parseListen(config: Config, self: Identity, root: Place): HostPort {
  if (config.listen === "") return { host: self.host, port: self.port };
  return parseHostPort(config.listen) ?? root.field("listen").fail(
    `${quote(config.listen)} is not host:port; write, say, ${
      quote(formatHostPort({ host: "0.0.0.0", port: self.port || 8700 }))
    }, and an IPv6 address in brackets`,
  );
}

function expiryWarnings(identities: readonly Identity[], now: Date): string[] {
  return identities.flatMap(({ name, certificate }) => expiryNotice(name, certificate, now) ?? []);
}
