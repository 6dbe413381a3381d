/**
 * Others beside us, under the same style of load: etcd for real where it is installed, and what was
 * measured once by hand, with how it was.
 *
 * @module
 */

import type { ClosedLoop, LoopResult } from "./closed_loop.ts";
import { Etcd, etcdVersion } from "./etcd.ts";

/** A line of the table. */
export interface PeerLine {
  readonly who: string;
  readonly inFlight: string;
  readonly perSecond: string;
  readonly p50Ms: string;
  readonly cpuMs: string;
}

/** What cannot be run here, measured by hand on two cores, all nodes on loopback, 32-byte values. */
export const MEASURED_ONCE: readonly PeerLine[] = [
  once(
    "etcd, 3 nodes, TLS",
    "1 / 64 / 256",
    "412 / 2,599 / 3,928",
    "2.2 / 22 / 60",
    "3.0 / 0.53 / 0.39",
  ),
  // Commit timeout 0, kvstore, four validators; then gossip every 2 ms and flushes every 1 ms.
  once(
    "CometBFT, its defaults",
    "1 / 64 / 256",
    "1.2 / 90 / 330",
    "810 / 790 / 770",
    "214 / 3.8 / 2.3",
  ),
  once("CometBFT, tuned", "1 / 64 / 256", "21 / 706 / 938", "48 / 83 / 257", "66 / 1.9 / 1.7"),
  // asonnino's, four nodes without TLS, batched, at rates offered; from end to end.
  once("HotStuff, open loop", "-", "400 / 4,000 / 20,000", "138 / 15 / 14", "2.0 / 0.23 / 0.06"),
  // The reference implementation in Rust, one proposal after another in one instance.
  once("Rust reference, ballot 1", "1", "-", "14", "some 40"),
  once("Rust reference, ballots 5, 8", "1", "-", "1,734 / 9,074", "thousands"),
];

function once(who: string, inFlight: string, perSecond: string, p50Ms: string, cpuMs: string) {
  return { who: `${who} (once)`, inFlight, perSecond, p50Ms, cpuMs };
}

/** A line of what a loop has found. */
export function lineOf(
  who: string,
  inFlight: number,
  { latenciesMs, tookMs }: LoopResult,
  cpuMs: number,
): PeerLine {
  const count = latenciesMs.length;
  return {
    who,
    inFlight: String(inFlight),
    perSecond: (count / tookMs * 1000).toFixed(0),
    p50Ms: (latenciesMs[count >> 1] ?? NaN).toFixed(1),
    cpuMs: (cpuMs / count).toFixed(2),
  };
}

/** Runs etcd, or says why not. */
export async function measureEtcd(
  folder: string,
  inFlight: readonly number[],
  count: number,
): Promise<PeerLine[]> {
  const version = await etcdVersion();
  if (version === undefined) {
    console.log("etcd is skipped: there is no such program here (Debian has it as etcd-server)");
    return [];
  }
  const etcd = await Etcd.start(folder);
  try {
    return await loopsOf(`etcd ${version}, 3 nodes`, etcd, () => etcd.cpuMs, inFlight, count);
  } finally {
    await etcd.stop();
  }
}

/** A loop for each number in flight. */
export async function loopsOf(
  who: string,
  loop: Pick<ClosedLoop, "run">,
  cpuMs: () => number | Promise<number>,
  inFlight: readonly number[],
  count: number,
): Promise<PeerLine[]> {
  await loop.run(count, 16, 32);
  const lines: PeerLine[] = [];
  for (const each of inFlight) {
    const before = await cpuMs();
    const result = await loop.run(Math.max(count, each), each, 32);
    if (result.failed > 0) console.log(`${who}: ${result.failed} calls failed`);
    lines.push(lineOf(who, each, result, await cpuMs() - before));
  }
  return lines;
}

/** Prints them as a table. */
export function printPeers(lines: readonly PeerLine[]): void {
  const width = Math.max(...lines.map(({ who }) => who.length));
  const row = (who: string, ...cells: string[]) =>
    console.log([who.padEnd(width), ...cells.map((each) => each.padStart(20))].join(" "));
  row("", "in flight", "per s", "p50 ms", "CPU ms, all nodes");
  for (const each of lines) row(each.who, each.inFlight, each.perSecond, each.p50Ms, each.cpuMs);
}
