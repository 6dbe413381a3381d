/**
 * A cluster of child processes on loopback, for showing.
 *
 * @module
 */

import type { ClusterPlan } from "../../lib/runtime/cluster_plan.ts";
import { generateConfigs } from "../../lib/runtime/generate.ts";
import { Child, freePorts, ownCommand } from "./child.ts";

/** Acceptors that run, each with its configuration file. */
export class DemoCluster {
  readonly names: readonly string[];
  readonly #files: readonly string[];
  readonly #acceptors: Map<string, Child> = new Map();
  readonly #others: Child[] = [];

  private constructor(names: readonly string[], files: readonly string[]) {
    this.names = names;
    this.#files = files;
  }

  /** Makes keys and configuration files in a folder and starts the acceptors. */
  static async start(plan: ClusterPlan, folder: string): Promise<DemoCluster> {
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
    const cluster = new DemoCluster(plan.acceptors, paths);
    for (const [i, name] of plan.acceptors.entries()) {
      const args = ["acceptor", "--volatile", paths[i]!];
      cluster.#acceptors.set(name, new Child(ownCommand(), args));
    }
    const listening = [...cluster.#acceptors.values()].map((child) =>
      child.line(({ event }) => event === "listening")
    );
    await Promise.all(listening);
    return cluster;
  }

  /** Runs another program with the first acceptor's configuration. */
  run(...args: readonly string[]): Child {
    const child = new Child(ownCommand(), [...args, this.#files[0]!]);
    this.#others.push(child);
    return child;
  }

  /** Kills an acceptor as a power cut would. */
  async kill(name: string): Promise<void> {
    const child = this.#acceptors.get(name)!;
    child.kill("SIGKILL");
    await child.ended();
  }

  /** Stops everything. */
  async stop(): Promise<void> {
    const children = [...this.#acceptors.values(), ...this.#others];
    for (const child of children) child.kill("SIGKILL");
    await Promise.all(children.map((child) => child.ended()));
  }
}
