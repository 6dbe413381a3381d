/**
 * A hostile acceptor floods another with nonsense: the honest ones decide throughout, and the
 * victim's memory stays within bounds.
 *
 * @module
 */

import { assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import { ROOT } from "../../scripts/lint/paths.ts";
import { Durable } from "./durable.ts";
import { Load, tellsOf } from "./load.ts";
import { meanwhile, megabytes, residentBytes } from "./memory.ts";
import { e2e } from "./stage.ts";

/** Resident memory is a matter of what else the machine does: only on request. */
const IGNORE = Deno.build.os !== "linux"
  ? "reads /proc"
  : Deno.env.get("HETPAXOS_FLOOD_MESSAGES") === undefined
  ? "measures memory on a machine of its own; run it by deno task flood"
  : undefined;

const MESSAGES = Number(Deno.env.get("HETPAXOS_FLOOD_MESSAGES") ?? 1_000_000);
const MILLISECONDS = Number(Deno.env.get("HETPAXOS_FLOOD_MS") ?? 30_000);

/** Instances over which the nonsense is spread. */
const INSTANCES = Number(Deno.env.get("HETPAXOS_FLOOD_INSTANCES") ?? 1);

/** What the victim may take. */
const RESIDENT_BYTES_MAX = 400e6;

/** How often memory is looked at, and something must have been decided in between. */
const WINDOW_MS = 5_000;

interface Flood {
  readonly sent: number;
  readonly links: number;
  readonly made: Readonly<Record<string, number>>;
}

/** Starts the flood; settles when it is over. */
async function flood(config: string): Promise<Flood> {
  const args = [config, "Alice", MESSAGES, MILLISECONDS, INSTANCES].map(String);
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", `${ROOT}/tests/e2e/flooder.ts`, ...args],
    stderr: "inherit",
  });
  const { code, stdout } = await command.output();
  assertEquals(code, 0);
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test(e2e(
  import.meta.url,
  "an acceptor flooded with nonsense goes on with the others, within its memory",
  async (stage) => {
    const durable = await Durable.make(stage);
    const honest = ["Alice", "Bob", "Carol"];
    for (const name of honest) durable.start(name);
    await Promise.all(honest.map((name) => durable.votes(name)));
    const load = await Load.start(durable, { to: honest, concurrency: 2 });
    await load.more(100);
    const { pid } = durable.program("Alice");
    const before = residentBytes(pid);
    const startMs = performance.now();
    const decidedBefore = load.decided.size;
    let seen = decidedBefore;
    let most = before;
    let least = Infinity;
    const flooding = flood(durable.cluster.file("Dave"));
    const { sent, links, made } = await meanwhile(flooding, WINDOW_MS, () => {
      most = Math.max(most, residentBytes(pid));
      least = Math.min(least, load.decided.size - seen);
      seen = load.decided.size;
    });
    const seconds = (performance.now() - startMs) / 1000;
    const count = load.decided.size - decidedBefore;
    await load.more(10);
    const decided = await load.stop();
    const { rejections } = await durable.cluster.status("Alice");
    console.log(
      `${sent} messages over ${links} links in ${seconds.toFixed(1)} s: ${JSON.stringify(made)}; ` +
        `refused: ${rejections.map(({ code, count }) => `${code} ${count}`).join(", ")}; ` +
        `${count} decisions meanwhile, at least ${least} in ${WINDOW_MS / 1000} s; ` +
        `memory ${megabytes(before)} before, at most ${megabytes(most)}`,
    );
    assertGreater(least, 0, "something is decided all the time");
    assertLessOrEqual(most, RESIDENT_BYTES_MAX, "resident memory of the victim");
    for (const name of honest) await tellsOf(durable, name, decided);
  },
  { patienceMs: 180_000, ...(IGNORE === undefined ? {} : { ignore: IGNORE }) },
));
