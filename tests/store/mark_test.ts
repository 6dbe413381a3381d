/**
 * Damage in the write-ahead log: told, as DURABILITY promises, and told from an end that a crash has
 * torn.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { makePrng } from "../../lib/sim/prng.ts";
import { JournalError } from "../../lib/store/journal.ts";
import { Mark } from "../../lib/store/mark.ts";
import { batchOf, FILE, inDirectory, messagesAt, openIn } from "./fixture.ts";

const DURABLE = 12;
const LOG = `${FILE}-wal`;

/** A journal as a process leaves it that is killed: so many messages durable, and one more not. */
function killed(from: string, to: string): void {
  const journal = openIn(from);
  for (let i = 0; i < DURABLE; i++) journal.commit(batchOf({ messages: messagesAt(i, 1) }), true);
  const synced = Deno.statSync(`${from}/${LOG}`).size;
  journal.commit(batchOf({ messages: messagesAt(DURABLE, 1) }), false);
  Deno.mkdirSync(to, { recursive: true });
  for (const name of [FILE, LOG, "journal.mark"]) {
    Deno.copyFileSync(`${from}/${name}`, `${to}/${name}`);
  }
  assert(Deno.statSync(`${to}/${LOG}`).size > synced, "the last batch is in the log");
  Deno.writeTextFileSync(`${to}/synced`, String(synced));
  journal.close();
}

/** What becomes of a killed journal after some damage: messages kept, or why it is refused. */
function after(dataDir: string, damage: (log: string, synced: number) => void): number | string {
  const journalDir = `${dataDir}/killed`;
  killed(`${dataDir}/live`, journalDir);
  damage(`${journalDir}/${LOG}`, Number(Deno.readTextFileSync(`${journalDir}/synced`)));
  try {
    const journal = openIn(journalDir);
    const { length } = journal;
    journal.close();
    return length;
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    assertEquals(error.fault, "damaged", error.message);
    assertEquals(error.message.split("\n").length, 1);
    return error.message;
  } finally {
    Deno.removeSync(journalDir, { recursive: true });
    Deno.removeSync(`${dataDir}/live`, { recursive: true });
  }
}

function change(
  path: string,
  edit: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | void,
): void {
  const bytes = Deno.readFileSync(path);
  Deno.writeFileSync(path, edit(bytes) ?? bytes);
}

Deno.test("a journal that was killed has everything, durable or not", () =>
  inDirectory((dataDir) => {
    assertEquals(after(dataDir, () => {}), DURABLE + 1);
  }));

Deno.test("a log whose end is torn, after what was durable, is read up to there", () =>
  inDirectory((dataDir) => {
    const torn = after(dataDir, (log, synced) => Deno.truncateSync(log, synced + 100));
    assertEquals(torn, DURABLE);
    const spoilt = after(dataDir, (log, synced) => change(log, (bytes) => bytes.fill(0, synced)));
    assertEquals(spoilt, DURABLE);
  }));

Deno.test("a byte turned, a page zeroed, a log cut short or deleted is damage, wherever it is", () =>
  inDirectory((dataDir) => {
    const prng = makePrng(7);
    const outcomes = new Map<string, number>();
    const expect = (what: string, outcome: number | string) => {
      // Some bytes of the log say nothing: then all is there.
      if (typeof outcome === "number") assertEquals(outcome >= DURABLE, true, what);
      else assertMatch(outcome, /damaged: .*(of at least \d+ messages|missing|malformed)/);
      const kind = `${what}: ${typeof outcome}`;
      outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
    };
    for (let i = 0; i < 40; i++) {
      expect(
        "turned",
        after(dataDir, (log, synced) =>
          change(log, (bytes) => {
            bytes[prng.below(synced)]! ^= 1 << prng.below(8);
          })),
      );
    }
    for (let i = 0; i < 10; i++) {
      const page = (log: string, synced: number) =>
        change(log, (bytes) => {
          const at = prng.below(synced - 4_096);
          bytes.fill(0, at, at + 4_096);
        });
      expect("zeroed", after(dataDir, page));
      const cut = (log: string, synced: number) => Deno.truncateSync(log, prng.below(synced));
      expect("cut", after(dataDir, cut));
    }
    expect("deleted", after(dataDir, (log) => Deno.removeSync(log)));
    assertEquals(outcomes.get("deleted: string"), 1);
    for (const kind of ["turned", "zeroed", "cut"]) {
      assert((outcomes.get(`${kind}: string`) ?? 0) > 5, `${kind}: ${[...outcomes]}`);
    }
  }));

Deno.test("an older copy in place of a journal is refused, unless it comes without the mark", () =>
  inDirectory((dataDir) => {
    const live = `${dataDir}/live`;
    openIn(live).close();
    Deno.copyFileSync(`${live}/${FILE}`, `${dataDir}/copy`);
    const journal = openIn(live);
    journal.commit(batchOf({ messages: messagesAt(0, 3) }), true);
    journal.close();
    Deno.copyFileSync(`${dataDir}/copy`, `${live}/${FILE}`);
    const error = assertThrows(() => openIn(live), JournalError);
    assertMatch(error.message, /it has 0 of at least 3 messages.*journal\.mark; restore/);
    Deno.removeSync(`${live}/journal.mark`);
    openIn(live).close();
  }));

Deno.test("a mark that was written by half is none", () =>
  inDirectory((dataDir) => {
    const mark = new Mark(`${dataDir}/${FILE}`);
    assertEquals(mark.read(), undefined);
    mark.write({ messages: 99, decisions: 1, evidence: 0 });
    mark.write({ messages: 100, decisions: 2, evidence: 0 });
    assertEquals(mark.read(), { messages: 100, decisions: 2, evidence: 0 });
    const { length } = Deno.readFileSync(mark.path);
    for (const cut of [0, 1, 20, 60, 100]) {
      change(mark.path, (bytes) => new Uint8Array(bytes.subarray(0, cut)));
      assertEquals(mark.read(), undefined, `cut at ${cut}`);
      mark.write({ messages: 101, decisions: 2, evidence: 0 });
      assertEquals(Deno.readFileSync(mark.path).length, length);
    }
    mark.close();
  }));
