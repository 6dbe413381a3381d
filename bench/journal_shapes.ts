/**
 * What one decision costs an acceptor's disk, by processor time: the journal as it is, and what
 * could be in its place (ADR 0044).
 *
 * @module
 */

import { randomBytes } from "node:crypto";
import { cpuUsage } from "node:process";
import { DatabaseSync } from "node:sqlite";
import type { MessageId, ValueHash } from "../lib/core/types.ts";
import type { JournalBatch, JournalMessage } from "../lib/store/journal.ts";
import { openSqliteJournal } from "../lib/store/sqlite_journal.ts";

const DECISIONS = 1_000;
const WARM_UP = 100;

/** Messages of each of the three commits of a decision alone; the first two are synced. */
const COMMITS = [2, 3, 4] as const;
const MESSAGE_BYTES = 200;

/** Prints the table. */
export function printShapes(parent: string): void {
  console.log("one decision alone, three commits, two of them synced:      CPU us  wall us");
  const owner = { name: "bench", configDigest: "00".repeat(32) };
  const journal = openSqliteJournal({ dataDir: `${parent}/rows`, owner });
  measure("  a row for each message, value and decision", (i) => {
    for (const [nth, batch] of batchesOf(journal.length, i).entries()) {
      journal.commit(batch, nth < 2);
    }
  });
  journal.close();
  const sizes = COMMITS.map((count) => count * (MESSAGE_BYTES + 60));
  blobs(`${parent}/blobs.sqlite`, sizes);
  appended(`${parent}/appended`, sizes);
}

/** One row for each commit and nothing else, so that nothing can be found again. */
function blobs(path: string, sizes: readonly number[]): void {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL");
  database.exec("CREATE TABLE commits (n INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT");
  const insert = database.prepare("INSERT INTO commits (bytes) VALUES (?)");
  measure("  one blob for each commit, without any index", () => {
    for (const [nth, size] of sizes.entries()) {
      database.exec(`PRAGMA synchronous = ${nth < 2 ? "FULL" : "NORMAL"}`);
      insert.run(randomBytes(size));
    }
  });
  database.close();
}

/** What no journal can be cheaper than. */
function appended(path: string, sizes: readonly number[]): void {
  const file = Deno.openSync(path, { createNew: true, write: true });
  measure("  a file that is appended to", () => {
    for (const [nth, size] of sizes.entries()) {
      file.writeSync(randomBytes(size));
      if (nth < 2) file.syncDataSync();
    }
  });
  file.close();
}

function measure(what: string, decide: (i: number) => void): void {
  for (let i = 0; i < WARM_UP; i++) decide(i);
  const before = cpuUsage();
  const start = performance.now();
  for (let i = WARM_UP; i < WARM_UP + DECISIONS; i++) decide(i);
  const { user, system } = cpuUsage(before);
  const wallUs = (performance.now() - start) * 1000;
  const cells = [user + system, wallUs].map((us) => (us / DECISIONS).toFixed(0).padStart(8));
  console.log(`${what.padEnd(58)} ${cells.join(" ")}`);
}

/** What an acceptor keeps of an instance. */
function batchesOf(length: number, instance: number): JournalBatch[] {
  const hash = () => randomBytes(32).toString("hex");
  const value = { hash: hash() as ValueHash, bytes: new Uint8Array(randomBytes(32)) };
  let position = length;
  return COMMITS.map((count, nth) => ({
    messages: Array.from({ length: count }, (): JournalMessage => ({
      position: position++,
      id: hash() as MessageId,
      instance: BigInt(instance),
      own: nth < 2,
      bytes: new Uint8Array(randomBytes(MESSAGE_BYTES)),
    })),
    values: nth === 0 ? [value] : [],
    decisions: nth < 2 ? [] : [{
      instance: BigInt(instance),
      learner: "Eve",
      ballot: { seconds: 1, nanos: 0, valueHash: value.hash, proposer: 0 },
      proposal: hash() as MessageId,
      signers: ["Alice", "Bob", "Carol"],
    }],
    evidence: [],
    progress: [],
  }));
}
