/**
 * How fast the journal on disk takes batches, how long opening it takes, and how large it gets.
 *
 * @module
 */

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { MessageId } from "../lib/core/types.ts";
import type { Journal, JournalBatch, JournalMessage } from "../lib/store/journal.ts";
import { openSqliteJournal } from "../lib/store/sqlite_journal.ts";
import { printShapes } from "./journal_shapes.ts";

const MESSAGE_BYTES = 300;
const MESSAGES = 100_000;
/** Messages of one instance, in the common case and in the worst, all of one. */
const PER_INSTANCE = [64, MESSAGES] as const;
const BATCHES = [1, 8, 32] as const;
const MEASURE_MS = 700;
const SYNCS = 201;
const WARM_UP = 1000;

const OWNER = { name: "bench", configDigest: "00".repeat(32) };

/** Prints the tables. */
export function benchJournal(): void {
  const parent = Deno.makeTempDirSync({ prefix: "hetpaxos-bench-" });
  try {
    console.log(`syncing 4 KiB takes the disk ${syncMs(parent).toFixed(2)} ms (median)`);
    printShapes(parent);
    for (const perInstance of PER_INSTANCE) {
      const dataDir = join(parent, String(perInstance));
      fill(dataDir, perInstance);
      console.log(`messages of ${MESSAGE_BYTES} bytes, ${perInstance} in an instance`);
      printSize(dataDir);
      console.log(" durable  messages/batch    batches/s  messages/s");
      const journal = openSqliteJournal({ dataDir, owner: OWNER });
      // Until the log has its full length, every sync also has to make the file longer.
      for (let i = 0; i < WARM_UP; i++) journal.commit(messagesFor(journal, perInstance, 8), false);
      for (const durable of [true, false]) {
        for (const count of BATCHES) printRate(journal, perInstance, durable, count);
      }
      journal.close();
    }
  } finally {
    Deno.removeSync(parent, { recursive: true });
  }
}

function messagesFor(journal: Journal, perInstance: number, count: number): JournalBatch {
  const messages: JournalMessage[] = [];
  for (let position = journal.length; messages.length < count; position++) {
    messages.push({
      position,
      id: randomBytes(32).toString("hex") as MessageId,
      instance: BigInt(Math.floor(position / perInstance)),
      own: position % 4 === 0,
      bytes: randomBytes(MESSAGE_BYTES),
    });
  }
  return { messages, values: [], decisions: [], evidence: [], progress: [] };
}

/** The batches are made beforehand: only the journal's part counts. */
function printRate(journal: Journal, perInstance: number, durable: boolean, count: number): void {
  let [commits, ms] = [0, 0];
  while (ms < MEASURE_MS) {
    const batch = messagesFor(journal, perInstance, count);
    const start = performance.now();
    journal.commit(batch, durable);
    ms += performance.now() - start;
    commits++;
  }
  console.log([
    (durable ? "yes" : "no").padStart(8),
    String(count).padStart(15),
    perSecond(commits, ms).padStart(12),
    perSecond(commits * count, ms).padStart(11),
  ].join(" "));
}

function perSecond(count: number, ms: number): string {
  return Math.round(count / ms * 1000).toLocaleString("en");
}

function fill(dataDir: string, perInstance: number): void {
  const journal = openSqliteJournal({ dataDir, owner: OWNER });
  while (journal.length < MESSAGES) journal.commit(messagesFor(journal, perInstance, 1000), false);
  journal.close();
}

function printSize(dataDir: string): void {
  const bytes = Deno.statSync(join(dataDir, "journal.sqlite")).size;
  const openMs = timeMs(() => openSqliteJournal({ dataDir, owner: OWNER }).close());
  const database = new DatabaseSync(join(dataDir, "journal.sqlite"));
  const [quickMs, fullMs] = ["quick_check", "integrity_check"].map((check) =>
    timeMs(() => database.prepare(`PRAGMA ${check}`).all())
  );
  database.close();
  console.log(
    `${MESSAGES.toLocaleString("en")} messages: ${
      Math.round(bytes / MESSAGES)
    } bytes each on disk; ` +
      `opening ${openMs} ms, of it integrity_check ${fullMs} ms (quick_check ${quickMs} ms)`,
  );
}

/** What a durable commit cannot be much faster than: one page overwritten, as the log is. */
function syncMs(directory: string): number {
  const file = Deno.openSync(join(directory, "sync"), { createNew: true, write: true });
  file.writeSync(new Uint8Array(4096 * SYNCS));
  file.syncSync();
  file.seekSync(0, Deno.SeekMode.Start);
  const times: number[] = [];
  for (let i = 0; i < SYNCS; i++) {
    file.writeSync(new Uint8Array(4096));
    const start = performance.now();
    file.syncDataSync();
    times.push(performance.now() - start);
  }
  file.close();
  return times.sort((a, b) => a - b)[SYNCS >> 1]!;
}

function timeMs(run: () => unknown): number {
  const start = performance.now();
  run();
  return Math.round(performance.now() - start);
}
