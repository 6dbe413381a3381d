/**
 * Making a journal, and opening one that is not for this process, or not of this version.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { JournalError, type JournalFault } from "../../lib/store/journal.ts";
import { migrate, MIGRATIONS, schemaVersion } from "../../lib/store/schema.ts";
import { openSqliteJournal } from "../../lib/store/sqlite_journal.ts";
import { batchOf, FILE, inDirectory, messagesAt, openIn, OWNER } from "./fixture.ts";

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
    assertEquals(names, ["journal.lock", FILE, `${FILE}-wal`]);
    for (const name of names) assertEquals(modeOf(join(dataDir, name)), "600", name);
    journal.close();
    const left = [...Deno.readDirSync(dataDir)].map(({ name }) => name).sort();
    assertEquals(left, ["journal.lock", FILE], "one file to move or copy");
  });
});

Deno.test("an epoch stays with its journal, and no two are alike", async () => {
  const epochs: string[] = [];
  for (let i = 0; i < 2; i++) {
    await inDirectory((dataDir) => {
      const journal = openIn(dataDir);
      epochs.push(journal.epoch);
      journal.close();
      const again = openIn(dataDir);
      assertEquals(again.epoch, journal.epoch);
      again.close();
    });
  }
  assertNotEquals(epochs[0], epochs[1]);
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
    assertEquals(left, ["journal.lock", FILE]);
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
