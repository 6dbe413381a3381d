/**
 * Whether a decision costs the same after many others as at first, and a message of a late ballot
 * the same as one of an early ballot.
 *
 * @module
 */

import { ballotCosts } from "./core.ts";
import { PATIENCE_MS, WARM_UP } from "./cluster.ts";
import { svgOf } from "./plot.ts";
import { bundleRevisions } from "./revisions.ts";
import { startServers } from "./servers.ts";
import { Stage } from "../tests/e2e/stage.ts";

/** How to measure. */
export interface FlatBench {
  /** Tenths of them are compared. */
  readonly decisions: number;
  readonly inFlight: number;
  /** "durable" or "volatile". */
  readonly kind: string;
  /** Where a picture goes; none if undefined. */
  readonly svg: string | undefined;
}

/** Parts of all decisions. */
const PARTS = 10;

/** The late ballot that is compared with the tenth. */
const LATE_BALLOT = 10_000;

interface Part {
  readonly perSecond: number;
  readonly cpuMs: number;
  readonly p50Ms: number;
  readonly residentMb: number;
  readonly synced: number;
}

/** Prints the tables. */
export async function benchFlat(bench: FlatBench): Promise<void> {
  const { early, late } = ballotCosts(LATE_BALLOT);
  console.log(
    `a message of ballot ${LATE_BALLOT.toLocaleString("en")} is judged in ${late.toFixed(2)} us, ` +
      `one of ballot 10 in ${early.toFixed(2)} us: ${(late / early).toFixed(2)}`,
  );
  const parts = await decide(bench);
  const size = bench.decisions / PARTS;
  console.log(
    `4 acceptors, ${bench.kind}, ${bench.inFlight} in flight, parts of ${size} decisions`,
  );
  console.log(" decisions      per s    p50 ms    CPU ms    synced        MB");
  for (const [i, part] of parts.entries()) {
    console.log([
      String((i + 1) * size).padStart(10),
      part.perSecond.toFixed(0).padStart(10),
      ...[part.p50Ms.toFixed(1), part.cpuMs.toFixed(2), part.synced.toFixed(2)]
        .map((each) => each.padStart(9)),
      part.residentMb.toFixed(0).padStart(9),
    ].join(" "));
  }
  const [first, last] = [parts[0]!, parts.at(-1)!];
  console.log(
    `last / first: ${(last.perSecond / first.perSecond).toFixed(3)} of the decisions per second, ` +
      `${(last.cpuMs / first.cpuMs).toFixed(3)} of the CPU for each`,
  );
  if (bench.svg !== undefined) await Deno.writeTextFile(bench.svg, pictureOf(parts, size));
}

async function decide(bench: FlatBench): Promise<Part[]> {
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos-bench-" });
  const parts: Part[] = [];
  try {
    const [revision] = await bundleRevisions(folder, undefined);
    await Stage.use(async (stage) => {
      const options = { acceptors: 4, kind: bench.kind, oneDown: false };
      const { servers, loop } = await startServers(stage, revision!, options);
      await loop.run(WARM_UP, bench.inFlight, 32);
      let before = await servers.look();
      for (let i = 0; i < PARTS; i++) {
        const count = bench.decisions / PARTS;
        const { latenciesMs, tookMs, failed } = await loop.run(count, bench.inFlight, 32);
        if (failed > 0) throw new Error(`${failed} of ${count} proposals failed`);
        const after = await servers.look();
        parts.push({
          perSecond: count / tookMs * 1000,
          cpuMs: (after.cpuMs - before.cpuMs) / count,
          p50Ms: latenciesMs[count >> 1]!,
          residentMb: after.resident / servers.count / 1e6,
          synced: (after.synced - before.synced) / servers.count / count,
        });
        before = after;
      }
      loop.close();
    }, PATIENCE_MS * 6);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return parts;
}

function pictureOf(parts: readonly Part[], size: number): string {
  return svgOf({
    title: "The cost of a decision after many others",
    x: "decisions before",
    y: "CPU ms",
    logX: false,
    lines: [["CPU ms a decision", parts.map(({ cpuMs }, i) => [i * size, cpuMs] as const)]],
  });
}
