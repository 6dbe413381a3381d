/**
 * What a decision costs a cluster over TLS on loopback, under a closed loop of proposals; of this
 * checkout alone, or of two revisions in turn, so that what else runs hits both alike
 * (docs/BENCHMARKS.md).
 *
 * @module
 */

import { Stage } from "../tests/e2e/stage.ts";
import { pictureOf, printTable, type Row } from "./cluster_table.ts";
import { bundleRevisions, type Revision } from "./revisions.ts";
import { type Look, startServers } from "./servers.ts";
import { hasOwnLoopback, onOwnLoopback } from "./system.ts";

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
  /** Acceptors that are asked to propose in each instance, at once. */
  readonly proposers: number;
  /** One of the acceptors is never started. */
  readonly oneDown: boolean;
  /** Where the figures go as JSON. */
  readonly json: string | undefined;
  /** Where a picture goes; none if undefined. */
  readonly svg: string | undefined;
}

/** Decided before anything is measured: a process is slow at first. */
export const WARM_UP = 200;

/** Measured at least, and at most. */
const COUNT_MIN = 100;
const COUNT_MAX = 4_000;

/** A cluster that does not come to its end is killed after so long. */
export const PATIENCE_MS = 600_000;

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
    if (bench.svg !== undefined) await Deno.writeTextFile(bench.svg, pictureOf(rows));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return 0;
}

async function measure(revision: Revision, kind: string, bench: ClusterBench): Promise<Row[]> {
  const rows: Row[] = [];
  await Stage.use(async (stage) => {
    const { servers, loop } = await startServers(stage, revision, { ...bench, kind });
    const warm = await loop.run(WARM_UP, 4, bench.valueBytes);
    for (const inFlight of bench.inFlight) {
      const expected = bench.seconds * 1000 / warm.tookMs * WARM_UP;
      const count = Math.round(Math.max(COUNT_MIN, inFlight, Math.min(COUNT_MAX, expected)));
      const before = await servers.look();
      const { latenciesMs, tookMs, failed } = await loop.run(
        ...[count, inFlight, bench.valueBytes, bench.proposers] as const,
      );
      const decided = latenciesMs.length;
      const after = await servers.look();
      const per = (what: keyof Look) => (after[what] - before[what]) / decided;
      rows.push({
        ...{ revision: revision.name, kind, inFlight, decided, failed },
        p50Ms: latenciesMs[decided >> 1]!,
        p99Ms: latenciesMs[Math.min(decided - 1, Math.floor(decided * 0.99))]!,
        perSecond: decided / tookMs * 1000,
        ...{ cpuMs: per("cpuMs"), messages: per("messages") / servers.count },
        signatures: per("signatures") / servers.count,
        proposals: per("messages") / servers.count - per("signatures"),
        ...{ synced: per("synced") / servers.count, commits: per("commits") / servers.count },
        ...{ bytes: per("bytes"), packets: per("packets") },
        residentMb: after.resident / servers.count / 1e6,
      });
    }
    loop.close();
  }, PATIENCE_MS);
  return rows;
}
