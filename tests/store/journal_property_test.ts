/**
 * The journal on disk against the one in memory, over random batches and restarts.
 *
 * `HETPAXOS_SEED=n` runs the history of one seed only.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import type { Journal, JournalBatch } from "../../lib/store/journal.ts";
import { openMemoryJournal } from "../../lib/store/memory_journal.ts";
import { makePrng, type Prng } from "../../lib/sim/prng.ts";
import { batchOf, contents, EMPTY, hashOf, idOf, inDirectory, openIn } from "./fixture.ts";

const HISTORIES = 20;
const STEPS = 30;

const INSTANCES = [0n, 1n, 2n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n];
const NAMES = ["alice", "bob", "Ünïcode", "o'brien", 'say "hi"', "𝕏", ""];
const VALUES = ["a", "b", "c", "d"];
const VALUE_HASHES = VALUES.map(hashOf);

function many<T>(prng: Prng, max: number, make: () => T): T[] {
  return Array.from({ length: prng.below(max + 1) }, make);
}

function randomBytes(prng: Prng): Uint8Array {
  const length = prng.chance(0.05) ? prng.below(20_000) : prng.below(300);
  return Uint8Array.from({ length }, () => prng.below(256));
}

function randomBatch(prng: Prng, length: number): JournalBatch {
  const [instance, name] = [() => prng.pick(INSTANCES)!, () => prng.pick(NAMES)!];
  let position = length;
  return batchOf({
    messages: many(prng, 6, () => ({
      ...{ position, id: idOf(position++), instance: instance() },
      ...{ own: prng.chance(0.3), bytes: randomBytes(prng) },
    })),
    values: many(prng, 2, () => ({ hash: prng.pick(VALUE_HASHES)!, bytes: randomBytes(prng) })),
    decisions: many(prng, 2, () => {
      const seconds = prng.pick([0, 1, 253_402_300_799])!;
      const ballot = {
        seconds,
        nanos: prng.below(1e9),
        valueHash: prng.pick(VALUE_HASHES)!,
        proposer: prng.below(9),
      };
      const proposal = idOf(`1a ${seconds}`);
      return {
        instance: instance(),
        learner: name(),
        ballot,
        proposal,
        signers: many(prng, 3, name),
      };
    }),
    evidence: many(prng, 1, () => ({
      ...{ instance: instance(), acceptor: name() },
      ...{ first: idOf(prng.next()), second: idOf(prng.next()) },
    })),
    progress: many(prng, 2, () => ({
      ...{ peer: name(), epoch: idOf(prng.next()).slice(32), position: prng.below(1e9) },
    })),
  });
}

/** What both must say of a few windows and of everything. */
function compare(disk: Journal, memory: Journal, prng: Prng): void {
  const [from, count] = [prng.below(memory.length + 2), prng.below(10)];
  assertEquals(disk.messagesFrom(from, count), memory.messagesFrom(from, count));
  assertEquals(disk.decisionsFrom(from >> 2, count), memory.decisionsFrom(from >> 2, count));
  const ordered = disk.decisionsFrom(0, disk.decisionCount);
  for (const { instance } of ordered) {
    const own = ordered.filter((decision) => decision.instance === instance);
    assertEquals(disk.decisionsOf(instance), own);
    assertEquals(memory.decisionsOf(instance), own);
  }
  const instance = prng.pick(INSTANCES)!;
  assertEquals(disk.instancesAfter(instance, count), memory.instancesAfter(instance, count));
  assertEquals(disk.messagesOf(instance), memory.messagesOf(instance));
  assertEquals(disk.hasInstance(instance), memory.hasInstance(instance));
}

function runHistory(dataDir: string, seed: number): void {
  const prng = makePrng(seed);
  const memory = openMemoryJournal();
  let disk = openIn(dataDir);
  const runs: { epoch: string; end: number }[] = [];
  try {
    for (let step = 0; step < STEPS; step++) {
      if (prng.chance(0.1)) {
        // A run that has kept nothing is of no interest to anybody.
        disk.commit(EMPTY, false);
        runs.push({ epoch: disk.epoch, end: disk.length });
        disk.close();
        disk = openIn(dataDir);
      }
      const batch = randomBatch(prng, memory.length);
      const known = memory.messagesFrom(prng.below(memory.length + 1), 1)[0];
      if (known !== undefined && prng.chance(0.1)) {
        const repeated = { ...known, position: memory.length + batch.messages.length };
        const bad = { ...batch, messages: [...batch.messages, repeated] };
        for (const journal of [disk, memory]) assertThrows(() => journal.commit(bad, true), Error);
      }
      const durable = prng.chance(0.5);
      for (const journal of [disk, memory]) journal.commit(batch, durable);
      compare(disk, memory, prng);
      const position = prng.below(disk.length + 2);
      for (const { epoch, end } of [...runs, { epoch: disk.epoch, end: disk.length }]) {
        assertEquals(disk.commonLength(epoch, position), Math.min(position, end));
      }
    }
    disk.close();
    disk = openIn(dataDir);
    disk.commit(EMPTY, true);
    assertEquals(contents(disk, NAMES, VALUE_HASHES), contents(memory, NAMES, VALUE_HASHES));
  } finally {
    disk.close();
    memory.close();
  }
}

Deno.test("a journal on disk says what one in memory says, restarts or not", async () => {
  const only = Deno.env.get("HETPAXOS_SEED");
  const first = only === undefined ? 1 : Number(only);
  const last = only === undefined ? HISTORIES : first;
  for (let seed = first; seed <= last; seed++) {
    await inDirectory((dataDir) => {
      try {
        runHistory(dataDir, seed);
      } catch (cause) {
        const path = "tests/store/journal_property_test.ts";
        throw new Error(`repeat: HETPAXOS_SEED=${seed} deno test -A ${path}`, { cause });
      }
    });
  }
});
