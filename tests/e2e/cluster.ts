/**
 * Clusters on loopback, for tests.
 *
 * @module
 */

import { freePorts } from "../../cli/demo/child.ts";
import type { KeyKind } from "../../lib/crypto/keys.ts";
import type { AcceptorClient } from "../../lib/net/client.ts";
import { connectToAcceptor } from "../../lib/net/acceptor_client.ts";
import { type ClusterPlan, planHomogeneous } from "../../lib/config/cluster_plan.ts";
import { loadConfiguration } from "../../lib/config/configuration.ts";
import { type ConfigFileJson, generateConfigs } from "../../lib/config/generate.ts";
import type { GetStatusResponse } from "../../lib/wire/gen/hetpaxos/v1/service_pb.ts";
import type { Launcher, Program, ProgramName, StartOptions } from "./program.ts";
import type { Stage } from "./stage.ts";

/** Settings that a configuration file may have besides what is generated. */
export interface SettingsJson {
  readonly network?: Readonly<Record<string, number>>;
  readonly proposer?: Readonly<Record<string, number | boolean>>;
  readonly limits?: Readonly<Record<string, number>>;
}

/** What kind of cluster is wanted. */
export interface ClusterOptions {
  readonly plan?: ClusterPlan;
  /** Identities that are not acceptors: client_0, client_1, … */
  readonly clients?: number;
  readonly keyKind?: KeyKind;
  readonly settings?: SettingsJson;
  readonly launcher?: Launcher;
  /** Changes what is generated. */
  readonly alter?: (config: ConfigFileJson) => ConfigFileJson;
}

/** Four acceptors, any three of which make a quorum of the one learner, Eve. */
export const FOUR: ClusterPlan = planHomogeneous(
  ["Alice", "Bob", "Carol", "Dave"],
  ["Eve"],
  { byzantine: 1, crash: 0 },
);

/** Configuration files of a cluster, and its programs. */
export class Cluster {
  readonly plan: ClusterPlan;
  /** Port of the first acceptor; the others follow. */
  readonly basePort: number;
  readonly #stage: Stage;
  readonly #launcher: Launcher | undefined;
  readonly #files: ReadonlyMap<string, string>;

  private constructor(
    stage: Stage,
    plan: ClusterPlan,
    basePort: number,
    files: ReadonlyMap<string, string>,
    launcher: Launcher | undefined,
  ) {
    this.#stage = stage;
    this.plan = plan;
    this.basePort = basePort;
    this.#files = files;
    this.#launcher = launcher;
  }

  /** Makes keys and configuration files; starts nothing. */
  static async make(stage: Stage, options: ClusterOptions = {}): Promise<Cluster> {
    const { plan = FOUR, clients = 0, keyKind = "ed25519", settings, launcher, alter } = options;
    const basePort = freePorts(plan.acceptors.length);
    const deployment = { hosts: ["127.0.0.1"], basePort, clients, keyKind, rules: undefined };
    const network = { reconnectMsMin: 50, reconnectMsMax: 500, ...settings?.network };
    const files = new Map<string, string>();
    for (const { name, config } of await generateConfigs(plan, deployment)) {
      const altered = { ...(alter?.(config) ?? config), ...settings, network };
      files.set(name, await stage.write(`${name}.json`, JSON.stringify(altered)));
    }
    return new Cluster(stage, plan, basePort, files, launcher);
  }

  /** Configuration file of an identity. */
  file(name: string): string {
    const file = this.#files.get(name);
    if (file === undefined) throw new Error(`there is no ${name}`);
    return file;
  }

  /** What an identity's configuration file says. */
  async read(name: string): Promise<ConfigFileJson> {
    return JSON.parse(await Deno.readTextFile(this.file(name)));
  }

  /** Starts a program as an identity, telling much in its log. */
  run(
    program: ProgramName,
    name: string,
    args: readonly string[] = [],
    options: StartOptions = {},
  ): Program {
    const launcher = this.#launcher === undefined ? {} : { launcher: this.#launcher };
    const log = ["--log-level", "debug"];
    return this.#stage.start(program, [...log, ...args, this.file(name)], {
      ...launcher,
      ...options,
    });
  }

  /** Starts an acceptor. */
  acceptor(name: string): Program {
    return this.run("acceptor", name, ["--volatile"]);
  }

  /** Starts acceptors, all if none is named, and waits until they listen. */
  async acceptors(names: readonly string[] = this.plan.acceptors): Promise<Map<string, Program>> {
    const started = new Map(names.map((name) => [name, this.acceptor(name)]));
    await Promise.all([...started.values()].map(listening));
    return started;
  }

  /** Calls an acceptor as an identity; the connection is closed when `use` is done. */
  async call<T>(
    acceptor: string,
    as: string,
    use: (client: AcceptorClient, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const file = this.file(as);
    const configuration = loadConfiguration(await Deno.readTextFile(file), file);
    const identity = configuration.acceptors.find(({ name }) => name === acceptor)!;
    const client = connectToAcceptor(configuration, identity);
    const over = new AbortController();
    try {
      return await use(client, over.signal);
    } finally {
      over.abort();
      client.close();
    }
  }

  /** What an acceptor says about itself. */
  async status(acceptor: string, as: string = acceptor): Promise<GetStatusResponse> {
    return await this.call(acceptor, as, (client, signal) => client.getStatus({}, signal));
  }
}

/** Settles when an acceptor listens. */
export async function listening(program: Program): Promise<void> {
  await program.line(({ event }) => event === "listening", "where it listens");
}
