/**
 * A cluster that decides for long while the links of one acceptor are cut again and again: memory
 * stays, the disk grows evenly. `deno task soak` does so for an hour.
 *
 * @module
 */

import { assertGreater, assertLessOrEqual } from "@std/assert";
import { freePorts } from "../../cli/demo/child.ts";
import { Durable } from "./durable.ts";
import { Load, tellsOf } from "./load.ts";
import { meanwhile, median, megabytes, residentBytes } from "./memory.ts";
import { FROM_SOURCES } from "./program.ts";
import { Proxy } from "./proxy.ts";
import { e2e, type Stage } from "./stage.ts";

const ASKED = Deno.env.get("HETPAXOS_SOAK_SECONDS");
const SECONDS = Number(ASKED ?? 120);

/** Resident memory is a matter of minutes and of what else the machine does: only on request. */
const IGNORE = Deno.build.os !== "linux"
  ? "reads /proc"
  : ASKED === undefined
  ? "takes minutes on a machine of its own; run it by deno task soak"
  : undefined;

/** All that is bounded by count has filled up when so many instances have been decided. */
const WARM_UP = 8_000;

/** Decisions between two cuts. */
const CUT_EVERY = 50;

const SAMPLE_MS = 1_000;

/** Samples that growth needs, in each of the two windows compared. */
const WINDOW_MIN = 15;

const GROWTH_MAX = 0.05;

/**
 * What V8 may use for long-lived objects, in its megabytes. Left alone it lets garbage pile up for
 * minutes, and resident memory would tell of that, not of what is kept.
 */
const HEAP_MB_MAX = 144;

/** Bytes for a decision in the second half, against the first. */
const DISK_RATIO_MAX = 1.25;

interface Sample {
  readonly decided: number;
  /** By acceptor. */
  readonly resident: readonly number[];
  /** By acceptor. */
  readonly disk: readonly number[];
}

/** Puts a wire that can be cut in front of Dave. */
async function putWire(stage: Stage, durable: Durable): Promise<Proxy> {
  const port = freePorts(1);
  const wire = new Proxy(port);
  for (const name of [...durable.names, "client_0", "client_1", "client_2"]) {
    const config = await durable.cluster.read(name);
    const addresses = config.addresses.map((address) =>
      address.name === "Dave" ? { ...address, port: wire.port } : address
    );
    const listen = name === "Dave" ? { listen: `127.0.0.1:${port}` } : {};
    await stage.write(`${name}.json`, JSON.stringify({ ...config, addresses, ...listen }));
  }
  return wire;
}

function diskBytes(dataDir: string): number {
  return ["journal.sqlite", "journal.sqlite-wal"]
    .reduce((sum, name) => sum + Deno.statSync(`${dataDir}/${name}`).size, 0);
}

/** How much the median of the last third exceeds that of the first, as a share of it. */
function growth(numbers: readonly number[]): number {
  const third = Math.floor(numbers.length / 3);
  return median(numbers.slice(-third)) / median(numbers.slice(0, third)) - 1;
}

/** Bytes of disk for a decision, between two samples. */
function bytesEach(samples: readonly Sample[], acceptor: number): number {
  const [first, last] = [samples[0]!, samples.at(-1)!];
  return (last.disk[acceptor]! - first.disk[acceptor]!) / (last.decided - first.decided);
}

function judge(names: readonly string[], samples: readonly Sample[]): void {
  const warm = samples.filter(({ decided }) => decided >= WARM_UP);
  const half = Math.floor(samples.length / 2);
  names.forEach((name, i) => {
    const resident = warm.map((sample) => sample.resident[i]!);
    const isLong = warm.length >= 3 * WINDOW_MIN;
    const grown = isLong ? growth(resident) : 0;
    const [early, late] = [samples.slice(0, half + 1), samples.slice(half)]
      .map((part) => bytesEach(part, i)) as [number, number];
    console.log(
      `${name}: ${megabytes(samples.at(-1)!.resident[i]!)} of memory, ` +
        (isLong ? `${(100 * grown).toFixed(1)} % more` : "too short to tell whether it grows") +
        `; ${Math.round(early)} and then ${Math.round(late)} bytes of disk for a decision`,
    );
    if (isLong) assertLessOrEqual(grown, GROWTH_MAX, `${name}'s memory, last third against first`);
    // The write-ahead log is folded in now and then: a few samples say nothing.
    if (isLong) assertLessOrEqual(late / early, DISK_RATIO_MAX, `${name}'s disk`);
  });
}

Deno.test(e2e(
  import.meta.url,
  "a long run takes no more memory, and disk evenly, while links are cut again and again",
  async (stage) => {
    const durable = await Durable.make(stage);
    durable.launcher = (program) => {
      const [deno, run, ...rest] = FROM_SOURCES(program);
      return [deno!, run!, `--v8-flags=--max-old-space-size=${HEAP_MB_MAX}`, ...rest];
    };
    const wire = await putWire(stage, durable);
    await durable.startAll();
    const load = await Load.start(durable, { concurrency: 8 });
    const samples: Sample[] = [];
    let cuts = 0;
    const over = performance.now() + SECONDS * 1_000;
    const running = (async () => {
      while (performance.now() < over) {
        await load.more(CUT_EVERY);
        wire.cut();
        cuts++;
      }
    })();
    await meanwhile(running, SAMPLE_MS, () => {
      samples.push({
        decided: load.decided.size,
        resident: durable.names.map((name) => residentBytes(durable.program(name).pid)),
        disk: durable.names.map((name) => diskBytes(durable.dataDir(name))),
      });
    });
    const decided = await load.stop();
    console.log(`${decided.size} decisions in ${SECONDS} s, ${cuts} cuts`);
    for (const name of durable.names) await tellsOf(durable, name, decided);
    await durable.assertNobodyCaught();
    assertGreater(samples.length, 2);
    judge(durable.names, samples);
    for (const name of durable.names) await durable.stop(name);
    await wire.close();
  },
  {
    patienceMs: 120_000 + SECONDS * 1_000,
    ...(IGNORE === undefined ? {} : { ignore: IGNORE }),
    repeat: `HETPAXOS_SOAK_SECONDS=${SECONDS} `,
  },
));
