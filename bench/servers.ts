/**
 * The programs of a cluster that is measured, and what they have cost so far.
 *
 * @module
 */

import { planHomogeneous } from "../lib/config/cluster_plan.ts";
import { Cluster, listening } from "../tests/e2e/cluster.ts";
import { residentBytes } from "../tests/e2e/memory.ts";
import type { Program } from "../tests/e2e/program.ts";
import type { Stage } from "../tests/e2e/stage.ts";
import { ClosedLoop } from "./closed_loop.ts";
import { probeScript, readCounts } from "./probe.ts";
import { fromBundle, type Revision } from "./revisions.ts";
import { cpuMs, loopback } from "./system.ts";

/** What is to run. */
export interface ServersOptions {
  /** How many acceptors; any two thirds of them are a quorum of the one learner. */
  readonly acceptors: number;
  /** "durable" or "volatile". */
  readonly kind: string;
  /** One of the acceptors is never started. */
  readonly oneDown: boolean;
}

/** Starts acceptors and a learner, and a loop of proposals to them all. */
export async function startServers(
  stage: Stage,
  revision: Revision,
  { acceptors, kind, oneDown }: ServersOptions,
): Promise<{ readonly servers: Servers; readonly loop: ClosedLoop }> {
  const f = Math.floor((acceptors - 1) / 3);
  const names = Array.from({ length: acceptors }, (_, i) => `a${i}`);
  const plan = planHomogeneous(names, ["Eve"], { byzantine: f, crash: 0 });
  const cluster = await Cluster.make(stage, {
    ...{ plan, clients: 2 },
    // Acceptors propose anyway, and older revisions do not know the field.
    alter: ({ proposers: _, ...config }) => config,
  });
  const up = oneDown ? names.slice(0, -1) : names;
  const servers = await Servers.start(stage, cluster, up, revision, kind);
  return { servers, loop: new ClosedLoop(cluster.file("client_0"), up) };
}

/** All counters at one moment, summed over acceptors; processor time of the learner, too. */
export interface Look {
  readonly cpuMs: number;
  readonly messages: number;
  readonly signatures: number;
  readonly synced: number;
  readonly commits: number;
  readonly bytes: number;
  readonly packets: number;
  readonly resident: number;
}

/** The programs of a cluster that is measured. */
export class Servers {
  readonly #cluster: Cluster;
  readonly #folder: string;
  readonly #acceptors: ReadonlyMap<string, Program>;
  readonly #learner: Program;

  private constructor(
    cluster: Cluster,
    folder: string,
    acceptors: ReadonlyMap<string, Program>,
    learner: Program,
  ) {
    this.#cluster = cluster;
    this.#folder = folder;
    this.#acceptors = acceptors;
    this.#learner = learner;
  }

  /** Starts them, and waits until all are connected and vote. */
  static async start(
    stage: Stage,
    cluster: Cluster,
    names: readonly string[],
    revision: Revision,
    kind: string,
  ): Promise<Servers> {
    const start = async (program: "acceptor" | "learner", name: string, args: string[]) => {
      const counts = `${stage.folder}/counts-${name}`;
      await Deno.mkdir(counts);
      const probe = await stage.write(`probe_${name}.js`, probeScript(`${counts}/counts`));
      const all = ["--log-level", "info", ...args, cluster.file(name)];
      return stage.start(program, all, { launcher: fromBundle(revision, probe) });
    };
    const acceptors = new Map<string, Program>();
    for (const name of names) {
      const disk = kind === "volatile"
        ? ["--volatile"]
        : ["--data-dir", `${stage.folder}/${name}.data`];
      acceptors.set(name, await start("acceptor", name, disk));
    }
    await Promise.all([...acceptors.values()].map(listening));
    await Promise.all(
      [...acceptors].map(([name, program]) => program.logged(`${name} votes from now on`)),
    );
    const learner = await start("learner", "client_1", []);
    await Promise.all(names.map((name) => learner.logged(`${name} connected`)));
    return new Servers(cluster, stage.folder, acceptors, learner);
  }

  /** How many acceptors there are. */
  get count(): number {
    return this.#acceptors.size;
  }

  /** Looks at all of them. */
  async look(): Promise<Look> {
    const programs = [...this.#acceptors.values()];
    const statuses = await Promise.all(
      [...this.#acceptors.keys()].map((name) => this.#cluster.status(name, "client_0")),
    );
    const counts = await Promise.all(
      [...this.#acceptors].map(([name, { pid }]) =>
        readCounts(pid, `${this.#folder}/counts-${name}/counts`)
      ),
    );
    const sum = <T>(all: readonly T[], pick: (each: T) => number) =>
      all.reduce((total, each) => total + pick(each), 0);
    return {
      ...loopback(),
      cpuMs: sum([...programs, this.#learner], ({ pid }) => cpuMs(pid)),
      messages: sum(statuses, ({ messagesKnown }) => Number(messagesKnown)),
      signatures: sum(statuses, ({ messagesSigned }) => Number(messagesSigned)),
      synced: sum(counts, ({ synced }) => synced),
      commits: sum(counts, ({ commits }) => commits),
      resident: sum(programs, ({ pid }) => residentBytes(pid)),
    };
  }
}
