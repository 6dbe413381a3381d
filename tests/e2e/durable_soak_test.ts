/**
 * A cluster that decides for long while the links of one acceptor are cut again and again: memory
 * stays, the disk grows evenly, nothing is lost. Two minutes; `deno task soak` takes an hour.
 *
 * @module
 */

import { assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import { freePorts } from "../../cli/demo/child.ts";
import type { ConfigFileJson } from "../../lib/runtime/generate.ts";
import { Durable } from "./durable.ts";
import { Load, tellsOf } from "./load.ts";
import { meanwhile, median, megabytes, residentBytes } from "./memory.ts";
import { FROM_SOURCES } from "./program.ts";
import { Proxy } from "./proxy.ts";
import { e2e, type Stage } from "./stage.ts";

const SECONDS = Number(Deno.env.get("HETPAXOS_SOAK_SECONDS") ?? 120);

/** A slow machine gets so much longer, until there is enough to compare. */
const LONGER_MAX = 1.5;

/** All that is bounded by number has filled up when so many instances have been decided. */
const WARM_UP = 2_000;

/** Decisions between two cuts. */
const CUT_EVERY = 200;

const SAMPLE_MS = 1_000;

/** Samples after the warm-up: the first third of them is compared with the last. */
const SAMPLES_MIN = 45;

/** Of resident memory, after the warm-up. */
const GROWTH_MAX = 0.05;

/**
 * As docs/OPERATIONS.md recommends. Left alone, V8 lets garbage pile up for minutes, and resident
 * memory would tell of that, not of what is kept.
 */
const V8_FLAGS = "--v8-flags=--heap-growing-percent=20,--max-semi-space-size=8";

/** What docs/OPERATIONS.md says of a decision of four acceptors, and how far off it may be. */
const DISK_BYTES_EACH = 2_750;
const DISK_TOLERANCE = 0.2;

/** A decision that takes long on a slow machine must not cost another ballot, and so more disk. */
const PATIENT = { proposer: { backoffMsMin: 5_000, backoffMsMax: 10_000 } };

interface Sample {
  readonly decided: number;
  /** By acceptor. */
  readonly resident: readonly number[];
  /** By acceptor. */
  readonly disk: readonly number[];
}

/**
 * Puts wires that can be cut between Dave and everybody else, in both directions: cut off from those
 * who dial him, he would dial them.
 */
async function putWires(stage: Stage, durable: Durable): Promise<Proxy[]> {
  const configs = new Map<string, ConfigFileJson>();
  for (const name of [...durable.names, "client_0", "client_1", "client_2"]) {
    configs.set(name, await durable.cluster.read(name));
  }
  const port = freePorts(1);
  const toDave = new Proxy(port);
  const wires = [toDave];
  for (const [name, config] of configs) {
    const addresses = config.addresses.map((address) => {
      if (address.name === "Dave") return { ...address, port: toDave.port };
      if (name !== "Dave" || "client" in address) return address;
      const wire = new Proxy(address.port);
      wires.push(wire);
      return { ...address, port: wire.port };
    });
    const listen = name === "Dave" ? { listen: `127.0.0.1:${port}` } : {};
    await stage.write(`${name}.json`, JSON.stringify({ ...config, addresses, ...listen }));
  }
  return wires;
}

function diskBytes(dataDir: string): number {
  return ["journal.sqlite", "journal.sqlite-wal"]
    .reduce((sum, name) => sum + Deno.statSync(`${dataDir}/${name}`).size, 0);
}

function look(durable: Durable, load: Load): Sample {
  return {
    decided: load.decided.size,
    resident: durable.names.map((name) => residentBytes(durable.program(name).pid)),
    disk: durable.names.map((name) => diskBytes(durable.dataDir(name))),
  };
}

/** Decides, and cuts the wire again and again, until there is enough to judge by. */
async function soak(durable: Durable, load: Load, wires: readonly Proxy[]): Promise<Sample[]> {
  const samples: Sample[] = [];
  const warm: Sample[] = [];
  const startMs = performance.now();
  const isOver = () => {
    const seconds = (performance.now() - startMs) / 1_000;
    return seconds >= SECONDS * (warm.length >= SAMPLES_MIN ? 1 : LONGER_MAX);
  };
  let cut = 0;
  const running = (async () => {
    while (!isOver()) {
      await load.more(CUT_EVERY);
      cut += wires.reduce((sum, wire) => sum + wire.cut(), 0);
    }
  })();
  await meanwhile(running, SAMPLE_MS, () => {
    const sample = look(durable, load);
    samples.push(sample);
    if (sample.decided >= WARM_UP) warm.push(sample);
  });
  const seconds = Math.round((performance.now() - startMs) / 1_000);
  const { decided } = samples.at(-1)!;
  console.log(
    `${decided} decisions in ${seconds} s, ${cut} connections cut, warm after ${WARM_UP} decisions`,
  );
  assertGreaterOrEqual(cut, decided / CUT_EVERY, "connections cut");
  assertGreaterOrEqual(warm.length, SAMPLES_MIN, "this machine is too slow: seconds to judge by");
  return warm;
}

/** How much the median of the last third exceeds that of the first, as a share of it. */
function growth(numbers: readonly number[]): number {
  const third = Math.floor(numbers.length / 3);
  return median(numbers.slice(-third)) / median(numbers.slice(0, third)) - 1;
}

/** Bytes of disk for a decision, between the first sample and the last. */
function bytesEach(samples: readonly Sample[], acceptor: number): number {
  const [first, last] = [samples[0]!, samples.at(-1)!];
  return (last.disk[acceptor]! - first.disk[acceptor]!) / (last.decided - first.decided);
}

function judge(names: readonly string[], samples: readonly Sample[]): void {
  const half = Math.floor(samples.length / 2);
  const found = names.map((name, i) => {
    const grown = growth(samples.map(({ resident }) => resident[i]!));
    const halves = [samples.slice(0, half + 1), samples.slice(half)].map((part) =>
      bytesEach(part, i)
    );
    const [early, late] = halves.map(Math.round);
    console.log(
      `${name}: ${megabytes(samples.at(-1)!.resident[i]!)} of memory, ` +
        `${(100 * grown).toFixed(1)} % more than after the warm-up; ` +
        `${early} and then ${late} bytes of disk for a decision`,
    );
    return { name, grown, halves };
  });
  for (const { name, grown, halves } of found) {
    assertLessOrEqual(grown, GROWTH_MAX, `${name}'s memory, last third against first`);
    for (const bytes of halves) {
      const off = Math.abs(bytes / DISK_BYTES_EACH - 1);
      assertLessOrEqual(off, DISK_TOLERANCE, `${name}'s disk: ${bytes} bytes for a decision`);
    }
  }
}

Deno.test(e2e(
  import.meta.url,
  "a long run takes no more memory, and disk evenly, while links are cut again and again",
  async (stage) => {
    const durable = await Durable.make(stage, { settings: PATIENT });
    durable.launcher = (program) => {
      const [deno, run, ...rest] = FROM_SOURCES(program);
      return [deno!, run!, V8_FLAGS, ...rest];
    };
    const wires = await putWires(stage, durable);
    await durable.startAll();
    const load = await Load.start(durable, { concurrency: 8 });
    const samples = await soak(durable, load, wires);
    const decided = await load.stop();
    for (const name of durable.names) await tellsOf(durable, name, decided);
    await durable.assertNobodyCaught();
    judge(durable.names, samples);
    for (const name of durable.names) await durable.stop(name);
    for (const wire of wires) await wire.close();
  },
  {
    patienceMs: 60_000 + LONGER_MAX * SECONDS * 1_000,
    ...(Deno.build.os === "windows" ? { ignore: "asks ps for memory" } : {}),
    repeat: `HETPAXOS_SOAK_SECONDS=${SECONDS} `,
  },
));
