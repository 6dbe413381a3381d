/**
 * What a small message costs from write to receipt: on a link, and on what is under it. Two
 * processes on loopback; one sends back what it gets.
 *
 * @module
 */

import { dirname } from "node:path";
import process from "node:process";
import { runScript } from "../scripts/command.ts";
import { ROOT } from "../scripts/lint/paths.ts";
import { makeTestIdentity } from "../tests/net/certificates.ts";
import { type BenchIdentities, STREAM_KINDS } from "./stream_kinds.ts";

/** Round trips before it is measured, and measured. */
const WARM_UP = 1_500;
const COUNT = 4_000;

/** Messages on their way at once. */
const AT_ONCE = [1, 16] as const;

/** Prints the table: processor time of both ends for each message, one way. */
export async function benchStreams(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos-bench-" });
  try {
    const file = `${folder}/identities.json`;
    await Deno.writeTextFile(file, JSON.stringify(await identities()));
    console.log("stream            at once  CPU µs a message  round trip µs, p50");
    for (const name of Object.keys(STREAM_KINDS)) await run(["client", name, file]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function identities(): Promise<BenchIdentities> {
  const make = async (name: string) => {
    const { certificatePem, privateKeyPem, der } = await makeTestIdentity(name);
    return { certificatePem, privateKeyPem, der: [...der] };
  };
  return { server: await make("server"), client: await make("client") };
}

function start(args: readonly string[], stdout: "piped" | "inherit"): Deno.ChildProcess {
  const script = `${dirname(import.meta.filename!)}/streams.ts`;
  const command = ["run", "--quiet", "--no-check", "-A", script, ...args];
  return new Deno.Command(Deno.execPath(), { args: command, cwd: ROOT, stdin: "piped", stdout })
    .spawn();
}

async function run(args: readonly string[]): Promise<void> {
  const child = start(args, "inherit");
  const { success } = await child.status;
  await child.stdin.close().catch(() => {});
  if (!success) throw new Error(`${args.join(" ")} has failed`);
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Serves; tells its port, and for each byte that comes its processor time. */
async function beServer(name: string, ids: BenchIdentities): Promise<void> {
  console.log(await STREAM_KINDS[name]!.serve(ids));
  for await (const _ of Deno.stdin.readable) console.log(cpuUs());
  Deno.exit();
}

async function beClient(name: string, file: string, ids: BenchIdentities): Promise<void> {
  const server = start(["server", name, file], "piped");
  const lines = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const number = async () => Number((await lines.read()).value);
  const asks = server.stdin.getWriter();
  const bothUs = async () => {
    await asks.write(Uint8Array.of(10));
    return await number() + cpuUs();
  };
  let onEcho: (count: number) => void = () => {};
  const send = await STREAM_KINDS[name]!.open(await number(), ids, (count) => onEcho(count));
  const exchange = (total: number, atOnce: number) =>
    new Promise<number[]>((resolve) => {
      const tookMs: number[] = [];
      let [sent, back, sinceMs] = [atOnce, 0, performance.now()];
      onEcho = (count) => {
        back += count;
        if (atOnce === 1) tookMs.push(performance.now() - sinceMs);
        sinceMs = performance.now();
        if (back >= total) return resolve(tookMs.sort((a, b) => a - b));
        const more = Math.min(count, total - sent);
        sent += more;
        if (more > 0) send(more);
      };
      send(atOnce);
    });
  for (const atOnce of AT_ONCE) {
    await exchange(WARM_UP * atOnce, atOnce);
    const beforeUs = await bothUs();
    const tookMs = await exchange(COUNT * atOnce, atOnce);
    const us = (await bothUs() - beforeUs) / (2 * COUNT * atOnce);
    const p50 = tookMs.length === 0 ? "" : (tookMs[tookMs.length >> 1]! * 1000).toFixed(0);
    console.log(
      [name.padEnd(17), String(atOnce).padStart(7), us.toFixed(0).padStart(17), p50.padStart(20)]
        .join(" "),
    );
  }
  await asks.close();
  await server.status;
  Deno.exit();
}

if (import.meta.main) {
  await runScript({
    name: "bench/streams.ts",
    summary: "One end of the measurement of streams",
    description: "Is started by deno task bench streams, once for each end.",
    flags: [],
    positionals: [
      { name: "ROLE", help: "client or server" },
      { name: "KIND", help: "the kind of stream" },
      { name: "FILE", help: "identities of both ends" },
    ],
  }, async ({ positionals: [role, name, file] }) => {
    const ids: BenchIdentities = JSON.parse(await Deno.readTextFile(file!));
    await (role === "server" ? beServer(name!, ids) : beClient(name!, file!, ids));
  });
}
