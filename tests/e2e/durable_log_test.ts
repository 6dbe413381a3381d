/**
 * A log under load while its acceptors are killed in turn: what is acknowledged is there, once and in
 * its place, and disk and memory stay. A reader keeps its own copy to judge by. Half a minute;
 * `deno task soak-log` takes two hours.
 *
 * @module
 */

import { assert, assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import { connect } from "../../lib/client/client.ts";
import type { ReadEntry } from "../../lib/client/log_types.ts";
import type { Client } from "../../lib/client/types.ts";
import { loadConfiguration } from "../../lib/config/configuration.ts";
import { Durable } from "./durable.ts";
import { meanwhile, median, megabytes, residentBytes } from "./memory.ts";
import { FROM_SOURCES } from "./program.ts";
import { e2e, type Stage } from "./stage.ts";

const SECONDS = Number(Deno.env.get("HETPAXOS_LOG_SOAK_SECONDS") ?? 30);

const WRITERS = 4;

/** An acceptor is killed so often, and is away for so long. */
const KILL_EVERY_MS = 6_000;
const AWAY_MS = 1_000;

const SAMPLE_MS = 500;

/** Small, so that forgetting is under way soon. */
const LOG = {
  windowMax: 16,
  spreadMax: 32,
  checkpointEvery: 8,
  retain: { entries: 32, bytes: 1_000_000 },
};

/** Of the journal, from the first third of the samples to the last. */
const GROWTH_MAX = 1.25;

/** As docs/OPERATIONS.md recommends: V8 lets garbage pile up otherwise. */
const V8_FLAGS = "--v8-flags=--heap-growing-percent=20,--max-semi-space-size=8";

interface Sample {
  readonly floor: number;
  /** By acceptor; undefined for one that is away. */
  readonly disk: readonly (number | undefined)[];
  readonly resident: readonly (number | undefined)[];
}

/** What writers were told, by writer and number. */
type Acknowledged = Map<string, number>;

/** Appends one record after another until told to stop. */
async function write(
  client: Client,
  name: string,
  stop: AbortSignal,
  acknowledged: Acknowledged,
): Promise<void> {
  for (let sequence = 1; !stop.aborted; sequence++) {
    const payload = new TextEncoder().encode(`${name} ${sequence}`.padEnd(100, "."));
    const record = { client: name, sequence, payload };
    const [appended] = await client.append([record], { timeoutMs: 120_000 });
    acknowledged.set(`${name} ${sequence}`, appended!.places[0]!.position ?? -1);
  }
}

/** A copy of the log, made as it grows. */
class Copy {
  /** By writer and number: where. */
  readonly places = new Map<string, number>();
  /** By writer: the last number. */
  readonly #last = new Map<string, number>();
  next = 0;

  /** Entries come without a gap, records once and in their writer's order. */
  take({ position, records }: ReadEntry): void {
    assertEquals(position, this.next++);
    for (const { client, sequence, payload } of records) {
      assertEquals(sequence, (this.#last.get(client) ?? 0) + 1, `${client} at ${position}`);
      this.#last.set(client, sequence);
      const text = new TextDecoder().decode(payload).replace(/\.+$/, "");
      assertEquals(text, `${client} ${sequence}`);
      this.places.set(text, position);
    }
  }
}

async function follow(client: Client, copy: Copy, stop: AbortSignal): Promise<void> {
  try {
    for await (const entry of client.read({ learner: "Eve", follow: true, signal: stop })) {
      copy.take(entry);
    }
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

/** Kills the acceptors in turn until told to stop; how many times. */
async function killInTurn(durable: Durable, stop: AbortSignal): Promise<number> {
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  let kills = 0;
  while (!stop.aborted) {
    const name = durable.names[kills % durable.names.length]!;
    await wait(KILL_EVERY_MS - AWAY_MS);
    await durable.kill(name);
    kills++;
    await wait(AWAY_MS);
    durable.start(name);
    await durable.votes(name);
  }
  return kills;
}

function orAway(look: () => number): number | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

function diskBytes(dataDir: string): number {
  return ["journal.sqlite", "journal.sqlite-wal"]
    .reduce((sum, name) => sum + Deno.statSync(`${dataDir}/${name}`).size, 0);
}

async function look(durable: Durable, client: Client): Promise<Sample> {
  const answers = await client.status({ timeoutMs: 2_000 });
  const floors = answers.map((one) => "status" in one ? Number(one.status.log?.floor ?? 0) : 0);
  return {
    floor: Math.max(...floors),
    disk: durable.names.map((name) => orAway(() => diskBytes(durable.dataDir(name)))),
    resident: durable.names.map((name) => orAway(() => residentBytes(durable.program(name).pid))),
  };
}

/** That what is kept does not grow once the window and what is retained are full. */
function judge(samples: readonly Sample[], names: readonly string[]): void {
  const full = samples.filter(({ floor }) => floor > LOG.spreadMax + LOG.retain.entries);
  assertGreater(full.length, 8, "too little was forgotten to judge by");
  const third = Math.floor(full.length / 3);
  const of = (part: readonly Sample[], pick: (sample: Sample) => number | undefined) =>
    median(part.map(pick).filter((each) => each !== undefined));
  names.forEach((name, i) => {
    const [before, after] = [full.slice(0, third), full.slice(-third)];
    const disk = [before, after].map((part) => of(part, (sample) => sample.disk[i]));
    const memory = [before, after].map((part) => of(part, (sample) => sample.resident[i]));
    const told = `${name}: disk ${disk.map(megabytes).join(" → ")}, memory ` +
      memory.map(megabytes).join(" → ");
    console.log(told);
    assertLessOrEqual(disk[1]!, disk[0]! * GROWTH_MAX, told);
    assertLessOrEqual(memory[1]!, memory[0]! * GROWTH_MAX, told);
  });
}

async function soak(stage: Stage): Promise<void> {
  const durable = await Durable.make(stage, { alter: (config) => ({ ...config, log: LOG }) });
  durable.launcher = (program) => {
    const [deno, run, ...rest] = FROM_SOURCES(program);
    return [deno!, run!, V8_FLAGS, ...rest];
  };
  await durable.startAll();
  const clients = ["client_0", "client_1"].map((name) => {
    const file = durable.cluster.file(name);
    return connect(loadConfiguration(Deno.readTextFileSync(file), file), { patienceMs: 500 });
  });
  const [writing, reading] = clients as [Client, Client];
  const [stop, end] = [new AbortController(), new AbortController()];
  const acknowledged: Acknowledged = new Map();
  const copy = new Copy();
  const samples: Sample[] = [];
  let looking: Promise<unknown> = Promise.resolve();
  try {
    const following = follow(reading, copy, end.signal);
    const timer = setTimeout(() => stop.abort(), SECONDS * 1_000);
    const load = Array.from(
      { length: WRITERS },
      (_, i) => write(writing, `writer ${i}`, stop.signal, acknowledged),
    );
    const startMs = performance.now();
    const kills = await meanwhile(
      Promise.all([killInTurn(durable, stop.signal), ...load]).then(([kills]) => kills),
      SAMPLE_MS,
      () => looking = looking.then(async () => samples.push(await look(durable, reading))),
    );
    clearTimeout(timer);
    await looking;
    const highest = Math.max(...acknowledged.values());
    const patience = AbortSignal.timeout(60_000);
    while (copy.next <= highest) {
      await Promise.race([following, new Promise((resolve) => setTimeout(resolve, 50))]);
      assert(!patience.aborted, `the reader is at ${copy.next} of ${highest}`);
    }
    end.abort();
    await following;
    for (const [record, position] of acknowledged) {
      assert(copy.places.has(record), `${record} was acknowledged, and is not there`);
      if (position >= 0) assertEquals(copy.places.get(record), position, record);
    }
    console.log(
      `${acknowledged.size} records acknowledged in ${copy.next} entries through ${kills} kills; ` +
        `forgotten below ${samples.at(-1)?.floor} after ` +
        `${Math.round((performance.now() - startMs) / 1_000)} s`,
    );
    await durable.assertNobodyCaught();
    judge(samples, durable.names);
  } finally {
    stop.abort();
    end.abort();
    await Promise.all(clients.map((client) => client.close()));
  }
}

Deno.test(e2e(
  import.meta.url,
  "a log keeps what is acknowledged through kills, and no more than it must",
  soak,
  { patienceMs: SECONDS * 3_000 + 240_000, repeat: `HETPAXOS_LOG_SOAK_SECONDS=${SECONDS} ` },
));
