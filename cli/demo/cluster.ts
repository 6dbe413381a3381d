/**
 * A cluster of child processes on loopback, for showing.
 *
 * @module
 */

import type { ClusterPlan } from "../../lib/config/cluster_plan.ts";
import { generateConfigs } from "../../lib/config/generate.ts";
import { type Child, type Children, freePorts } from "./child.ts";

/** Acceptors that run, each with its configuration file. */
export class DemoCluster {
  readonly names: readonly string[];
  readonly #files: readonly string[];
  readonly #children: Children;
  readonly #acceptors: Map<string, Child> = new Map();

  private constructor(names: readonly string[], files: readonly string[], children: Children) {
    this.names = names;
    this.#files = files;
    this.#children = children;
  }

  /** Makes keys and configuration files in a folder and starts the acceptors. */
  static async start(
    plan: ClusterPlan,
    folder: string,
    children: Children,
  ): Promise<DemoCluster> {
    const files = await generateConfigs(plan, {
      hosts: ["127.0.0.1"],
      basePort: freePorts(plan.acceptors.length),
      clients: 0,
      keyKind: "ed25519",
      rules: undefined,
    });
    const paths: string[] = [];
    for (const { suffix, config } of files) {
      const path = `${folder}/${plan.acceptors[0]}${suffix}`;
      await Deno.writeTextFile(path, JSON.stringify(config, null, 2), { mode: 0o600 });
      paths.push(path);
    }
    const cluster = new DemoCluster(plan.acceptors, paths, children);
    for (const [i, name] of plan.acceptors.entries()) {
      const args = ["acceptor", "--volatile", paths[i]!];
      cluster.#acceptors.set(name, children.start(args));
    }
    const listening = [...cluster.#acceptors.values()].map((child) =>
      child.line(({ event }) => event === "listening")
    );
    await Promise.all(listening);
    return cluster;
  }

  /** Runs another program with the first acceptor's configuration. */
  run(...args: readonly string[]): Child {
    return this.#children.start([...args, this.#files[0]!]);
  }

  /** Kills an acceptor as a power cut would. */
  async kill(name: string): Promise<void> {
    const child = this.#acceptors.get(name)!;
    child.kill("SIGKILL");
    await child.ended();
  }

  /** Kills all acceptors. */
  async stop(): Promise<void> {
    await Promise.all(this.names.map((name) => this.kill(name)));
  }
}
