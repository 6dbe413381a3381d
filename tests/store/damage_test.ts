/**
 * Journals that are not what was written: said so in one line, or read exactly as they were written
 * if the damage is where nothing is kept. Never a wrong answer, never a fresh start.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertGreater,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Journal, JournalError, type JournalFault } from "../../lib/store/journal.ts";
import { makePrng } from "../../lib/sim/prng.ts";
import {
  batchOf,
  contents,
  FILE,
  hashOf,
  idOf,
  inDirectory,
  logBatch,
  messageAt,
  messagesAt,
  openIn,
} from "./fixture.ts";

const MESSAGES = 120;
const FLIPS = 250;
const ENTRY = { learner: 0, position: 1, valueHash: hashOf("small") };
const BYTES = new Uint8Array(200).fill(9);
const PEERS = ["bob", "carol"];
const VALUES = [hashOf("small"), hashOf("large")];

/** By directory: the epoch in which its journal was filled. */
const filledIn: Map<string, string> = new Map();

/** Puts something of every kind into a journal. */
function fill(dataDir: string): void {
  const journal = openIn(dataDir);
  filledIn.set(dataDir, journal.epoch);
  const epoch = "5a".repeat(16);
  const named = { nanos: 5, valueHash: hashOf("small"), proposer: 0 };
  const ballot = (seconds: number) => ({ seconds, ...named });
  journal.commit(
    batchOf({
      messages: messagesAt(0, MESSAGES),
      values: [
        { hash: VALUES[0]!, bytes: new Uint8Array(10).fill(7) },
        { hash: VALUES[1]!, bytes: new Uint8Array(60_000).fill(8) },
      ],
      decisions: Array.from({ length: 20 }, (_, i) => ({
        ...{ instance: BigInt(i), learner: "x", ballot: ballot(i), proposal: idOf(i) },
        signers: ["a", "b", "c"],
      })),
      evidence: [{ instance: 3n, acceptor: "a", first: idOf("first"), second: idOf("second") }],
      progress: PEERS.map((peer) => ({ peer, epoch, position: 12 })),
      log: logBatch({ records: [BYTES, BYTES], entries: [ENTRY] }),
    }),
    true,
  );
  journal.close();
}

/** Opens and reads all: what is there, or why it cannot be opened. Once open, all can be read. */
function attempt(dataDir: string): unknown {
  let journal: Journal;
  try {
    journal = openIn(dataDir);
  } catch (error) {
    if (error instanceof JournalError) return error;
    throw error;
  }
  try {
    const common = journal.commonLength(filledIn.get(dataDir)!, MESSAGES);
    return { common, ...contents(journal, PEERS, VALUES) };
  } finally {
    journal.close();
  }
}

/** What is there before any damage. */
function wholeOf(dataDir: string): unknown {
  const whole = attempt(dataDir);
  if (whole instanceof JournalError) throw whole;
  return whole;
}

/** Must be refused, in one line that names the file and says what to do. */
function assertRefused(dataDir: string, fault: JournalFault, says: string): void {
  const error = attempt(dataDir);
  assert(error instanceof JournalError, `opened: ${says}`);
  assertEquals(error.fault, fault, error.message);
  assert(error.message.startsWith(`${join(dataDir, FILE)}: `), error.message);
  assertMatch(error.message, /^[^\n]+; [^\n]+$/);
  assertStringIncludes(error.message, says);
}

Deno.test("a journal with bits fallen over is refused, or read as it was written", async () => {
  await inDirectory((dataDir) => {
    fill(dataDir);
    const file = join(dataDir, FILE);
    const bytes = Deno.readFileSync(file);
    const whole = wholeOf(dataDir);
    const prng = makePrng(11);
    const positions = [
      ...Array.from({ length: 100 }, (_, i) => i), // the header
      ...Array.from({ length: FLIPS }, () => prng.below(bytes.length)),
    ];
    let refused = 0;
    for (const position of positions) {
      const flipped = bytes.slice();
      const bit = prng.below(8);
      flipped[position]! ^= 1 << bit;
      Deno.writeFileSync(file, flipped);
      const found = attempt(dataDir);
      if (found instanceof JournalError) refused++;
      else assertEquals(found, whole, `bit ${bit} of byte ${position} changes what is read`);
    }
    assertGreater(refused, positions.length / 2, "most of a journal is not empty space");
  });
});

Deno.test("a journal with stretches overwritten is refused, or read as it was written", async () => {
  await inDirectory((dataDir) => {
    fill(dataDir);
    const file = join(dataDir, FILE);
    const bytes = Deno.readFileSync(file);
    const whole = wholeOf(dataDir);
    const prng = makePrng(12);
    for (let i = 0; i < 40; i++) {
      const overwritten = bytes.slice();
      const [from, length] = [prng.below(bytes.length), prng.pick([16, 512, 4096])!];
      overwritten.fill(prng.pick([0, 255, 65])!, from, from + length);
      Deno.writeFileSync(file, overwritten);
      const found = attempt(dataDir);
      if (!(found instanceof JournalError)) assertEquals(found, whole, `${length} from ${from}`);
    }
    // A page that another page has been written over: every page in itself is in order.
    const pages = bytes.length / 4096;
    for (let page = 1; page < pages; page++) {
      const overwritten = bytes.slice();
      overwritten.copyWithin(
        page * 4096,
        ((page + 1) % pages) * 4096,
        ((page + 1) % pages + 1) * 4096,
      );
      Deno.writeFileSync(file, overwritten);
      const found = attempt(dataDir);
      if (!(found instanceof JournalError)) assertEquals(found, whole, `page ${page}`);
    }
  });
});

Deno.test("an id is kept in two places, and both must be right", async () => {
  await inDirectory((dataDir) => {
    fill(dataDir);
    const file = join(dataDir, FILE);
    const bytes = Deno.readFileSync(file);
    const text = bytes.toHex();
    const whole = wholeOf(dataDir);
    for (const { id } of messagesAt(0, MESSAGES)) {
      let places = 0;
      for (let at = text.indexOf(id); at >= 0; at = text.indexOf(id, at + 1)) {
        if (at % 2 !== 0) continue;
        const flipped = bytes.slice();
        flipped[at / 2 + places % 32]! ^= 1;
        Deno.writeFileSync(file, flipped);
        const found = attempt(dataDir);
        if (found instanceof JournalError) places++;
        else assertEquals(found, whole, "what is free space may hold what it likes");
      }
      assert(places >= 2, "in its table and in an index");
    }
  });
});

Deno.test("a truncated journal is refused, wherever it ends", async () => {
  await inDirectory((dataDir) => {
    fill(dataDir);
    const file = join(dataDir, FILE);
    const bytes = Deno.readFileSync(file);
    for (const length of [1, 99, 100, 511, 4095, 4096, 8192, 20_000, bytes.length - 4096]) {
      Deno.writeFileSync(file, bytes.subarray(0, length));
      assertRefused(dataDir, "damaged", "damaged");
      const left = Deno.readFileSync(file);
      assert(
        left.every((byte, i) => byte === bytes[i]) && left.length === length,
        "it was changed",
      );
    }
  });
});

Deno.test("a file that never was a journal is refused and left as it is", async () => {
  await inDirectory((dataDir) => {
    const file = join(dataDir, FILE);
    for (
      const text of ["x", "not a database at all, but long enough to hold a header ".repeat(99)]
    ) {
      Deno.writeTextFileSync(file, text);
      assertRefused(dataDir, "damaged", "damaged");
      assertEquals(Deno.readTextFileSync(file), text);
    }
    Deno.writeTextFileSync(file, "");
    assertRefused(dataDir, "damaged", "it is empty");
    assertEquals(Deno.statSync(file).size, 0);
    Deno.removeSync(file);
    const other = new DatabaseSync(file);
    other.exec("CREATE TABLE t (a)");
    other.close();
    assertRefused(dataDir, "damaged", "another program's database");
  });
});

Deno.test("a journal that was taken away from beside its log is missed", async () => {
  await inDirectory((dataDir) => {
    Deno.writeTextFileSync(join(dataDir, `${FILE}-wal`), "");
    assertRefused(dataDir, "damaged", "it is missing");
  });
});

/** Ways to take something out of a journal with SQL, so that SQLite finds nothing amiss. */
const TAMPERINGS: readonly (readonly [sql: string, says: string])[] = [
  [`DELETE FROM log_records WHERE position = 0`, "row 0 of log_records is missing"],
  [`UPDATE log_entries SET value_hash = NULL`, "checksum of a row of log_entries"],
  [`INSERT INTO forgotten VALUES ('messages', 1, 100, 0)`, "checksum of a row of forgotten"],
  [`DELETE FROM messages WHERE position = 0`, "row 0 of messages is missing"],
  [`DELETE FROM messages WHERE position = 50`, "row 50 of messages is missing"],
  [`UPDATE messages SET position = position + 1000 WHERE position = ${MESSAGES - 1}`, "damaged"],
  [
    `INSERT INTO messages SELECT -1, 99, id, own, bytes, sum, NULL FROM messages LIMIT 1`,
    "damaged",
  ],
  [`UPDATE messages SET own = 1 - own WHERE position = 7`, "checksum of a row of messages"],
  [`UPDATE messages SET instance = instance + 100 WHERE position = 7`, "checksum"],
  [`UPDATE messages SET bytes = x'00' WHERE position = 7`, "checksum"],
  [`UPDATE messages SET id = x'00' WHERE position = 7`, "checksum"],
  [`UPDATE messages SET own = 2 WHERE position = 7`, "checksum"],
  [`UPDATE proposed SET bytes = x'00'`, "checksum of a row of proposed"],
  [`DELETE FROM decisions WHERE position = 3`, "row 3 of decisions is missing"],
  [`UPDATE decisions SET signers = '[]'`, "checksum of a row of decisions"],
  [`UPDATE evidence SET acceptor = 'b'`, "checksum of a row of evidence"],
  [`DELETE FROM progress; INSERT INTO progress VALUES ('bob', '', 1, 2)`, "checksum"],
  [`UPDATE journal SET epoch = 'x'`, "checksum of a row of journal"],
  [`DELETE FROM journal`, "no owner"],
  [`UPDATE runs SET start = 1`, "checksum of a row of runs"],
  [`DROP TABLE evidence`, "its tables are not those of a journal"],
  [`CREATE TABLE other (a)`, "its tables are not those of a journal"],
  [`CREATE TRIGGER t AFTER INSERT ON messages BEGIN DELETE FROM messages; END`, "its tables"],
  [`PRAGMA user_version = 0`, "no tables"],
];

Deno.test("a journal with rows or tables changed or missing is refused", async () => {
  for (const [sql, says] of TAMPERINGS) {
    await inDirectory((dataDir) => {
      fill(dataDir);
      const database = new DatabaseSync(join(dataDir, FILE));
      database.exec(sql);
      database.close();
      assertRefused(dataDir, "damaged", says);
    });
  }
});

Deno.test("what is damaged while it is open is noticed when it is read", async () => {
  await inDirectory((dataDir) => {
    let damage = () => {};
    const journal = openIn(dataDir, {
      opened: (database) => (damage = () => database.exec("UPDATE messages SET bytes = x'00'")),
    });
    try {
      journal.commit(batchOf({ messages: messagesAt(0, 2) }), true);
      damage();
      const { instance, id } = messageAt(1);
      for (
        const read of [
          () => journal.message(instance, id),
          () => journal.messagesFrom(0, 9),
          () => journal.messagesOf(instance),
        ]
      ) {
        try {
          read();
          throw new Error("not noticed");
        } catch (error) {
          assert(error instanceof JournalError, String(error));
          assertEquals(error.fault, "damaged");
        }
      }
    } finally {
      journal.close();
    }
  });
});
