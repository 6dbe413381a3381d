/**
 * The addresses of a configuration: names, hosts and ports, before anything is known of keys.
 *
 * @module
 */

import type { Address, Config } from "../wire/gen/hetpaxos/v1/config_pb.ts";
import { compareNames, nameFault } from "../wire/names.ts";
import { type Place, quote } from "../wire/place.ts";

/** One entry of `addresses`, its names and numbers checked. */
export interface ParsedAddress {
  /** Of the whole entry. */
  readonly place: Place;
  /** Unique. */
  readonly name: string;
  /** Whether it is not an acceptor. */
  readonly client: boolean;
  /** Without brackets; empty for a client that does not say. */
  readonly host: string;
  /** 1 to 65535; 0 for a client that does not say. */
  readonly port: number;
  /** Where its certificate is. */
  readonly certificate: CertificateSource;
}

/** Where a certificate is: in the configuration, or in a file. */
export type CertificateSource =
  | { readonly kind: "pem"; readonly pem: string; readonly place: Place }
  | { readonly kind: "file"; readonly path: string; readonly place: Place };

/**
 * A host and a port.
 *
 * @example
 * ```ts
 * import { type HostPort } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const where: HostPort = { host: "::1", port: 8700 };
 * assertEquals(where.host, "::1");
 * ```
 */
export interface HostPort {
  /** DNS name or IP address, without brackets. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
}

const PORT_MAX = 65_535;
const HOST_CHARACTERS_MAX = 253;

/**
 * Checks the addresses.
 *
 * @returns They, sorted by name.
 * @throws OperatorError at the first mistake: no acceptor, a bad or repeated name, a bad host or
 * port, two acceptors with one host and port, no certificate or two.
 */
export function parseAddresses(config: Config, root: Place): ParsedAddress[] {
  const place = root.field("addresses");
  const parsed = config.addresses.map((address, i) => parseAddress(address, place.item(i)));
  refuseRepeated(at(parsed, "name"), ({ name }) => name, (name) => `the name ${quote(name)}`);
  const acceptors = parsed.filter(({ client }) => !client);
  if (acceptors.length === 0) place.fail("has no acceptors; add at least one address");
  refuseRepeated(
    at(acceptors, "port"),
    ({ host, port }) => formatHostPort({ host: host.toLowerCase(), port }),
    (hostPort) => hostPort,
  );
  return parsed.sort((a, b) => compareNames(a.name, b.name));
}

/**
 * Reports the second of two addresses that have the same key.
 *
 * @param describe Says what both have.
 * @throws OperatorError if there are such two.
 */
export function refuseRepeated<T extends { readonly place: Place; readonly name: string }>(
  addresses: readonly T[],
  keyOf: (address: T) => string,
  describe: (key: string) => string,
): void {
  const seen = new Map<string, T>();
  for (const address of addresses) {
    const key = keyOf(address);
    const first = seen.get(key);
    if (first !== undefined) {
      const who = `${first.place.path} (${quote(first.name)})`;
      address.place.fail(`${describe(key)} is that of ${who} too; each needs its own`);
    }
    seen.set(key, address);
  }
}

/**
 * Reads `host:port`; an IPv6 host is in brackets. Undefined if it is anything else.
 *
 * @example
 * ```ts
 * import { parseHostPort } from "./addresses.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseHostPort("[::1]:8700"), { host: "::1", port: 8700 });
 * assertEquals(parseHostPort("localhost"), undefined);
 * ```
 */
export function parseHostPort(text: string): HostPort | undefined {
  const [, host, digits] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || digits === undefined) return undefined;
  if (host.includes(":") && !host.startsWith("[")) return undefined;
  const port = Number(digits);
  if (!isHost(host) || !isPort(port)) return undefined;
  return { host: withoutBrackets(host), port };
}

/** A DNS name, or an IP address with or without brackets, without them; undefined if neither. */
export function parseHost(text: string): string | undefined {
  return isHost(text) ? withoutBrackets(text) : undefined;
}

/** Writes `host:port`, an IPv6 host in brackets. */
export function formatHostPort({ host, port }: HostPort): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether a host is this very machine, whatever its name service says. */
export function isLoopback(host: string): boolean {
  return /^(127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3}|localhost)$/i.test(host);
}

/** The addresses, their places narrowed to one field. */
function at(addresses: readonly ParsedAddress[], field: string): ParsedAddress[] {
  return addresses.map((address) => ({ ...address, place: address.place.field(field) }));
}

/** Checks one entry of `addresses`, or a card. @throws OperatorError at the first mistake. */
export function parseAddress(address: Address, place: Place): ParsedAddress {
  const { name, client } = address;
  const fault = nameFault(name);
  if (fault !== undefined) {
    place.field("name").fail(name === "" ? fault : `${quote(name)} ${fault}`);
  }
  const certificate = certificateOf(address, place);
  const { host, at } = hostOf(address, place);
  const named = { place, name, client, certificate };
  if (client && host === "" && address.port === 0) return { ...named, host, port: 0 };
  if (host === "") at.fail("is missing; give the DNS name or IP address to dial");
  if (!isHost(host)) {
    at.fail(`${quote(host)} is neither a DNS name nor an IP address (the port goes into "port")`);
  }
  const nowhere = unreachable(host);
  if (nowhere !== undefined) {
    at.fail(
      `${quote(host)} is ${nowhere}; give the name or address that the others dial (and say in ` +
        `"listen" where to listen: ${quote(formatHostPort({ host, port: address.port || 8700 }))})`,
    );
  }
  if (!isPort(address.port)) {
    place.field("port").fail(
      address.port === 0
        ? "is missing or 0; give a port from 1 to 65535"
        : `${address.port} is not a port; give one from 1 to ${PORT_MAX}`,
    );
  }
  return { ...named, host: withoutBrackets(host), port: address.port };
}

function certificateOf(address: Address, place: Place): CertificateSource {
  const given = (["certificate", "certificateFile", "publicKey"] as const)
    .filter((field) => address[field] !== "");
  const field = given[0];
  if (field === undefined) {
    return place.field("certificate").fail("is missing; give a certificate as PEM");
  }
  if (given.length > 1) place.fail(`has ${given.join(" and ")}; keep one of them`);
  const at = place.field(field);
  return field === "certificateFile"
    ? { kind: "file", path: address.certificateFile, place: at }
    : { kind: "pem", pem: address[field], place: at };
}

function hostOf(address: Address, place: Place): { host: string; at: Place } {
  if (address.host !== "" && address.hostname !== "") {
    place.fail("has host and hostname; keep one of them");
  }
  return address.hostname === ""
    ? { host: address.host, at: place.field("host") }
    : { host: address.hostname, at: place.field("hostname") };
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= PORT_MAX;
}

function isHost(host: string): boolean {
  if (host.length > HOST_CHARACTERS_MAX) return false;
  if (host.includes(":")) return URL.canParse(`https://[${withoutBrackets(host)}]`);
  const labels = host.replace(/\.$/, "").split(".");
  return labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label)) &&
    URL.canParse(`https://${host}`);
}

/** What a host is that nobody can dial; undefined if it is none of these. */
function unreachable(host: string): string | undefined {
  const { hostname } = new URL(
    `https://${host.includes(":") ? `[${withoutBrackets(host)}]` : host}`,
  );
  if (["0.0.0.0", "[::]", "[::ffff:0:0]"].includes(hostname)) {
    return "every address of a machine and none that can be dialled";
  }
  if (hostname === "255.255.255.255" || /^(22[4-9]|23\d)(\.\d+){3}$|^\[ff/.test(hostname)) {
    return "an address of many machines at once";
  }
  return undefined;
}

function withoutBrackets(host: string): string {
  return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}
