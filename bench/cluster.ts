/**
 * How fast a cluster of four processes decides, with journals on disk and without.
 *
 * @module
 */

import { Durable } from "../tests/e2e/durable.ts";
import { Load } from "../tests/e2e/load.ts";
import { Stage } from "../tests/e2e/stage.ts";

/** Instances decided before anything is measured: a process is slow at first. */
const WARM_UP = 300;

/** Instances measured one after another, and so many at once. */
const SEQUENTIAL = 150;
const CONCURRENT = 600;
const CONCURRENCY = 12;

/** Clusters of both kinds run in turn, so often each, so that what else runs hits both alike. */
const ROUNDS = 3;

interface Figures {
  /** Of one instance after another, from proposal to answer. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly perSecond: number;
}

/** Prints the table. */
export async function benchCluster(): Promise<void> {
  const figures: Record<"durable" | "volatile", Figures[]> = { durable: [], volatile: [] };
  for (let round = 0; round < ROUNDS; round++) {
    figures.volatile.push(await measure(true));
    figures.durable.push(await measure(false));
  }
  console.log("acceptors journal   latency p50  latency p99  decisions/s");
  const [volatile, durable] = [figures.volatile, figures.durable].map(typical) as [
    Figures,
    Figures,
  ];
  for (
    const [name, { p50Ms, p99Ms, perSecond }] of [["memory", volatile], ["disk", durable]] as const
  ) {
    console.log([
      "4".padStart(9),
      name.padEnd(7),
      `${p50Ms.toFixed(2)} ms`.padStart(13),
      `${p99Ms.toFixed(2)} ms`.padStart(12),
      perSecond.toFixed(0).padStart(12),
    ].join(" "));
  }
  console.log([
    "disk / memory".padEnd(17),
    (durable.p50Ms / volatile.p50Ms).toFixed(2).padStart(13),
    (durable.p99Ms / volatile.p99Ms).toFixed(2).padStart(12),
    (durable.perSecond / volatile.perSecond).toFixed(2).padStart(12),
  ].join(" "));
}

async function measure(isVolatile: boolean): Promise<Figures> {
  let figures: Figures | undefined;
  await Stage.use(async (stage) => {
    const cluster = await Durable.make(stage, {}, isVolatile);
    await cluster.startAll();
    const warmUp = await Load.start(cluster, { concurrency: CONCURRENCY });
    await warmUp.more(WARM_UP);
    await warmUp.stop();
    const sequential = await Load.start(cluster, { concurrency: 1, from: 1_000_000 });
    await sequential.more(SEQUENTIAL);
    await sequential.stop();
    const concurrent = await Load.start(cluster, { concurrency: CONCURRENCY, from: 2_000_000 });
    const startMs = performance.now();
    await concurrent.more(CONCURRENT);
    const seconds = (performance.now() - startMs) / 1000;
    await concurrent.stop();
    const latencies = sequential.latenciesMs.toSorted((a, b) => a - b);
    figures = {
      p50Ms: quantile(latencies, 0.5),
      p99Ms: quantile(latencies, 0.99),
      perSecond: CONCURRENT / seconds,
    };
  }, 120_000);
  return figures!;
}

/** The median of each figure. */
function typical(figures: readonly Figures[]): Figures {
  const median = (pick: (each: Figures) => number) =>
    quantile(figures.map(pick).sort((a, b) => a - b), 0.5);
  return {
    p50Ms: median(({ p50Ms }) => p50Ms),
    p99Ms: median(({ p99Ms }) => p99Ms),
    perSecond: median(({ perSecond }) => perSecond),
  };
}

function quantile(sorted: readonly number[], fraction: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))]!;
}
