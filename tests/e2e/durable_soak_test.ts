/**
 * A cluster that decides for long while one of its links is cut again and again: memory stays, the
 * disk grows evenly, nothing is lost. Two minutes; `deno task soak` takes an hour.
 *
 * @module
 */

import { assertGreater, assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import type { ConfigFileJson } from "../../lib/config/generate.ts";
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

/**
 * Decisions a second from then on, of which a slow machine is capable, too: what is in use is the
 * instances of the last ten seconds, so memory is a matter of how many these are.
 */
const PER_SECOND = 20;

/** Until all that is in use is in use at this pace. */
const SETTLE_MS = 15_000;

/** The link is cut so often: up to 120 times, since Deno keeps some memory of each connection. */
const FLAP_EVERY_MS = Math.max(5_000, SECONDS * 1_000 / 120);

/** For so long. */
const FLAP_MS = 1_000;

const SAMPLE_MS = 1_000;

/** Samples after the warm-up, one a second: the first third of them is compared with the last. */
const SAMPLES_MIN = 45;

/** One sample in so many is told. */
const SAMPLES_TOLD = 60;

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

/** Puts a wire that can be cut between Alice and Dave, one for each direction of dialling. */
async function putWires(stage: Stage, durable: Durable): Promise<Proxy[]> {
  const wires: Proxy[] = [];
  for (const [from, to] of [["Alice", "Dave"], ["Dave", "Alice"]] as const) {
    const config: ConfigFileJson = await durable.cluster.read(from);
    const addresses = config.addresses.map((address) => {
      if (address.name !== to || "client" in address) return address;
      const wire = new Proxy(address.port);
      wires.push(wire);
      return { ...address, port: wire.port };
    });
    await stage.write(`${from}.json`, JSON.stringify({ ...config, addresses }));
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

/** Cuts the wires again and again until told to stop; returns how many connections that ended. */
async function flap(wires: readonly Proxy[], stop: AbortSignal): Promise<number> {
  const wait = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      stop.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
    });
  let cut = 0;
  while (!stop.aborted) {
    await wait(FLAP_EVERY_MS - FLAP_MS);
    for (const wire of wires) {
      wire.isDown = true;
      cut += wire.cut();
    }
    await wait(FLAP_MS);
    for (const wire of wires) wire.isDown = false;
  }
  return cut;
}

function tellProgress(seconds: number, samples: readonly Sample[]): void {
  const { decided, resident } = samples.at(-1)!;
  const memory = resident.map(megabytes).join(", ");
  console.log(`${seconds} of ${SECONDS} s, ${decided} decisions; memory ${memory}`);
}

/** Decides, with a link that flaps, until there is enough to judge by. */
async function soak(durable: Durable, load: Load, wires: readonly Proxy[]): Promise<Sample[]> {
  const startMs = performance.now();
  const secondsSince = () => Math.round((performance.now() - startMs) / 1_000);
  const over = new AbortController();
  const flapping = flap(wires, over.signal);
  const samples: Sample[] = [];
  let settledMs = Infinity;
  await meanwhile(
    (async () => {
      await load.more(WARM_UP);
      load.perSecondMax = PER_SECOND;
      settledMs = performance.now() + SETTLE_MS;
      const isOver = () =>
        secondsSince() >= SECONDS * (samples.length >= SAMPLES_MIN ? 1 : LONGER_MAX);
      while (!isOver()) await load.more(PER_SECOND);
    })(),
    SAMPLE_MS,
    () => {
      if (performance.now() < settledMs) return;
      samples.push(look(durable, load));
      if (samples.length % SAMPLES_TOLD === 0) tellProgress(secondsSince(), samples);
    },
  );
  over.abort();
  const cut = await flapping;
  console.log(
    `${load.decided.size} decisions in ${secondsSince()} s, the link was cut ${cut} times; ` +
      `${samples.length} samples after ${WARM_UP} decisions and ${SETTLE_MS / 1_000} s`,
  );
  assertGreater(cut, 0, "times the link was cut");
  assertGreaterOrEqual(
    samples.length,
    SAMPLES_MIN,
    "this machine is too slow: seconds to judge by",
  );
  return samples;
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
  "a long run takes no more memory, and disk evenly, while a link is cut again and again",
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
    judge(durable.names, samples);
    for (const name of durable.names) await tellsOf(durable, name, decided);
    await durable.assertNobodyCaught();
    for (const name of durable.names) await durable.stop(name);
    for (const wire of wires) await wire.close();
  },
  {
    patienceMs: 60_000 + LONGER_MAX * SECONDS * 1_000,
    ...(Deno.build.os === "windows" ? { ignore: "asks ps for memory" } : {}),
    repeat: `HETPAXOS_SOAK_SECONDS=${SECONDS} `,
  },
));
