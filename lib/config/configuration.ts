/**
 * The configuration of one process: read, checked, and completed by what follows from it.
 *
 * @module
 */

import type { Identity } from "../crypto/identity.ts";
import {
  KEY_KIND_NAMES,
  makeSigner,
  parsePrivateKey,
  type PrivateKey,
  type Signer,
} from "../crypto/keys.ts";
import { formatHostPort, type HostPort, parseHostPort } from "./addresses.ts";
import type { Settings } from "./settings.ts";
import type { Config } from "../wire/gen/hetpaxos/v1/config_pb.ts";
import { toHex } from "../wire/hex.ts";
import { type Place, quote } from "../wire/place.ts";
import {
  type ClusterConfiguration,
  completeCluster,
  explain,
  loadCluster,
  parseParts,
  readSource,
} from "./cluster_configuration.ts";
import { besideFile, permissionWarnings, readNamedFile, STDIN } from "./config_files.ts";

export type { ClusterConfiguration, SharedFile } from "./cluster_configuration.ts";
export type { Identity } from "../crypto/identity.ts";
export type { ConfigDigests } from "./digest.ts";
export type { Limits, NetworkSettings, ProposerSettings } from "../wire/limits.ts";

/**
 * The checked configuration of one process.
 *
 * @example
 * ```ts
 * import {
 *   type Configuration,
 *   generateConfigs,
 *   loadConfiguration,
 *   planHomogeneous,
 * } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [file] = await generateConfigs(plan);
 * const alice = loadConfiguration(JSON.stringify(file!.config), "alice.json");
 * const me = ({ self }: Configuration) => self.name;
 * assertEquals(me(alice), "Alice");
 * ```
 */
export interface Configuration extends ClusterConfiguration {
  /** The identity that the private key belongs to. */
  readonly self: Identity;
  /** PKCS#8, for TLS. */
  readonly privateKeyPem: string;
  /** Signs with the private key. */
  readonly signer: Signer;
  /** What a proposer proposes unless told otherwise; undefined if the file does not say. */
  readonly proposal: Uint8Array | undefined;
  /** Where to listen. For a client that does not say, the host is empty and the port 0. */
  readonly listen: HostPort;
  /** Folder of the journal; undefined if nothing is to survive the process. */
  readonly dataDir: string | undefined;
}

/**
 * Reads the configuration from a file, or from standard input if `file` is undefined or `-`.
 *
 * @throws OperatorError if it cannot be read, or as {@linkcode loadConfiguration}.
 *
 * @example
 * ```ts
 * import { generateConfigs, planHomogeneous, readConfiguration } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [file] = await generateConfigs(plan);
 * const path = await Deno.makeTempFile({ suffix: ".json" });
 * await Deno.writeTextFile(path, JSON.stringify(file!.config));
 * assertEquals((await readConfiguration(path)).self.name, "Alice");
 * await Deno.remove(path);
 * ```
 */
export async function readConfiguration(file: string | undefined): Promise<Configuration> {
  const { text, source } = await readSource(file);
  return loadConfiguration(text, source);
}

/**
 * Reads whatever configuration a file holds: that of a process if it names a private key, else that
 * of a cluster.
 *
 * @throws OperatorError if it cannot be read, as {@linkcode loadConfiguration} or as
 * {@linkcode loadCluster}.
 */
export async function readAnyConfiguration(
  file: string | undefined,
): Promise<Configuration | ClusterConfiguration> {
  const { text, source } = await readSource(file);
  const { config } = parseParts(text, source);
  const keyless = config.privateKey === "" && config.privateKeyFile === "";
  return keyless ? loadCluster(text, source) : loadConfiguration(text, source);
}

/**
 * Checks a configuration and completes it. Reads the files that it names, relative to `source`.
 *
 * @param text JSON, as docs/CONFIGURATION.md describes it.
 * @param source The file it was read from, for messages and relative paths.
 * @param now For warnings about certificates that are not valid at this time.
 * @throws OperatorError, one line with file and path, at the first mistake; if there is no private
 * key too.
 *
 * @example
 * ```ts
 * import {
 *   generateConfigs,
 *   loadConfiguration,
 *   OperatorError,
 *   planHomogeneous,
 * } from "@hetpaxos/hetpaxos";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [file] = await generateConfigs(plan);
 * const alice = loadConfiguration(JSON.stringify(file!.config), "alice.json");
 * assertEquals(alice.acceptors.map(({ name }) => name), ["Alice"]);
 * // What is wrong is told in one line, with its place.
 * assertThrows(() => loadConfiguration("{}", "alice.json"), OperatorError, "alice.json");
 * ```
 */
export function loadConfiguration(
  text: string,
  source: string,
  now: Date = new Date(),
): Configuration {
  const parts = parseParts(text, source);
  const { config, root } = parts;
  const cluster = completeCluster(parts, now);
  const key = readPrivateKey(config, root);
  const self = ownIdentity(cluster.identities, key.privateKey, key.place);
  return {
    ...cluster,
    self,
    privateKeyPem: key.privateKey.pem,
    signer: makeSigner(key.privateKey),
    proposal: parseProposal(config, cluster, root),
    listen: parseListen(config, self, root),
    dataDir: config.dataDir === "" ? undefined : besideFile(config.dataDir, source),
    warnings: [...cluster.warnings, ...permissionWarnings(key.files)],
  };
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
    root.field("privateKey").fail(
      "is missing; give a PKCS#8 key as PEM, or privateKeyFile; if all share this file, do so in " +
        'one of your own: {"cluster": "cluster.json", "privateKeyFile": "my.key"}',
    );
  }
  const place = root.field("privateKeyFile");
  const { text, path } = readNamedFile(privateKeyFile, place);
  return { privateKey: explain(() => parsePrivateKey(text), place), place, files: [path] };
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
