/**
 * Records of 100 bytes into the log of four acceptors, each a process of its own with a journal on
 * disk, over TLS; beside instances without a log, and puts to three nodes of etcd, by as many clients.
 *
 * @module
 */

import { randomBytes } from "node:crypto";
import { loadConfiguration } from "../lib/config/configuration.ts";
import { connectToAcceptor } from "../lib/net/acceptor_client.ts";
import type { AcceptorClient } from "../lib/net/client.ts";
import type { Cluster } from "../tests/e2e/cluster.ts";
import { Durable } from "../tests/e2e/durable.ts";
import { Stage } from "../tests/e2e/stage.ts";
import { ClosedLoop, type LoopResult } from "./closed_loop.ts";
import { PATIENCE_MS } from "./cluster.ts";
import { Etcd, etcdVersion } from "./etcd.ts";

const RECORD_BYTES = 100;

/** Records of a client in one call: the longest pipeline that a client may have. */
const PER_CALL = 64;

/** Before anything is measured, in milliseconds. */
const WARM_UP_MS = 3_000;

interface Line {
  readonly what: string;
  readonly clients: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

/**
 * Prints the table.
 *
 * @param seconds How long each line is measured.
 * @param clients How many there are at once, for each line.
 */
export async function benchLog(seconds: number, clients: readonly number[]): Promise<void> {
  const lines: Line[] = [];
  await Stage.use(async (stage) => {
    const durable = await Durable.make(stage, {
      alter: (config) => ({ ...config, log: {} }),
    });
    await durable.startAll();
    const loop = new AppendLoop(durable.cluster);
    for (const count of clients) {
      await loop.run(count, PER_CALL, WARM_UP_MS);
      for (const perCall of [1, PER_CALL]) {
        const what = perCall === 1 ? "log, a record a call" : `log, ${perCall} records a call`;
        lines.push(line(what, count, await loop.run(count, perCall, seconds * 1_000), perCall));
      }
    }
    loop.close();
  }, PATIENCE_MS);
  await Stage.use(async (stage) => {
    const durable = await Durable.make(stage);
    await durable.startAll();
    const loop = new ClosedLoop(durable.cluster.file("client_0"), durable.names);
    for (const count of clients) {
      const result = await during(seconds, (n) => loop.run(n, count, RECORD_BYTES));
      lines.push(line("instances without a log", count, result));
    }
    loop.close();
  }, PATIENCE_MS);
  if (await etcdVersion() !== undefined) {
    const folder = await Deno.makeTempDir({ prefix: "hetpaxos-bench-" });
    const etcd = await Etcd.start(folder);
    try {
      for (const count of clients) {
        const result = await during(seconds, (n) => etcd.run(n, count, RECORD_BYTES));
        lines.push(line(`etcd ${await etcdVersion()}, 3 nodes, no TLS`, count, result));
      }
    } finally {
      await etcd.stop();
      await Deno.remove(folder, { recursive: true });
    }
  }
  print(lines);
}

/** A loop that takes a number of rounds, for about so long: first a few, to learn the pace. */
async function during(
  seconds: number,
  run: (count: number) => Promise<LoopResult>,
): Promise<LoopResult> {
  const { latenciesMs, tookMs } = await run(200);
  return await run(Math.max(200, Math.round(latenciesMs.length / tookMs * seconds * 1_000)));
}

function line(
  what: string,
  clients: number,
  { latenciesMs, tookMs, failed }: LoopResult,
  perCall = 1,
): Line {
  const at = (part: number) => latenciesMs[Math.floor(part * (latenciesMs.length - 1))] ?? NaN;
  const perSecond = latenciesMs.length * perCall / tookMs * 1_000;
  return { what, clients, perSecond, p50Ms: at(0.5), p99Ms: at(0.99), failed };
}

function print(lines: readonly Line[]): void {
  console.log(`records of ${RECORD_BYTES} bytes; p50 and p99 of calls, in ms`);
  console.log(
    `${"".padEnd(34)}${"clients".padStart(8)}${"a second".padStart(10)}` +
      `${"p50".padStart(8)}${"p99".padStart(8)}${"failed".padStart(8)}`,
  );
  for (const { what, clients, perSecond, p50Ms, p99Ms, failed } of lines) {
    console.log(
      `${what.padEnd(34)}${String(clients).padStart(8)}${perSecond.toFixed(0).padStart(10)}` +
        `${p50Ms.toFixed(1).padStart(8)}${p99Ms.toFixed(1).padStart(8)}${
          String(failed).padStart(8)
        }`,
    );
  }
}

/** Clients that append to the acceptors in turn, each call when the one before is answered. */
class AppendLoop {
  readonly #acceptors: readonly AcceptorClient[];
  readonly #over = new AbortController();
  readonly #sequences = new Map<string, bigint>();

  constructor(cluster: Cluster) {
    const file = cluster.file("client_0");
    const configuration = loadConfiguration(Deno.readTextFileSync(file), file);
    this.#acceptors = configuration.acceptors.map((each) => connectToAcceptor(configuration, each));
  }

  async run(clients: number, perCall: number, ms: number): Promise<LoopResult> {
    const latenciesMs: number[] = [];
    let failed = 0;
    const startMs = performance.now();
    const work = async (index: number) => {
      const client = `client ${index}`;
      const acceptor = this.#acceptors[index % this.#acceptors.length]!;
      while (performance.now() - startMs < ms) {
        let sequence = this.#sequences.get(client) ?? 0n;
        const records = Array.from({ length: perCall }, () => ({
          client,
          sequence: ++sequence,
          payload: new Uint8Array(randomBytes(RECORD_BYTES)),
        }));
        this.#sequences.set(client, sequence);
        const beginMs = performance.now();
        await acceptor.append({ records }, this.#over.signal).then(
          () => latenciesMs.push(performance.now() - beginMs),
          (error) => {
            if (failed++ === 0) console.error(`a call has failed: ${error.message}`);
          },
        );
      }
    };
    await Promise.all(Array.from({ length: clients }, (_, index) => work(index)));
    const tookMs = performance.now() - startMs;
    return { latenciesMs: latenciesMs.sort((a, b) => a - b), tookMs, failed };
  }

  close(): void {
    this.#over.abort();
    for (const acceptor of this.#acceptors) acceptor.close();
  }
}
