/**
 * Damage in the write-ahead log: told, as DURABILITY promises, and told from an end that a crash has
 * torn.
 *
 * @module
 */

import { assert, assertEquals, assertGreater, assertMatch, assertThrows } from "@std/assert";
import { makePrng } from "../../lib/sim/prng.ts";
import { JournalError } from "../../lib/store/journal.ts";
import { Mark } from "../../lib/store/mark.ts";
import { batchOf, FILE, hashOf, inDirectory, messagesAt, openIn } from "./fixture.ts";

const DURABLE = 12;
const LOG = `${FILE}-wal`;
const MARK = "journal.mark";

/** How a log begins, and how each of its frames does; then comes a page. */
const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const PAGE_BYTES = 4_096;
const FRAME_BYTES = FRAME_HEADER_BYTES + PAGE_BYTES;

/** How many frames a log has; those behind are left from before it began anew. */
function framesOf(log: Uint8Array): number {
  const salts = log.subarray(16, 24).toHex();
  const isLive = (at: number) => log.subarray(at + 8, at + 16).toHex() === salts;
  let frames = 0;
  while (isLive(HEADER_BYTES + frames * FRAME_BYTES)) frames++;
  return frames;
}

/** A journal as a process leaves it that is killed. */
interface Killed {
  readonly dataDir: string;
  /** Frames of its log that hold something. */
  readonly frames: number;
  /** Those that are certain: the end of what was durable. */
  readonly synced: number;
}

/**
 * Makes a journal and kills its process after so many durable commits, and after three more that
 * may be lost.
 *
 * @param isOld Whether the log has begun anew before, so that there is more behind its end.
 */
function makeKilled(parent: string, isOld: boolean): Killed {
  const [live, dataDir] = [`${parent}/live`, `${parent}/killed`];
  openIn(live).close();
  const journal = openIn(live);
  const bytes = new Uint8Array(isOld ? 5_000_000 : 0);
  journal.commit(batchOf({ values: [{ hash: hashOf("large"), bytes }] }), true);
  for (let i = 0; i < DURABLE; i++) journal.commit(batchOf({ messages: messagesAt(i, 1) }), true);
  const synced = framesOf(Deno.readFileSync(`${live}/${LOG}`));
  for (let i = 0; i < 3; i++) {
    journal.commit(batchOf({ messages: messagesAt(DURABLE + i, 1) }), false);
  }
  Deno.mkdirSync(dataDir);
  for (const name of [FILE, LOG, MARK]) Deno.copyFileSync(`${live}/${name}`, `${dataDir}/${name}`);
  journal.close();
  const log = Deno.readFileSync(`${dataDir}/${LOG}`);
  assertEquals(log.length > HEADER_BYTES + framesOf(log) * FRAME_BYTES, isOld);
  return { dataDir, frames: framesOf(log), synced };
}

/** What a log may become: undefined if it is gone. */
type Damage = (log: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | undefined;

/** What becomes of a killed journal after some damage: how many messages, or why it is refused. */
function after({ dataDir }: Killed, damage: Damage): number | string {
  const copy = `${dataDir}.copy`;
  Deno.mkdirSync(copy);
  try {
    for (const name of [FILE, MARK]) Deno.copyFileSync(`${dataDir}/${name}`, `${copy}/${name}`);
    const log = damage(Deno.readFileSync(`${dataDir}/${LOG}`));
    if (log !== undefined) Deno.writeFileSync(`${copy}/${LOG}`, log);
    const journal = openIn(copy);
    const { length } = journal;
    assertEquals(journal.messagesFrom(0, length + 1), messagesAt(0, length));
    journal.close();
    return length;
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    assertEquals(error.fault, "damaged", error.message);
    assertMatch(error.message, /^[^\n]*journal\.sqlite: damaged: [^\n]+; restore [^\n]+$/);
    return error.message;
  } finally {
    Deno.removeSync(copy, { recursive: true });
  }
}

/** Where a frame begins. */
function frameAt(frame: number): number {
  return HEADER_BYTES + frame * FRAME_BYTES;
}

/** Each byte of how a log begins; of each frame one of every field, and the ends of its page. */
function* telling(frames: number): Generator<number> {
  for (let at = 0; at < HEADER_BYTES; at++) yield at;
  for (let frame = 0; frame < frames; frame++) {
    for (const at of [0, 7, 8, 15, 16, 23, 24, 2_000, FRAME_BYTES - 1]) yield frameAt(frame) + at;
  }
}

/** All that is done to a log that is whole up to a frame, each with what it is called. */
function* damages(synced: number): Generator<readonly [string, Damage]> {
  const prng = makePrng(7);
  for (const at of telling(synced)) {
    const bit = 1 << prng.below(8);
    yield [`byte ${at} turned`, (log) => (log[at]! ^= bit, log)];
  }
  for (let frame = 0; frame < synced; frame++) {
    const from = frameAt(frame) + FRAME_HEADER_BYTES;
    const within = frameAt(frame) + 1 + prng.below(FRAME_BYTES - 1);
    yield [`page of frame ${frame} zeroed`, (log) => log.fill(0, from, from + PAGE_BYTES)];
    yield [`block ${frame} zeroed`, (log) => {
      return log.fill(0, frame * PAGE_BYTES, (frame + 1) * PAGE_BYTES);
    }];
    yield [`cut before frame ${frame}`, (log) => log.slice(0, frameAt(frame))];
    yield [`cut within frame ${frame}`, (log) => log.slice(0, within)];
  }
  yield ["emptied", (log) => log.slice(0, 0)];
  yield ["deleted", () => undefined];
}

Deno.test("a journal that was killed has everything, durable or not", async () => {
  for (const isOld of [false, true]) {
    await inDirectory((parent) => {
      assertEquals(after(makeKilled(parent, isOld), (log) => log), DURABLE + 3);
    });
  }
});

Deno.test("a byte turned, a page zeroed, a log cut short or deleted is damage, wherever it is", () =>
  inDirectory((parent) => {
    const killed = makeKilled(parent, false);
    assertGreater(killed.synced, DURABLE);
    for (const [what, damage] of damages(killed.synced)) {
      assertEquals(typeof after(killed, damage), "string", `${what}: not noticed`);
    }
  }));

Deno.test("so it is in a log that has begun anew, with what it was before behind its end", () =>
  inDirectory((parent) => {
    const killed = makeKilled(parent, true);
    const all = [...damages(killed.synced)];
    const prng = makePrng(8);
    for (const [what, damage] of [...prng.shuffled(all).slice(0, 25), all.at(-1)!]) {
      assertEquals(typeof after(killed, damage), "string", `${what}: not noticed`);
    }
  }));

Deno.test("a log whose end a loss of power has torn is read up to there, whatever of it was lost", () =>
  inDirectory((parent) => {
    const killed = makeKilled(parent, false);
    const [from, to] = [frameAt(killed.synced), frameAt(killed.frames)];
    const prng = makePrng(9);
    const lengths = new Set<number>();
    const take = (what: string, damage: Damage) => {
      const length = after(killed, damage);
      assert(typeof length === "number" && length >= DURABLE, `${what}: ${length}`);
      lengths.add(length);
    };
    for (let i = 0; i < 60; i++) {
      take("cut", (log) => log.slice(0, from + prng.below(to - from)));
      const lost = (at: number) => at >= from && prng.below(8) === 0;
      take("sectors lost", (log) => {
        for (let at = 0; at < to; at += 512) if (lost(at)) log.fill(0, at, at + 512);
        return log;
      });
    }
    // Of three commits, each may be the first that is lost.
    assertEquals([...lengths].sort(), [DURABLE, DURABLE + 1, DURABLE + 2, DURABLE + 3]);
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
    assertMatch(error.message, /it has 0 of at least 3 messages.*journal\.mark\); restore/);
    Deno.removeSync(`${live}/journal.mark`);
    openIn(live).close();
  }));

Deno.test("a journal taken away from beside its mark is missed, and none made in its place", () =>
  inDirectory((dataDir) => {
    openIn(dataDir).close();
    Deno.removeSync(`${dataDir}/${FILE}`);
    openIn(dataDir).close(); // nothing was in it
    const journal = openIn(dataDir);
    journal.commit(batchOf({ messages: messagesAt(0, 3) }), true);
    journal.close();
    Deno.removeSync(`${dataDir}/${FILE}`);
    for (let again = 0; again < 2; again++) {
      const error = assertThrows(() => openIn(dataDir), JournalError);
      assertMatch(error.message, /damaged: it is missing, and had at least 3 messages; restore/);
      assertEquals(error.fault, "damaged");
    }
    Deno.removeSync(`${dataDir}/${MARK}`);
    openIn(dataDir).close();
  }));

Deno.test("a mark that cannot be read or written is named", () =>
  inDirectory((dataDir) => {
    Deno.mkdirSync(`${dataDir}/${MARK}`);
    const error = assertThrows(() => openIn(dataDir), JournalError);
    assertMatch(error.message, /^[^\n]*journal\.mark: cannot be read: [^\n]+$/);
    const mark = new Mark(`${dataDir}/${FILE}`);
    const write = () => mark.write({ messages: 0, decisions: 0, evidence: 0 });
    assertMatch(
      assertThrows(write, JournalError).message,
      /journal\.mark: cannot be written: [^\n]+; mend that and start again$/,
    );
  }));

Deno.test("a mark that was written by half is none", () =>
  inDirectory((dataDir) => {
    const [from, to] = [
      { messages: 99, decisions: 1, evidence: 0 },
      { messages: 100, decisions: 2, evidence: 0 },
    ];
    const mark = new Mark(`${dataDir}/${FILE}`);
    assertEquals(mark.read(), undefined);
    mark.write(from);
    const before = Deno.readFileSync(mark.path);
    mark.write(to);
    assertEquals(mark.read(), to);
    const bytes = Deno.readFileSync(mark.path);
    assertEquals(bytes.length, before.length);
    for (let cut = 0; cut < bytes.length; cut++) {
      // What had been there is there still; or the file was new.
      Deno.writeFileSync(mark.path, new Uint8Array([...bytes.slice(0, cut), ...before.slice(cut)]));
      const told = mark.read();
      if (told !== undefined) assert([from.messages, to.messages].includes(told.messages));
      Deno.writeFileSync(mark.path, bytes.subarray(0, cut));
      assertEquals(mark.read(), undefined, `cut at ${cut}`);
    }
    mark.close();
  }));
