/**
 * What all members of a cluster have in common, and what anybody can know who has no key: who votes,
 * who learns by which quorums, who agrees with whom.
 *
 * @module
 */

import { resolve } from "node:path";
import { type Certificate, parseCertificate } from "../crypto/certificate.ts";
import { sha3 } from "../crypto/hash.ts";
import type { Identity } from "../crypto/identity.ts";
import { KeyError } from "../crypto/keys.ts";
import type { ClusterConfiguration, SharedFile } from "./cluster.ts";
import { parseConfig } from "./parse.ts";
import { parseAddresses, type ParsedAddress, refuseRepeated } from "./addresses.ts";
import { type ConfigDigests, digestConfig } from "./digest.ts";
import { type ParsedGraph, parseGraph } from "./graph.ts";
import { parseSettings, type Settings } from "./settings.ts";
import { joinConfigs, refuseLonelyLog, refuseOwnFields, refuseSharedFields } from "./shared.ts";
import { checkGraph } from "./validity.ts";
import type { Config } from "../wire/gen/hetpaxos/v1/config_pb.ts";
import { toHex } from "../wire/hex.ts";
import { compareNames, didYouMean } from "../wire/names.ts";
import { Place, quote } from "../wire/place.ts";
import { expiryNotice } from "./expiry.ts";
import { besideFile, readNamedFile, readStdin, readText, STDIN } from "./config_files.ts";
import { sha256Hex } from "../crypto/hash.ts";

export type { ClusterConfiguration, SharedFile } from "./cluster.ts";

/** What the files say, before anything follows from it. */
export interface ConfigParts {
  /** The file the operator named. */
  readonly root: Place;
  /** Both files in one, or the only one. */
  readonly config: Config;
  /** The file with what all have in common: `root` if there is only one. */
  readonly sharedRoot: Place;
  /** That file alone. */
  readonly sharedConfig: Config;
  /** Undefined if one file holds everything, a key included. */
  readonly shared: SharedFile | undefined;
}

/**
 * Reads a text from a file, or from standard input if `file` is undefined or `-`.
 *
 * @returns the text and what to call its source.
 * @throws OperatorError if it cannot be read.
 */
export async function readSource(
  file: string | undefined,
): Promise<{ readonly text: string; readonly source: string }> {
  return file === undefined || file === "-"
    ? { text: await readStdin(), source: STDIN }
    : { text: readText(file, file), source: file };
}

/**
 * Reads the configuration of a cluster from a file, or from standard input if `file` is undefined or
 * `-`. Private keys are neither needed nor looked at.
 *
 * @throws OperatorError if it cannot be read, or as {@linkcode loadCluster}.
 */
export async function readCluster(file: string | undefined): Promise<ClusterConfiguration> {
  const { text, source } = await readSource(file);
  return loadCluster(text, source);
}

/**
 * Checks the configuration of a cluster: the file that all share, or that of one process, whose
 * private key is not looked at.
 *
 * @param text JSON, as docs/CONFIGURATION.md describes it.
 * @param source The file it was read from, for messages and relative paths.
 * @param now For warnings about certificates that are not valid at this time.
 * @throws OperatorError, one line with file and path, at the first mistake.
 */
export function loadCluster(
  text: string,
  source: string,
  now: Date = new Date(),
): ClusterConfiguration {
  return completeCluster(parseParts(text, source), now);
}

const NOT_JOINED = "no such file; hetpaxos config join makes it of everybody's cards";

/** Reads what a configuration says, in one file or in two. @throws OperatorError for bad JSON. */
export function parseParts(text: string, source: string): ConfigParts {
  const root = new Place(source);
  const own = parseConfig(text, source);
  if (own.cluster === "") {
    const keyless = own.privateKey === "" && own.privateKeyFile === "";
    const shared = keyless ? { file: source, sha256: sha256(text) } : undefined;
    return { root, config: own, sharedRoot: root, sharedConfig: own, shared };
  }
  refuseSharedFields(own, root);
  const read = readNamedFile(own.cluster, root.field("cluster"), NOT_JOINED);
  const sharedRoot = new Place(read.path);
  const sharedConfig = parseConfig(read.text, read.path);
  refuseOwnFields(sharedConfig, sharedRoot);
  refuseLonelyLog(own, sharedConfig, root);
  const shared = { file: read.path, sha256: sha256(read.text) };
  return { root, config: joinConfigs(own, sharedConfig), sharedRoot, sharedConfig, shared };
}

/** Checks what the files say of the cluster. @throws OperatorError at the first mistake. */
export function completeCluster(parts: ConfigParts, now: Date): ClusterConfiguration {
  const { root, sharedRoot, shared } = parts;
  const { parsed, settings, ...members } = readMembers(parts);
  const graph = checkGraph(parsed, sharedRoot);
  return {
    source: root.file,
    shared,
    ...members,
    graph,
    allowDisagreement: parsed.allowDisagreement.map((learner) => graph.spec.learners[learner]!),
    ...settings,
    warnings: expiryWarnings(members.identities, now),
  };
}

/** What the files say, without judging whether the learner graph is valid. */
interface Members
  extends Pick<ClusterConfiguration, "identities" | "acceptors" | "proposers" | "digest"> {
  readonly parsed: ParsedGraph;
  readonly settings: Settings;
}

function readMembers({ root, config, sharedRoot, sharedConfig }: ConfigParts): Members {
  const addresses = parseAddresses(config, sharedRoot);
  const acceptorNames = namesOf(addresses, false);
  const parsed = parseGraph(config, acceptorNames, namesOf(addresses, true), sharedRoot);
  const declared = parseProposers(config, namesOf(addresses, true), sharedRoot);
  // First the shared file alone, so that a mistake in it is not looked for in the other.
  parseSettings(sharedConfig, acceptorNames, declared, sharedRoot);
  const settings = parseSettings(config, acceptorNames, declared, root);
  const keyFile = resolve(besideFile(config.privateKeyFile, root.file));
  const identities = parseIdentities(addresses, acceptorNames, declared, keyFile);
  const acceptors = identities.filter(({ client }) => !client);
  const proposers = [
    ...acceptors,
    ...declared.map((name) => identities.find((identity) => identity.name === name)!),
  ];
  const digest = digestOf(parsed, acceptors, proposers, settings);
  return { parsed, settings, identities, acceptors, proposers, digest };
}

/**
 * The learner graph of a configuration, and the digest, without judging whether the graph is valid.
 *
 * @throws OperatorError at the first mistake.
 */
export function readParsedGraph(
  parts: ConfigParts,
): ParsedGraph & { readonly digest: ConfigDigests } {
  const { parsed, digest } = readMembers(parts);
  return { ...parsed, digest };
}

function sha256(text: string): string {
  // A text that was decoded strictly encodes to the bytes it was, but for a byte order mark.
  return sha256Hex(text);
}

function namesOf(addresses: readonly ParsedAddress[], client: boolean): string[] {
  return addresses.filter((address) => address.client === client).map(({ name }) => name);
}

function digestOf(
  parsed: ParsedGraph,
  acceptors: readonly Identity[],
  proposers: readonly Identity[],
  { proposer: { rotation, windowMsMin }, log }: Settings,
): ConfigDigests {
  const declared = proposers.slice(acceptors.length).map(({ name, certificate }) => ({
    name,
    publicKey: certificate.spki,
  }));
  const keys = acceptors.map(({ certificate }) => certificate.spki);
  return digestConfig(parsed, keys, { declared, rotation, windowMsMin }, sha3, log);
}

/** The declared proposers, sorted by name. @throws OperatorError if one is no client, or repeated. */
export function parseProposers(
  { proposers }: Config,
  clients: readonly string[],
  root: Place,
): string[] {
  const place = root.field("proposers");
  proposers.forEach((name, index) => {
    if (!clients.includes(name)) {
      place.item(index).fail(
        `${quote(name)} is the name of no client${
          didYouMean(name, clients)
        }; acceptors may propose anyway`,
      );
    }
    const first = proposers.indexOf(name);
    if (first < index) {
      place.item(index).fail(`${quote(name)} is listed at ${place.item(first).path} already`);
    }
  });
  return proposers.toSorted(compareNames);
}

function parseIdentities(
  addresses: readonly ParsedAddress[],
  acceptorNames: readonly string[],
  declared: readonly string[],
  keyFile: string,
): Identity[] {
  const identities = addresses.map(({ name, client, host, port, certificate }) => ({
    place: certificate.place,
    name,
    client,
    acceptorIndex: client ? undefined : acceptorNames.indexOf(name),
    proposerIndex: proposerIndexOf(name, acceptorNames, declared),
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

/** Acceptors come first, whatever they are called. */
function proposerIndexOf(
  name: string,
  acceptors: readonly string[],
  declared: readonly string[],
): number | undefined {
  const index = [...acceptors, ...declared].indexOf(name);
  return index < 0 ? undefined : index;
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

/** Runs a parser of keys or certificates. @throws OperatorError that says where it failed. */
export function explain<T>(parse: () => T, place: Place): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof KeyError) return place.fail(error.message);
    throw error;
  }
}

function expiryWarnings(identities: readonly Identity[], now: Date): string[] {
  return identities.flatMap(({ name, certificate }) => expiryNotice(name, certificate, now) ?? []);
}
