/**
 * What a cluster does when proposals come at a rate, up to the one that it cannot keep up with.
 *
 * @module
 */

import { PATIENCE_MS, WARM_UP } from "./cluster.ts";
import { svgOf } from "./plot.ts";
import { bundleRevisions } from "./revisions.ts";
import { startServers } from "./servers.ts";
import { Stage } from "../tests/e2e/stage.ts";

/** How to measure. */
export interface OpenBench {
  readonly acceptors: number;
  readonly valueBytes: number;
  /** "durable" or "volatile". */
  readonly kind: string;
  /** How long each rate lasts. */
  readonly seconds: number;
  /** Where a picture goes; none if undefined. */
  readonly svg: string | undefined;
}

/** The first rate that is offered, and by how much each is more than the one before. */
const FIRST_PER_SECOND = 25;
const FACTOR = Math.SQRT2;

/** Undecided at once: with more the cluster does not keep up. */
const WAITING_MAX = 1_024;

/** It keeps up with a rate if it decides at this part of it, of which the last decisions are slow. */
const KEEPS_UP = 0.9;

interface Step {
  readonly offered: number;
  readonly decided: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMs: number;
  readonly failed: number;
}

/** Prints the table. */
export async function benchOpen(bench: OpenBench): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos-bench-" });
  const steps: Step[] = [];
  try {
    const [revision] = await bundleRevisions(folder, undefined);
    console.log(`${bench.acceptors} acceptors, ${bench.kind}, values of ${bench.valueBytes} bytes`);
    console.log(" offered/s  decided/s    p50 ms    p99 ms    CPU ms    failed");
    await Stage.use(async (stage) => {
      const { servers, loop } = await startServers(stage, revision!, { ...bench, oneDown: false });
      await loop.run(WARM_UP, 16, bench.valueBytes);
      for (let rate = FIRST_PER_SECOND;; rate = Math.round(rate * FACTOR)) {
        const before = await servers.look();
        const result = await loop.offer(rate, bench.seconds, bench.valueBytes, WAITING_MAX);
        const after = await servers.look();
        const { latenciesMs, tookMs, failed } = result;
        const count = latenciesMs.length;
        const step: Step = {
          offered: rate,
          decided: count / tookMs * 1000,
          p50Ms: latenciesMs[count >> 1] ?? NaN,
          p99Ms: latenciesMs[Math.floor(count * 0.99)] ?? NaN,
          cpuMs: (after.cpuMs - before.cpuMs) / count,
          failed,
        };
        steps.push(step);
        printStep(step);
        if (step.decided < rate * KEEPS_UP || failed > 0) break;
      }
      loop.close();
    }, PATIENCE_MS);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const last = steps.findLast(({ decided, offered }) => decided >= offered * KEEPS_UP);
  console.log(`keeps up with ${last?.offered ?? `less than ${FIRST_PER_SECOND}`} a second`);
  if (bench.svg !== undefined) await Deno.writeTextFile(bench.svg, pictureOf(steps));
}

function printStep({ offered, decided, p50Ms, p99Ms, cpuMs, failed }: Step): void {
  console.log([
    String(offered).padStart(10),
    decided.toFixed(0).padStart(10),
    ...[p50Ms.toFixed(1), p99Ms.toFixed(1), cpuMs.toFixed(2)].map((each) => each.padStart(9)),
    String(failed).padStart(9),
  ].join(" "));
}

function pictureOf(steps: readonly Step[]): string {
  return svgOf({
    title: "Time to a decision, by the rate of proposals",
    x: "proposals a second",
    y: "ms",
    logX: true,
    lines: [
      ["p50", steps.map(({ offered, p50Ms }) => [offered, p50Ms] as const)],
      ["p99", steps.map(({ offered, p99Ms }) => [offered, p99Ms] as const)],
    ],
  });
}
