/**
 * How long an acceptor takes from its command to "listening", from its sources; here, and in another
 * checkout of this project in turn, so that what else the machine does hits both alike.
 *
 * @module
 */

import { join } from "node:path";
import { planHomogeneous } from "../lib/config/cluster_plan.ts";
import { generateConfigs } from "../lib/config/generate.ts";
import { EXIT, OperatorError } from "../lib/wire/operator_error.ts";
import { Lines } from "../tests/e2e/lines.ts";
import { checkoutsOf } from "./checkouts.ts";

const NAMES = ["Alice", "Bob", "Carol", "Dave"] as const;
const BASE_PORT = 18_700;

/** Measured starts of each kind and checkout. One more comes first, which fills Deno's caches. */
const ROUNDS = 15;

/** How many acceptors start together: one, and all of a cluster, as on one machine they do. */
const TOGETHER = [1, NAMES.length] as const;

interface Start {
  /** Until the last of them listened, in milliseconds. */
  readonly ms: number;
  /** Of the first of them when it listened; undefined where the system does not tell. */
  readonly megabytes: number | undefined;
}

/**
 * Prints the table.
 *
 * @param against Another checkout, to be measured in turn with this one.
 * @throws OperatorError (usage) if that has no acceptor.
 */
export async function benchStart(against: string | undefined): Promise<void> {
  const checkouts = checkoutsOf(against);
  for (const checkout of checkouts) await requireAcceptor(checkout);
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos-bench-" });
  try {
    const files = await writeConfigs(folder);
    console.log("acceptors  until they listen: median      least   memory  checkout");
    for (const together of TOGETHER) {
      const starts = new Map(checkouts.map((checkout) => [checkout, [] as Start[]]));
      for (let round = 0; round <= ROUNDS; round++) {
        for (const checkout of round % 2 === 0 ? checkouts : checkouts.toReversed()) {
          const start = await startOnce(checkout, files.slice(0, together));
          if (round > 0) starts.get(checkout)!.push(start);
        }
      }
      const medians = [...starts].map(([checkout, all]) => printRow(together, checkout, all));
      if (medians.length === 2) printDifference(medians[0]!, medians[1]!);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function requireAcceptor(checkout: string): Promise<void> {
  const entry = await Deno.stat(join(checkout, "cli", "acceptor.ts")).catch(() => undefined);
  if (entry?.isFile) return;
  throw new OperatorError(
    EXIT.usage,
    `${checkout} has no cli/acceptor.ts; name a checkout of this project, as git worktree makes one`,
    "--against",
  );
}

async function writeConfigs(folder: string): Promise<string[]> {
  const plan = planHomogeneous(NAMES, ["Eve"], { byzantine: 1, crash: 0 });
  const deployment = {
    hosts: ["127.0.0.1"],
    basePort: BASE_PORT,
    clients: 0,
    keyKind: "ed25519",
    rules: undefined,
  } as const;
  const generated = await generateConfigs(plan, deployment);
  return await Promise.all(generated.map(async ({ suffix, config }) => {
    const path = join(folder, `my${suffix}`);
    // Both checkouts read it, the older one too.
    await Deno.writeTextFile(path, JSON.stringify(config), { mode: 0o600 });
    return path;
  }));
}

/** Starts an acceptor for each of the files at once, waits until all listen, and kills them. */
async function startOnce(checkout: string, files: readonly string[]): Promise<Start> {
  const startMs = performance.now();
  const processes = files.map((file) => startAcceptor(checkout, file));
  try {
    await Promise.all(processes.map(({ out }) =>
      out.until(
        (lines) => lines.some(({ event }) => event === "listening") || undefined,
        "listening",
      )
    ));
    const ms = performance.now() - startMs;
    return { ms, megabytes: await megabytesOf(processes[0]!.child.pid) };
  } finally {
    for (const { child } of processes) child.kill("SIGKILL");
    for (const { child, out } of processes) {
      await child.status;
      await out.read;
    }
  }
}

function startAcceptor(checkout: string, file: string) {
  const permissions = ["--allow-net", "--allow-read", "--allow-write"];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...permissions, "cli/acceptor.ts", "--volatile", file],
    cwd: checkout,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  return { child, out: new Lines(child.stdout) };
}

async function megabytesOf(pid: number): Promise<number | undefined> {
  try {
    const { stdout } = await new Deno.Command("ps", { args: ["-o", "rss=", "-p", `${pid}`] })
      .output();
    return Number(new TextDecoder().decode(stdout)) / 1024 || undefined;
  } catch {
    return undefined;
  }
}

function printRow(together: number, checkout: string, starts: readonly Start[]): Start {
  const middle = { ms: median(starts.map(({ ms }) => ms)), megabytes: megabytesIn(starts) };
  const least = Math.min(...starts.map(({ ms }) => ms));
  console.log([
    String(together).padStart(9),
    `${middle.ms.toFixed(0)} ms`.padStart(26),
    `${least.toFixed(0)} ms`.padStart(10),
    middle.megabytes === undefined
      ? "".padStart(8)
      : `${middle.megabytes.toFixed(0)} MB`.padStart(8),
    ` ${checkout}`,
  ].join(" "));
  return middle;
}

function printDifference(before: Start, after: Start): void {
  const [ms, megabytes] = [after.ms - before.ms, after.megabytes! - before.megabytes!];
  console.log([
    "".padStart(9),
    `${signed(ms)} ms`.padStart(26),
    "".padStart(10),
    Number.isNaN(megabytes) ? "".padStart(8) : `${signed(megabytes)} MB`.padStart(8),
    ` here (${signed(100 * ms / before.ms)} %)`,
  ].join(" "));
}

function megabytesIn(starts: readonly Start[]): number | undefined {
  const known = starts.flatMap(({ megabytes }) => megabytes ?? []);
  return known.length === 0 ? undefined : median(known);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function signed(value: number): string {
  return `${value > 0 ? "+" : ""}${value.toFixed(0)}`;
}
