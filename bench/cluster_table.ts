/**
 * The figures of `deno task bench cluster` as a table: medians over rounds, and ratios of revisions.
 *
 * @module
 */

import { svgOf } from "./plot.ts";

/** What one loop has cost: per decision, and what acceptors do, per acceptor. */
export interface Row {
  readonly revision: string;
  readonly kind: string;
  readonly inFlight: number;
  readonly decided: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly perSecond: number;
  /** Of all servers, the learner included. */
  readonly cpuMs: number;
  readonly messages: number;
  /** 1as among these. */
  readonly proposals: number;
  readonly signatures: number;
  readonly synced: number;
  readonly commits: number;
  /** On loopback, between servers and from and to the client. */
  readonly bytes: number;
  readonly packets: number;
  /** An acceptor's memory at the end. */
  readonly residentMb: number;
}

/** Columns with what they are called, and digits behind the point. */
const COLUMNS = [
  ["p50Ms", "p50 ms", 1],
  ["p99Ms", "p99 ms", 1],
  ["perSecond", "per s", 0],
  ["cpuMs", "CPU ms", 2],
  ["messages", "messages", 2],
  ["proposals", "1as", 2],
  ["signatures", "signed", 2],
  ["synced", "synced", 2],
  ["commits", "commits", 2],
  ["bytes", "bytes", 0],
  ["packets", "packets", 0],
  ["residentMb", "MB", 0],
  ["failed", "failed", 0],
] as const satisfies readonly (readonly [keyof Row, string, number])[];

const WIDTH = 9;

/** Prints a line for each revision and number in flight, and the ratio of two revisions. */
export function printTable(
  bench: { readonly acceptors: number; readonly valueBytes: number; readonly rounds: number },
  revisions: readonly string[],
  rows: readonly Row[],
): void {
  const { acceptors, valueBytes, rounds } = bench;
  console.log(`${acceptors} acceptors, values of ${valueBytes} bytes, medians of ${rounds} rounds`);
  const left = ["journal".padEnd(8), "in flight".padStart(9), " revision".padEnd(12)];
  console.log([...left, ...COLUMNS.map(([, title]) => title.padStart(WIDTH))].join(" "));
  const keys = [...new Set(rows.map(({ kind, inFlight }) => `${kind} ${inFlight}`))];
  for (const key of keys) {
    const [kind, inFlight] = key.split(" ");
    const medians = revisions.map((revision) => {
      const own = rows.filter((row) =>
        row.revision === revision && `${row.kind} ${row.inFlight}` === key
      );
      return COLUMNS.map(([column]) => median(own.map((row) => row[column])));
    });
    const line = (name: string, cells: readonly string[]) =>
      console.log(
        [kind!.padEnd(8), inFlight!.padStart(9), ` ${name}`.padEnd(12).slice(0, 12), ...cells]
          .join(" "),
      );
    for (const [i, figures] of medians.entries()) {
      line(revisions[i]!, figures.map((n, j) => n.toFixed(COLUMNS[j]![2]).padStart(WIDTH)));
    }
    if (medians.length < 2) continue;
    const [other, here] = medians as [number[], number[]];
    line(
      "here / other",
      here.map((n, j) => (n === other[j] ? "1" : (n / other[j]!).toFixed(3)).padStart(WIDTH)),
    );
  }
}

/** CPU time of a decision by the number in flight, a line for each revision and kind of journal. */
export function pictureOf(rows: readonly Row[]): string {
  const keys = [...new Set(rows.map(({ revision, kind }) => `${revision}, ${kind}`))];
  const lines = keys.map((key) => {
    const own = rows.filter(({ revision, kind }) => `${revision}, ${kind}` === key);
    const numbers = [...new Set(own.map(({ inFlight }) => inFlight))].sort((a, b) => a - b);
    const points = numbers.map((inFlight) => {
      const costs = own.filter((row) => row.inFlight === inFlight).map(({ cpuMs }) => cpuMs);
      return [inFlight, median(costs)] as const;
    });
    return [key, points] as const;
  });
  const title = "Processor time of a decision, all servers";
  return svgOf({ title, x: "in flight", y: "ms", logX: true, lines });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
