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
import { megabytes, peakBytes, residentBytes } from "./memory.ts";
import type { Line } from "./lines.ts";
import { FROM_SOURCES, type Program } from "./program.ts";
import { e2e, type Stage } from "./stage.ts";

const IGNORE = Deno.build.os === "linux" ? undefined : "reads /proc";

const MESSAGES = Number(Deno.env.get("HETPAXOS_FLOOD_MESSAGES") ?? 1_000_000);

/** Instances over which the nonsense is spread. */
const INSTANCES = Number(Deno.env.get("HETPAXOS_FLOOD_INSTANCES") ?? 10_000);

/**
 * What one peer may have the cluster decide has to be well below what its machine can: this one is
 * small, and busy. All other limits are at their defaults.
 */
const LIMITS = { proposalsPerPeerPerSecondMax: 20 };

/** What the victim may take at any time. Before the flood it takes about 120 MB. */
const RESIDENT_BYTES_MAX = 350e6;

/**
 * What V8 may use for long-lived objects, in its megabytes. Left alone it lets garbage pile up, and
 * resident memory would tell of that. Whoever keeps more than this does not survive.
 */
const HEAP_MB_MAX = 160;

/** For a million messages, on a machine that is busy with other things. */
const PATIENCE_MS = 230_000 * Math.max(1, MESSAGES / 1e6);

function flood(stage: Stage, config: string): Program {
  const launcher = () => [
    ...[Deno.execPath(), "run", "-A", "--quiet", "--no-check"],
    `${ROOT}/tests/e2e/flooder.ts`,
  ];
  const args = [config, "Alice", MESSAGES, INSTANCES].map(String);
  return stage.start("acceptor", args, { launcher });
}

Deno.test(e2e(
  import.meta.url,
  "an acceptor flooded with nonsense goes on with the others, within its memory",
  async (stage) => {
    const durable = await Durable.make(stage, { settings: { limits: LIMITS } });
    durable.launcher = (program) => {
      const [deno, run, ...rest] = FROM_SOURCES(program);
      return [deno!, run!, `--v8-flags=--max-old-space-size=${HEAP_MB_MAX}`, ...rest];
    };
    const honest = ["Alice", "Bob", "Carol"];
    for (const name of honest) durable.start(name);
    await Promise.all(honest.map((name) => durable.votes(name)));
    const load = await Load.start(durable, { to: honest, concurrency: 1 });
    await load.more(100);
    const { pid } = durable.program("Alice");
    const before = residentBytes(pid);
    const startMs = performance.now();
    const flooder = flood(stage, durable.cluster.file("Dave"));
    const decided: number[] = [];
    let [from, tenths] = [load.decided.size, 0];
    let over: Line | undefined;
    while (over === undefined) {
      const last = await flooder.out.until((lines) => lines[tenths], "how far it is");
      tenths++;
      decided.push(load.decided.size - from);
      from = load.decided.size;
      if (last.event === "over") over = last;
    }
    const seconds = (performance.now() - startMs) / 1000;
    const most = peakBytes(pid);
    await load.more(10);
    const all = await load.stop();
    const { rejections, messagesKnown } = await durable.cluster.status("Alice");
    console.log(
      `${over.sent} messages over ${over.links} links in ${seconds.toFixed(1)} s: ` +
        `${JSON.stringify(over.made)}; ` +
        `refused: ${rejections.map(({ code, count }) => `${code} ${count}`).join(", ")}; ` +
        `decided after each tenth: ${decided.join(" ")}; ${messagesKnown} messages known; ` +
        `memory ${megabytes(before)} before, at most ${megabytes(most)}, ` +
        `${megabytes(residentBytes(pid))} in the end`,
    );
    assertGreater(Number(over.sent), MESSAGES - 1, "messages sent");
    assertEquals((await flooder.ended).code, 0);
    for (const count of decided.slice(0, 10)) {
      assertGreater(count, 0, "something is decided in each tenth of the flood");
    }
    assertLessOrEqual(most, RESIDENT_BYTES_MAX, "resident memory of the victim");
    for (const name of honest) await tellsOf(durable, name, all);
  },
  { patienceMs: PATIENCE_MS, ...(IGNORE === undefined ? {} : { ignore: IGNORE }) },
));
