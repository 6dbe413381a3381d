/**
 * What a decision costs a cluster over TLS on loopback, under a closed loop of proposals; of this
 * checkout alone, or of two revisions in turn, so that what else runs hits both alike
 * (docs/BENCHMARKS.md).
 *
 * @module
 */

import { planHomogeneous } from "../lib/config/cluster_plan.ts";
import { Cluster, listening } from "../tests/e2e/cluster.ts";
import { residentBytes } from "../tests/e2e/memory.ts";
import type { Program } from "../tests/e2e/program.ts";
import { Stage } from "../tests/e2e/stage.ts";
import { ClosedLoop } from "./closed_loop.ts";
import { printTable, type Row } from "./cluster_table.ts";
import { probeScript, readCounts } from "./probe.ts";
import { bundleRevisions, fromBundle, type Revision } from "./revisions.ts";
import { cpuMs, hasOwnLoopback, loopback, onOwnLoopback } from "./system.ts";

/** How to measure. */
export interface ClusterBench {
  /** A folder or a revision to be held against; none if undefined. */
  readonly against: string | undefined;
  /** Clusters of each revision and kind, one after another. */
  readonly rounds: number;
  /** How many acceptors; any two thirds of them are a quorum of the one learner. */
  readonly acceptors: number;
  /** Proposals at once, one loop for each number. */
  readonly inFlight: readonly number[];
  /** "durable", "volatile". */
  readonly kinds: readonly string[];
  /** Of each value. */
  readonly valueBytes: number;
  /** Seconds that a loop lasts, about: as many instances as the first ones let expect. */
  readonly seconds: number;
  /** One of the acceptors is never started. */
  readonly oneDown: boolean;
  /** Where the figures go as JSON. */
  readonly json: string | undefined;
}

/** Decided before anything is measured: a process is slow at first. */
const WARM_UP = 200;

/** Measured at least, and at most. */
const COUNT_MIN = 100;
const COUNT_MAX = 4_000;

/** A cluster that does not come to its end is killed after so long. */
const PATIENCE_MS = 600_000;

/** Prints the tables; returns the exit status. */
export async function benchCluster(bench: ClusterBench): Promise<number> {
  const status = await onOwnLoopback();
  if (status !== undefined) return status;
  if (!hasOwnLoopback()) console.log("bytes and packets are those of the whole machine");
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos-bench-" });
  try {
    const revisions = await bundleRevisions(folder, bench.against);
    const rows: Row[] = [];
    for (let round = 0; round < bench.rounds; round++) {
      for (const kind of bench.kinds) {
        for (const revision of round % 2 === 0 ? revisions : revisions.toReversed()) {
          rows.push(...await measure(revision, kind, bench));
        }
      }
    }
    printTable(bench, revisions.map(({ name }) => name), rows);
    if (bench.json !== undefined) {
      await Deno.writeTextFile(bench.json, JSON.stringify({ ...bench, rows }, null, 2) + "\n");
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return 0;
}

async function measure(revision: Revision, kind: string, bench: ClusterBench): Promise<Row[]> {
  const rows: Row[] = [];
  const f = Math.floor((bench.acceptors - 1) / 3);
  const names = Array.from({ length: bench.acceptors }, (_, i) => `a${i}`);
  const plan = planHomogeneous(names, ["Eve"], { byzantine: f, crash: 0 });
  await Stage.use(async (stage) => {
    const cluster = await Cluster.make(stage, {
      ...{ plan, clients: 2 },
      // Acceptors propose anyway, and older revisions do not know the field.
      alter: ({ proposers: _, ...config }) => config,
    });
    const up = bench.oneDown ? names.slice(0, -1) : names;
    const servers = await Servers.start(stage, cluster, up, revision, kind);
    const loop = new ClosedLoop(cluster.file("client_0"), up);
    const warm = await loop.run(WARM_UP, 4, bench.valueBytes);
    for (const inFlight of bench.inFlight) {
      const expected = bench.seconds * 1000 / warm.tookMs * WARM_UP;
      const count = Math.round(Math.max(COUNT_MIN, inFlight, Math.min(COUNT_MAX, expected)));
      const before = await servers.look();
      const { latenciesMs, tookMs, failed } = await loop.run(count, inFlight, bench.valueBytes);
      const decided = latenciesMs.length;
      const after = await servers.look();
      const per = (what: keyof Look) => (after[what] - before[what]) / decided;
      rows.push({
        ...{ revision: revision.name, kind, inFlight, decided, failed },
        p50Ms: latenciesMs[decided >> 1]!,
        p99Ms: latenciesMs[Math.min(decided - 1, Math.floor(decided * 0.99))]!,
        perSecond: decided / tookMs * 1000,
        ...{ cpuMs: per("cpuMs"), messages: per("messages") / up.length },
        signatures: per("signatures") / up.length,
        ...{ synced: per("synced") / up.length, commits: per("commits") / up.length },
        ...{ bytes: per("bytes"), packets: per("packets") },
        residentMb: after.resident / up.length / 1e6,
      });
    }
    loop.close();
  }, PATIENCE_MS);
  return rows;
}

/** All counters at one moment, summed over acceptors; processor time of the learner, too. */
interface Look {
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
class Servers {
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
