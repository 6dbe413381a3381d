/**
 * Three nodes of etcd on loopback, and a closed loop of puts to them: what a decision is held beside.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { type ClientHttp2Session, connect } from "node:http2";
import { randomBytes } from "node:crypto";
import { cpuMs } from "./system.ts";
import type { LoopResult } from "./closed_loop.ts";

const NODES = 3;

/** It has chosen a leader within so long, or something is wrong. */
const PATIENCE_MS = 30_000;

/** Answers with an error, like other calls, after so long. */
const CALL_MS = 10_000;

/** The version of the etcd that is installed; undefined if there is none. */
export async function etcdVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await new Deno.Command("etcd", { args: ["--version"] }).output();
    return /etcd Version: (\S+)/.exec(new TextDecoder().decode(stdout))?.[1];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** A cluster that runs. */
export class Etcd {
  readonly #processes: readonly Deno.ChildProcess[];
  readonly #sessions: readonly ClientHttp2Session[];
  #next = 0;

  private constructor(processes: Deno.ChildProcess[], sessions: ClientHttp2Session[]) {
    this.#processes = processes;
    this.#sessions = sessions;
  }

  /** Starts it in an empty folder, with its own defaults but for addresses, and waits until it serves. */
  static async start(folder: string): Promise<Etcd> {
    const ports = freePorts(NODES * 2);
    const client = (i: number) => `http://127.0.0.1:${ports[i]}`;
    const peer = (i: number) => `http://127.0.0.1:${ports[NODES + i]}`;
    const names = Array.from({ length: NODES }, (_, i) => `n${i}`);
    const processes = names.map((name, i) =>
      new Deno.Command("etcd", {
        args: [
          ...["--name", name, "--data-dir", `${folder}/${name}`, "--logger", "zap"],
          ...["--listen-client-urls", client(i), "--advertise-client-urls", client(i)],
          ...["--listen-peer-urls", peer(i), "--initial-advertise-peer-urls", peer(i)],
          ...["--initial-cluster", names.map((each, j) => `${each}=${peer(j)}`).join(",")],
        ],
        env: { ETCD_UNSUPPORTED_ARCH: "arm64" },
        ...{ stdin: "null", stdout: "null", stderr: "null" },
      }).spawn()
    );
    const etcd = new Etcd(processes, []);
    try {
      const sessions = await Promise.all(names.map((_, i) => whenServing(client(i))));
      return new Etcd(processes, sessions);
    } catch (error) {
      await etcd.stop();
      throw error;
    }
  }

  /** Processor time of all nodes so far, in milliseconds. */
  get cpuMs(): number {
    return this.#processes.reduce((sum, { pid }) => sum + cpuMs(pid), 0);
  }

  /** Puts random values under keys of their own, to the nodes in turn, so many in flight. */
  async run(count: number, inFlight: number, valueBytes: number): Promise<LoopResult> {
    const latenciesMs: number[] = [];
    const end = this.#next + count;
    let failed = 0;
    const startMs = performance.now();
    const work = async () => {
      while (this.#next < end) {
        const key = this.#next++;
        const beginMs = performance.now();
        const session = this.#sessions[key % this.#sessions.length]!;
        await put(session, `bench/${key}`, randomBytes(valueBytes)).then(
          () => latenciesMs.push(performance.now() - beginMs),
          () => failed++,
        );
      }
    };
    await Promise.all(Array.from({ length: inFlight }, work));
    const tookMs = performance.now() - startMs;
    return { latenciesMs: latenciesMs.sort((a, b) => a - b), tookMs, failed };
  }

  /** Ends it. */
  async stop(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    for (const process of this.#processes) process.kill("SIGKILL");
    await Promise.all(this.#processes.map(({ status }) => status));
  }
}

/** Ports that were free a moment ago. */
function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = listeners.map(({ addr }) => (addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports;
}

/** A connection to a node that has taken a first value. */
async function whenServing(url: string): Promise<ClientHttp2Session> {
  const endMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const session = connect(url);
    // What is wrong with a session is what is wrong with its calls.
    session.on("error", () => {});
    try {
      await put(session, "bench", Buffer.from("first"));
      return session;
    } catch (error) {
      session.destroy();
      if (performance.now() > endMs) throw error;
      await new Promise((again) => setTimeout(again, 100));
    }
  }
}

/** One call of etcdserverpb.KV/Put, by gRPC as it is on the wire. */
function put(session: ClientHttp2Session, key: string, value: Uint8Array): Promise<void> {
  const request = Buffer.concat([field(1, Buffer.from(key)), field(2, value)]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(request.length, 1);
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ":method": "POST",
      ":path": "/etcdserverpb.KV/Put",
      "content-type": "application/grpc",
      "te": "trailers",
    });
    let status: unknown;
    stream.on("trailers", (trailers) => status = trailers["grpc-status"]);
    stream.on("response", (headers) => status ??= headers["grpc-status"]);
    stream.on("error", reject);
    stream.on("close", () => Number(status) === 0 ? resolve() : reject(new Error(`${status}`)));
    stream.setTimeout(CALL_MS, () => stream.close());
    stream.resume();
    stream.end(Buffer.concat([head, request]));
  });
}

/** A field of bytes in protobuf; its length takes one or two bytes, or three. */
function field(number: number, bytes: Uint8Array): Buffer {
  const head = [number << 3 | 2];
  let length = bytes.length;
  for (; length > 0x7f; length >>= 7) head.push(length & 0x7f | 0x80);
  return Buffer.concat([Buffer.from([...head, length]), bytes]);
}
