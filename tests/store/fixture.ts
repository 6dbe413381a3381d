/**
 * Journals to test with, and what to put into them.
 *
 * @module
 */

import type { MessageId, ValueHash } from "../../lib/core/types.ts";
import type { JournalFaults } from "../../lib/store/faults.ts";
import type {
  Journal,
  JournalBatch,
  JournalLogBatch,
  JournalMessage,
} from "../../lib/store/journal.ts";
import { openMemoryJournal } from "../../lib/store/memory_journal.ts";
import { openSqliteJournal } from "../../lib/store/sqlite_journal.ts";
import { sha3Hex } from "../../lib/crypto/hash.ts";

/** Whose the journals are. */
export const OWNER = { name: "alice", configDigest: "c0ffee".padEnd(64, "0") };

/** The journal's file in a data directory. */
export const FILE = "journal.sqlite";

/** The hash of a value of this name. */
export function hashOf(name: string): ValueHash {
  return sha3(`value ${name}`) as ValueHash;
}

/** The id of a message of this name. */
export function idOf(name: string | number): MessageId {
  return sha3(`message ${name}`) as MessageId;
}

function sha3(name: string): string {
  return sha3Hex(new TextEncoder().encode(name));
}

/** What a batch holds where a test does not care. */
export const EMPTY: JournalBatch = {
  messages: [],
  values: [],
  decisions: [],
  evidence: [],
  progress: [],
};

/** A batch of what is given, and nothing else. */
export function batchOf(parts: Partial<JournalBatch>): JournalBatch {
  return { ...EMPTY, ...parts };
}

/** The message that tests keep at a position: the same every time. */
export function messageAt(position: number, instance = BigInt(position >> 3)): JournalMessage {
  const bytes = new Uint8Array(100 + position % 400).fill(position % 251);
  return { position, id: idOf(position), instance, own: position % 3 === 0, bytes };
}

/** The messages at `count` positions. */
export function messagesAt(position: number, count: number): JournalMessage[] {
  return Array.from({ length: count }, (_, i) => messageAt(position + i));
}

/** Opens the journal of {@linkcode OWNER} in a directory. */
export function openIn(dataDir: string, faults: JournalFaults = {}): Journal {
  return openSqliteJournal({ dataDir, owner: OWNER, faults });
}

/** Calls with a directory that is removed afterwards. */
export async function inDirectory(use: (dataDir: string) => unknown): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "hetpaxos-journal-" });
  try {
    await use(dataDir);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

/** Registers one test for each kind of journal. It starts with an empty one. */
export function testJournals(name: string, test: (journal: Journal) => void): void {
  const close = (journal: Journal) => {
    try {
      test(journal);
    } finally {
      journal.close();
    }
  };
  Deno.test(`in memory: ${name}`, () => close(openMemoryJournal()));
  Deno.test(`on disk: ${name}`, () => inDirectory((dataDir) => close(openIn(dataDir))));
}

/** Everything that can be read from a journal, but for its epoch; progress of these peers. */
export function contents(journal: Journal, peers: readonly string[], values: readonly ValueHash[]) {
  const messages = journal.messagesFrom(0, journal.length + 1);
  const instances = journal.instancesAfter(undefined, journal.length + 1);
  return {
    length: journal.length,
    decisionCount: journal.decisionCount,
    messages,
    byId: messages.map(({ instance, id }) => journal.message(instance, id)?.position),
    instances,
    byInstance: instances.map((instance) =>
      journal.messagesOf(instance).map(({ position }) => position)
    ),
    decisions: journal.decisionsFrom(0, journal.decisionCount + 1),
    evidence: journal.evidence(),
    log: [journal.logRecords(), journal.logEntries()],
    progress: peers.map((peer) => journal.progress(peer)),
    values: values.map((hash) => journal.value(hash)),
  };
}

/** What a batch keeps of a log: this, and nothing else. */
export function logBatch(parts: Partial<JournalLogBatch>): JournalLogBatch {
  return { records: [], replaces: false, entries: [], retained: [], ...parts };
}
