/**
 * Making a journal, and opening one that is not for this process, or not of this version.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { JournalError, type JournalFault } from "../../lib/store/journal.ts";
import { migrate, MIGRATIONS, schemaVersion } from "../../lib/store/schema.ts";
import { openSqliteJournal } from "../../lib/store/sqlite_journal.ts";
import {
  batchOf,
  FILE,
  idOf,
  inDirectory,
  messageAt,
  messagesAt,
  openIn,
  OWNER,
} from "./fixture.ts";

function assertRefused(open: () => unknown, fault: JournalFault, message: RegExp): void {
  const error = assertThrows(open, JournalError);
  assertMatch(error.message, message);
  assert(!error.message.includes("\n"), error.message);
  assertEquals(error.fault, fault);
}

function modeOf(path: string): string {
  return ((Deno.statSync(path).mode ?? 0) & 0o777).toString(8);
}

Deno.test("a new journal is in a new directory, for nobody else to read", async () => {
  await inDirectory((parent) => {
    const dataDir = join(parent, "not", "yet");
    const journal = openIn(dataDir);
    journal.commit(batchOf({ messages: messagesAt(0, 1) }), true);
    assertEquals(modeOf(dataDir), "700");
    const names = [...Deno.readDirSync(dataDir)].map(({ name }) => name).sort();
    assertEquals(names, ["journal.lock", "journal.mark", FILE, `${FILE}-wal`]);
    for (const name of names) assertEquals(modeOf(join(dataDir, name)), "600", name);
    journal.close();
    const left = [...Deno.readDirSync(dataDir)].map(({ name }) => name).sort();
    assertEquals(left, ["journal.lock", "journal.mark", FILE], "one file to move or copy");
  });
});

/** Opens a journal, adds messages up to a length, and closes it; under which epoch that was. */
function grow(dataDir: string, length: number, instance?: bigint): string {
  const journal = openIn(dataDir);
  for (let at = journal.length; at < length; at++) {
    const message = messageAt(at, instance);
    const id = instance === undefined ? message.id : idOf(`${instance} ${at}`);
    journal.commit(batchOf({ messages: [{ ...message, id }] }), true);
  }
  journal.close();
  return journal.epoch;
}

/** What a journal has in common with what it was at position 100 under each epoch. */
function commonWith(dataDir: string, epochs: readonly string[]): number[] {
  const journal = openIn(dataDir);
  const lengths = epochs.map((epoch) => journal.commonLength(epoch, 100));
  assertEquals(journal.commonLength(epochs[0]!, 3), 3);
  journal.close();
  return lengths;
}

Deno.test("a journal knows how much of it anybody has seen who saw it earlier", async () => {
  await inDirectory((dataDir) => {
    const epochs = [grow(dataDir, 10), grow(dataDir, 20), grow(dataDir, 30), "00".repeat(16)];
    assertEquals(new Set(epochs).size, 4, "no two epochs are alike");
    assertEquals(commonWith(dataDir, epochs), [10, 20, 30, 0]);
  });
});

Deno.test("so does an old copy that others have seen more of, and that has grown since", async () => {
  await inDirectory((parent) => {
    const [dataDir, copy] = [join(parent, "a"), join(parent, "b")];
    const epochs = [grow(dataDir, 10), grow(dataDir, 20)];
    Deno.mkdirSync(copy);
    Deno.copyFileSync(join(dataDir, FILE), join(copy, FILE));
    epochs.push(grow(dataDir, 30));
    const other = grow(copy, 50, 7n);
    assertEquals(commonWith(copy, [...epochs, other]), [10, 20, 0, 50]);
    assertEquals(commonWith(dataDir, [...epochs, other]), [10, 20, 30, 0]);
  });
});

Deno.test("an old copy made while the journal was in use knows where they part", async () => {
  await inDirectory((parent) => {
    const [dataDir, copy] = [join(parent, "a"), join(parent, "b")];
    const journal = openIn(dataDir);
    journal.commit(batchOf({ messages: messagesAt(0, 10) }), true);
    Deno.mkdirSync(copy);
    for (const name of [FILE, `${FILE}-wal`]) {
      Deno.copyFileSync(join(dataDir, name), join(copy, name));
    }
    journal.commit(batchOf({ messages: messagesAt(10, 10) }), true);
    journal.close();
    grow(copy, 50, 7n);
    assertEquals(commonWith(copy, [journal.epoch]), [10]);
  });
});

Deno.test("a journal of format 1 is brought to the newest", async () => {
  await inDirectory((dataDir) => {
    grow(dataDir, 10);
    const database = new DatabaseSync(join(dataDir, FILE));
    const first = String(database.prepare("SELECT epoch FROM journal").get()!.epoch);
    database.exec(
      "DROP TABLE runs; ALTER TABLE decisions DROP COLUMN proposer; " +
        "DROP INDEX message_values; ALTER TABLE messages DROP COLUMN value_hash; " +
        "DROP TABLE log_records; DROP TABLE log_entries; DROP TABLE forgotten; " +
        "PRAGMA user_version = 1",
    );
    database.close();
    grow(dataDir, 20);
    assertEquals(commonWith(dataDir, [first]), [10]);
  });
});

Deno.test("directories may have any name", async () => {
  await inDirectory((parent) => {
    for (const name of ["a b", "ü", "what?", "50%25", "#", "file:x", ":memory:", "it's"]) {
      const dataDir = join(parent, name);
      openIn(dataDir).close();
      assert(Deno.statSync(join(dataDir, FILE)).size > 0, name);
    }
  });
});

Deno.test("what an interrupted making has left behind is not in the way", async () => {
  await inDirectory((dataDir) => {
    Deno.writeTextFileSync(join(dataDir, `${FILE}.new`), "half a journal");
    Deno.writeTextFileSync(join(dataDir, `${FILE}.new-journal`), "and its log");
    openIn(dataDir).close();
    const left = [...Deno.readDirSync(dataDir)].map(({ name }) => name).sort();
    assertEquals(left, ["journal.lock", "journal.mark", FILE]);
  });
});

Deno.test("another's journal, or another configuration's, is refused and stays as it is", async () => {
  await inDirectory((dataDir) => {
    openIn(dataDir).close();
    const before = Deno.readFileSync(join(dataDir, FILE));
    const other = { ...OWNER, name: "bob" };
    assertRefused(
      () => openSqliteJournal({ dataDir, owner: other }),
      "foreign",
      /journal\.sqlite: is the journal of "alice", not of "bob"; give each its own dataDir$/,
    );
    const changed = { ...OWNER, configDigest: "f00d".repeat(16) };
    assertRefused(
      () => openSqliteJournal({ dataDir, owner: changed }),
      "foreign",
      /: was written under another configuration \(digest c0ffee0000000000…, now f00d.{12}…\); go back/,
    );
    assertEquals(Deno.readFileSync(join(dataDir, FILE)), before);
    openIn(dataDir).close();
  });
});

Deno.test("a newer journal is refused and stays as it is", async () => {
  await inDirectory((dataDir) => {
    openIn(dataDir).close();
    const database = new DatabaseSync(join(dataDir, FILE));
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    database.close();
    assertRefused(
      () => openIn(dataDir),
      "newer",
      new RegExp(`: has format ${MIGRATIONS.length + 1}, .* use the version that wrote it$`),
    );
  });
});

Deno.test("older tables become the newest, one version at a time, each whole or not at all", () => {
  const steps = ["CREATE TABLE a (x)", "INSERT INTO a VALUES (1)", "UPDATE a SET x = x + 1"];
  const database = new DatabaseSync(":memory:");
  migrate(database, steps.slice(0, 1));
  assertEquals(schemaVersion(database), 1);
  assertThrows(() => migrate(database, [...steps.slice(0, 2), `${steps[2]}; nonsense`]), Error);
  assertEquals(schemaVersion(database), 2);
  assertEquals({ ...database.prepare("SELECT x FROM a").get() }, { x: 1 });
  migrate(database, steps);
  migrate(database, steps);
  assertEquals(schemaVersion(database), 3);
  assertEquals({ ...database.prepare("SELECT x FROM a").get() }, { x: 2 });
  database.close();
});

Deno.test("a place where no journal can be is named", async () => {
  await inDirectory((dataDir) => {
    const file = join(dataDir, "file");
    Deno.writeTextFileSync(file, "");
    assertRefused(() => openIn(file), "unusable", /cannot be written: .*; mend that/);
    Deno.mkdirSync(join(dataDir, FILE));
    assertRefused(() => openIn(dataDir), "unusable", /journal\.sqlite: cannot be read: /);
  });
});
