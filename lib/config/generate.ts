/**
 * Configurations for a new cluster, to try things out: keys, certificates, addresses, one file for
 * each identity, all made in one place. Identities that do not trust each other are made by key.ts.
 *
 * @module
 */

import { makeCertificate, type NewCertificate } from "../crypto/make_certificate.ts";
import type { KeyKind } from "../crypto/keys.ts";
import { EXIT, OperatorError } from "../wire/operator_error.ts";
import type { ClusterPlan } from "./cluster_plan.ts";

/**
 * Where and how a planned cluster is to run.
 *
 * @example
 * ```ts
 * import { type Deployment, generateConfigs, planHomogeneous } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const deployment: Partial<Deployment> = { hosts: ["a.example", "b.example"], clients: 0 };
 * const plan = planHomogeneous(["Alice", "Bob"], ["Eve"], { byzantine: 0, crash: 0 });
 * const files = await generateConfigs(plan, deployment);
 * assertEquals(files.map(({ host }) => host), ["a.example", "b.example"]);
 * ```
 */
export interface Deployment {
  /** DNS names or IP addresses, at least one; acceptors take them in turn. */
  readonly hosts: readonly string[];
  /** Port of the first acceptor on each host; the next on it has the next one. */
  readonly basePort: number;
  /** Identities that may only connect, named client_0, client_1, … */
  readonly clients: number;
  /** Kind of all keys. */
  readonly keyKind: KeyKind;
  /** As the configuration names them; left out, the default holds. */
  readonly rules: "TECHNICAL_REPORT" | "HP2" | undefined;
  /** Whether the cluster keeps a log, with the default settings; not if left out. */
  readonly log?: boolean;
}

/**
 * One identity's entry in `addresses`, as a configuration file writes it.
 *
 * @example
 * ```ts
 * import { type AddressJson, generateConfigs, planHomogeneous } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [file] = await generateConfigs(plan);
 * const names = file!.config.addresses.map(({ name }: AddressJson) => name);
 * assertEquals(names, ["Alice", "client_0"]);
 * ```
 */
export type AddressJson =
  | {
    readonly certificate: string;
    readonly host: string;
    readonly port: number;
    readonly name: string;
  }
  | { readonly certificate: string; readonly name: string; readonly client: true };

/**
 * A configuration file of one identity.
 *
 * @example
 * ```ts
 * import { generateConfigs, type GeneratedFile, planHomogeneous } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const path = ({ suffix }: GeneratedFile) => `cluster${suffix}`;
 * assertEquals((await generateConfigs(plan, { clients: 0 })).map(path), ["cluster_0_config.json"]);
 * ```
 */
export interface GeneratedFile {
  /** What follows the prefix: `_0_config.json`. */
  readonly suffix: string;
  /** Of the identity. */
  readonly name: string;
  /** Whether it is not an acceptor. */
  readonly client: boolean;
  /** Undefined for a client. */
  readonly host: string | undefined;
  /** Undefined for a client. */
  readonly port: number | undefined;
  /** With the private key. */
  readonly config: ConfigFileJson;
}

/**
 * A configuration as its file has it.
 *
 * @example
 * ```ts
 * import { type ConfigFileJson, generateConfigs, planHomogeneous } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice"], ["Eve"], { byzantine: 0, crash: 0 });
 * const [file] = await generateConfigs(plan);
 * const config: ConfigFileJson = file!.config;
 * assertEquals(Object.keys(config.learners), ["Eve"]);
 * ```
 */
export interface ConfigFileJson extends Pick<ClusterPlan, "learners" | "safetySets"> {
  /** PKCS#8 PEM. */
  readonly privateKey: string;
  /** The same in each file. */
  readonly addresses: readonly AddressJson[];
  /** Names of the clients; absent if there are none. */
  readonly proposers?: readonly string[];
  /** Absent for the default. */
  readonly rules?: "TECHNICAL_REPORT" | "HP2";
  /** Absent if there is no log. */
  readonly log?: Readonly<Record<string, unknown>>;
}

const PORT_MAX = 65_535;

/** For everything that is not said: on this machine, one client. */
const DEFAULT_DEPLOYMENT: Deployment = {
  hosts: ["127.0.0.1"],
  basePort: 8700,
  clients: 1,
  keyKind: "ed25519",
  rules: undefined,
};

/**
 * Makes the configuration files of a planned cluster, with fresh keys. Nothing is written.
 *
 * @param asked Unless told: 127.0.0.1, ports from 8700 on, one client, Ed25519, the default rules.
 * @throws OperatorError (usage) if there are not enough ports.
 *
 * @example
 * ```ts
 * import { generateConfigs, planHomogeneous } from "@hetpaxos/hetpaxos";
 * import { assertEquals } from "@std/assert";
 *
 * const plan = planHomogeneous(["Alice", "Bob"], ["Eve"], { byzantine: 0, crash: 0 });
 * const files = await generateConfigs(plan, { basePort: 9000 });
 * assertEquals(files.map(({ name, port }) => [name, port]), [
 *   ["Alice", 9000],
 *   ["Bob", 9001],
 *   ["client_0", undefined],
 * ]);
 * ```
 */
export async function generateConfigs(
  plan: ClusterPlan,
  asked: Partial<Deployment> = {},
): Promise<GeneratedFile[]> {
  return await generateConfigsBy(makeCertificate, plan, { ...DEFAULT_DEPLOYMENT, ...asked });
}

/** The same, with keys by `make`. */
export async function generateConfigsBy(
  make: typeof makeCertificate,
  plan: ClusterPlan,
  deployment: Deployment,
): Promise<GeneratedFile[]> {
  const acceptors = plan.acceptors.map((name, i) => ({
    name,
    suffix: `_${i}_config.json`,
    ...hostAndPort(deployment, i),
  }));
  const clients = Array.from({ length: deployment.clients }, (_, i) => ({
    name: `client_${i}`,
    suffix: `_client_${i}_config.json`,
    host: undefined,
    port: undefined,
  }));
  const members = [...acceptors, ...clients];
  const keys: NewCertificate[] = [];
  for (const { name, host } of members) {
    const hosts = host === undefined ? ["localhost"] : [host, "localhost"];
    keys.push(await make(deployment.keyKind, name, hosts));
  }
  const addresses = members.map(({ name, host, port }, i): AddressJson => {
    const { certificate } = keys[i]!;
    return host === undefined
      ? { certificate, name, client: true }
      : { certificate, host, port, name };
  });
  const { learners, safetySets } = plan;
  const rules = deployment.rules === undefined ? {} : { rules: deployment.rules };
  const log = deployment.log ? { log: {} } : {};
  const proposers = clients.length === 0 ? {} : { proposers: clients.map(({ name }) => name) };
  return members.map(({ suffix, name, host, port }, i) => {
    const { privateKey } = keys[i]!;
    const config = { privateKey, learners, safetySets, addresses, ...proposers, ...rules, ...log };
    return { suffix, name, client: host === undefined, host, port, config };
  });
}

function hostAndPort(deployment: Deployment, index: number): { host: string; port: number } {
  const { hosts, basePort } = deployment;
  const port = basePort + Math.floor(index / hosts.length);
  if (port > PORT_MAX) {
    throw new OperatorError(
      EXIT.usage,
      `acceptor ${index} would need port ${port}, above ${PORT_MAX}; begin lower`,
      "--base-port",
    );
  }
  return { host: hosts[index % hosts.length]!, port };
}
