/**
 * What strangers cost an acceptor: its memory, honest newcomers, and a peer that comes back, while
 * connections that come to nothing are made as fast as they can be.
 *
 * @module
 */

import { ROOT } from "../scripts/lint/paths.ts";
import { Cluster } from "../tests/e2e/cluster.ts";
import { meanwhile, megabytes, residentBytes } from "../tests/e2e/memory.ts";
import type { Program } from "../tests/e2e/program.ts";
import { Stage } from "../tests/e2e/stage.ts";
import { checkoutsOf, fromCheckout } from "./checkouts.ts";

const CONNECTIONS = 80_000;

/** Open at once: more than an acceptor lets wait for their handshakes by default. */
const AT_ONCE = 512;

/** Between two honest newcomers. */
const NEWCOMER_MS = 100;

const PATIENCE_MS = 600_000;

interface Figures {
  readonly beforeBytes: number;
  readonly mostBytes: number;
  readonly afterBytes: number;
  readonly seconds: number;
  readonly newcomers: number;
  readonly turnedAway: number;
  /** Until an acceptor that was started anew during the flood had its link; undefined if never. */
  readonly backMs: number | undefined;
}

/**
 * Prints the table.
 *
 * @param against Another checkout, to be measured before this one.
 */
export async function benchStrangers(against: string | undefined): Promise<void> {
  console.log("strangers  memory before    at most      after   turned away  peer back  checkout");
  for (const kind of ["silent", "hello"]) {
    for (const checkout of checkoutsOf(against)) {
      const figures = await measure(kind, checkout);
      console.log([
        kind.padEnd(9),
        megabytes(figures.beforeBytes).padStart(14),
        megabytes(figures.mostBytes).padStart(10),
        megabytes(figures.afterBytes).padStart(10),
        `${figures.turnedAway} of ${figures.newcomers}`.padStart(13),
        (figures.backMs === undefined ? "never" : `${figures.backMs.toFixed(0)} ms`).padStart(10),
        `${checkout} (${figures.seconds.toFixed(0)} s)`,
      ].join(" "));
    }
  }
}

async function measure(kind: string, checkout: string): Promise<Figures> {
  let figures: Figures | undefined;
  await Stage.use(async (stage) => {
    const cluster = await Cluster.make(stage, { clients: 1, launcher: fromCheckout(checkout) });
    const programs = await cluster.acceptors();
    const { pid } = programs.get("Alice")!;
    const beforeBytes = residentBytes(pid);
    const attack = strangers(stage, cluster.basePort, kind);
    let mostBytes = beforeBytes;
    const startMs = performance.now();
    const over = attack.ended.then(({ code }) => {
      if (code !== 0) throw new Error("the strangers have failed");
    });
    const back = comesBack(cluster, programs.get("Dave")!, over);
    const tries = newcomers(cluster, over);
    await meanwhile(over, 200, () => mostBytes = Math.max(mostBytes, residentBytes(pid)));
    const seconds = (performance.now() - startMs) / 1000;
    figures = {
      beforeBytes,
      mostBytes,
      afterBytes: residentBytes(pid),
      seconds,
      ...await tries,
      backMs: await back,
    };
  }, PATIENCE_MS);
  return figures!;
}

function strangers(stage: Stage, port: number, kind: string): Program {
  const launcher = () => [
    ...[Deno.execPath(), "run", "--allow-net", "--quiet", "--no-check"],
    `${ROOT}/tests/e2e/stranger.ts`,
  ];
  const count = Deno.env.get("HETPAXOS_STRANGERS") ?? CONNECTIONS;
  return stage.start("acceptor", [port, kind, count, AT_ONCE].map(String), { launcher });
}

/** An acceptor that Alice dials, and that is started anew while the flood lasts. */
async function comesBack(
  cluster: Cluster,
  before: Program,
  over: Promise<void>,
): Promise<number | undefined> {
  await pause(2_000);
  before.kill();
  await before.ended;
  const startMs = performance.now();
  const after = cluster.acceptor("Dave");
  const backMs = after.logged("Alice connected").then(() => performance.now() - startMs);
  return await Promise.race([backMs, over.then(() => undefined)]);
}

/** Calls Alice on a new connection again and again. */
async function newcomers(cluster: Cluster, over: Promise<void>) {
  let isOver = false;
  over.finally(() => isOver = true);
  let [count, turnedAway] = [0, 0];
  while (!isOver) {
    await pause(NEWCOMER_MS);
    count++;
    await cluster.status("Alice", "client_0").catch(() => turnedAway++);
  }
  return { newcomers: count, turnedAway };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
