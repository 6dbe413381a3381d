/**
 * The files of a journal on disk: one process at a time, and never half a journal.
 *
 * @module
 */

import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { damaged, explainRead, explainWrite, inUse } from "./faults.ts";
import { Mark } from "./mark.ts";
import { type JournalOwner, OWNERS } from "./rows.ts";
import { newRun } from "./runs.ts";
import { APPLICATION_ID, migrate } from "./schema.ts";

/** The journal, which SQLite accompanies by a file with `-wal` added to its name. */
const FILE = "journal.sqlite";

/** Holds nothing; whoever has it locked may use the journal. It is never removed. */
const LOCK = "journal.lock";

/** A data directory that this process alone uses. */
export interface HeldDirectory {
  /** Of the journal's file, absolute. */
  readonly path: string;
  /** What the journal takes, the log that is folded in later included, in bytes. */
  bytes(): number;
  /** Lets others use it. */
  release(): void;
}

/**
 * Makes a data directory unless it exists, and keeps it for this process. The lock ends with the
 * process, however it ends.
 *
 * @throws JournalError if another process holds it, or files cannot be written there.
 */
export function holdDirectory(dataDir: string): HeldDirectory {
  // Absolute: SQLite takes a name that begins with "file:" for an address.
  const directory = resolve(dataDir);
  const path = join(directory, FILE);
  let lock: Deno.FsFile | undefined;
  try {
    Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
    lock = Deno.openSync(join(directory, LOCK), { create: true, write: true, mode: 0o600 });
    if (!lock.tryLockSync(true)) throw inUse(path);
  } catch (error) {
    lock?.close();
    throw explainWrite(path, error);
  }
  const release = () => {
    // Closing alone would leave it locked while a child that is just being started still has it.
    lock.unlockSync();
    lock.close();
  };
  const bytes = () => (sizeOf(path) ?? 0) + (sizeOf(`${path}-wal`) ?? 0);
  return { path, bytes, release };
}

/** Bytes of the file at `path`; undefined if there is none. */
function sizeOf(path: string): number | undefined {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Opens the journal in a directory that is held, or makes one if there is none.
 *
 * @throws JournalError if it is not what a journal looks like from outside, or cannot be opened.
 */
export function openFile(path: string, owner: JournalOwner): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    const size = sizeOf(path);
    if (size === undefined) {
      if (sizeOf(`${path}-wal`) !== undefined) {
        throw damaged(path, "it is missing, its -wal is not");
      }
      new Mark(path).require(undefined);
      createFile(path, owner);
    } else checkHeader(path);
    syncLog(path);
    database = new DatabaseSync(path);
    configure(database);
    return database;
  } catch (error) {
    if (database?.isOpen) database.close();
    throw explainRead(path, error);
  }
}

/** How every SQLite file begins. */
const MAGIC = "SQLite format 3\0";

/** Where in the header the application id is, and how long the header is. */
const ID_AT = 68;
const HEADER_BYTES = 100;

/**
 * Looks at a file before SQLite does, which would take a short one for a new database and overwrite
 * it. Reading it later would give up the locks that SQLite has on it.
 */
function checkHeader(path: string): void {
  const header = new Uint8Array(HEADER_BYTES);
  const file = Deno.openSync(path, { read: true });
  try {
    const length = file.readSync(header) ?? 0;
    if (length === 0) throw damaged(path, "it is empty");
    const magic = new TextDecoder().decode(header.subarray(0, MAGIC.length));
    if (length < HEADER_BYTES || magic !== MAGIC) throw damaged(path, "it is no SQLite database");
    const id = new DataView(header.buffer).getUint32(ID_AT);
    if (id !== APPLICATION_ID) throw damaged(path, "it is another program's database");
  } finally {
    file.close();
  }
}

/**
 * Makes a journal under another name and renames it, so that a journal with too little in it is
 * always one that has been damaged, never one whose making was interrupted.
 */
function createFile(path: string, owner: JournalOwner): void {
  const draft = `${path}.new`;
  try {
    for (const name of [draft, `${draft}-journal`]) {
      if (sizeOf(name) !== undefined) Deno.removeSync(name);
    }
    Deno.openSync(draft, { createNew: true, write: true, mode: 0o600 }).close();
    const database = new DatabaseSync(draft);
    try {
      // So that room can be given back; it cannot be chosen later.
      database.exec("PRAGMA auto_vacuum = INCREMENTAL");
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      migrate(database);
      const { epoch } = newRun(0);
      database.prepare(OWNERS.insert).run(...OWNERS.write({ ...owner, epoch }, 0));
    } finally {
      database.close();
    }
    Deno.renameSync(draft, path);
    syncDirectory(path);
  } catch (error) {
    throw explainWrite(path, error);
  }
}

/**
 * Makes durable what an earlier process has written and did not live to sync: whoever opens the
 * journal may send all that is in it. To fold the log in would do, but for a disk that is full.
 */
function syncLog(path: string): void {
  const log = `${path}-wal`;
  if (sizeOf(log) === undefined) return;
  try {
    // Windows syncs only what is open for writing.
    sync(log, { write: true });
    // SQLite syncs the name with the first sync of a log, which that process may not have lived to.
    syncDirectory(path);
  } catch (error) {
    throw explainWrite(path, error);
  }
}

/** Makes a new name in a directory last. Windows neither can nor needs to. */
function syncDirectory(path: string): void {
  if (Deno.build.os === "windows") return;
  sync(resolve(path, ".."), { read: true });
}

function sync(path: string, options: Deno.OpenOptions): void {
  using file = Deno.openSync(path, options);
  file.syncSync();
}

/** Pages of the file that SQLite keeps in memory, in KiB: the newest are what is read again. */
const CACHE_KIB = 4_096;

/**
 * Sets what belongs to a connection. SQLite's own lock keeps other programs out; with it the index
 * of the log is in memory, not in one more file.
 */
function configure(database: DatabaseSync): void {
  // Not by exec, whose errors do not say which they are.
  const set = (pragma: string) => database.prepare(`PRAGMA ${pragma}`).get();
  set("locking_mode = EXCLUSIVE");
  set("trusted_schema = OFF");
  set("cell_size_check = ON");
  set("temp_store = MEMORY");
  set(`cache_size = -${CACHE_KIB}`);
  const mode = set("journal_mode = WAL")?.journal_mode;
  if (mode !== "wal") throw new Error(`SQLite cannot use a write-ahead log here, but "${mode}"`);
}
