/**
 * Processes that are killed while they write: nothing that was acknowledged is lost, nothing is
 * kept by halves, and nobody is locked out.
 *
 * @module
 */

import {
  assert,
  assertEquals,
  assertGreater,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { JournalError } from "../../lib/store/journal.ts";
import { makePrng } from "../../lib/sim/prng.ts";
import { hashOf, inDirectory, messageAt, openIn } from "./fixture.ts";

const KILLS = 24;

/** A child that writes to a journal, and what it has said so far. */
class Writer {
  readonly #child: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #errors: Promise<string>;
  #text = "";

  constructor(dataDir: string, seed: number) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-check", "--allow-read", "--allow-write"],
        ...[new URL("crash_child.ts", import.meta.url).pathname, dataDir, String(seed)],
      ],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#errors = new Response(this.#child.stderr).text();
    this.#reader = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** When the child is no more. */
  get ended(): Promise<unknown> {
    return this.#child.status;
  }

  /** Why the child ended, if it is because of the journal. */
  async complaint(): Promise<string | undefined> {
    return /JournalError: \S+: ([^;]+);/.exec(await this.#errors)?.[1];
  }

  /** The last whole line of this kind, as a number; -1 if there is none. */
  #last(kind: string): number {
    const whole = this.#text.slice(0, this.#text.lastIndexOf("\n") + 1).split("\n");
    const line = whole.findLast((line) => line.startsWith(`${kind} `));
    return line === undefined ? -1 : Number(line.split(" ")[1]);
  }

  /** Waits until the child has said so many messages are kept, or has ended. */
  async until(kind: string, atLeast: number): Promise<number> {
    while (this.#last(kind) < atLeast) {
      const { value, done } = await this.#reader.read();
      if (done) break;
      this.#text += value;
    }
    return this.#last(kind);
  }

  /** Kills the child. What it has acknowledged by then. */
  async kill(): Promise<number> {
    this.#child.kill("SIGKILL");
    const kept = await this.until("kept", Infinity);
    await Promise.all([this.#child.status, this.#errors]);
    return Math.max(kept, this.#last("open"));
  }
}

/** Opens the journal that a killed process left behind. How many messages it holds. */
function inspect(dataDir: string, acknowledged: number): number {
  const journal = openIn(dataDir);
  try {
    const { length } = journal;
    assert(length >= acknowledged, `${acknowledged} were acknowledged, ${length} are kept`);
    for (let from = 0; from < length; from += 1000) {
      const page = journal.messagesFrom(from, 1000);
      assertEquals(page, page.map((_, i) => messageAt(from + i)));
    }
    assertEquals(journal.messagesFrom(length - 1, 9).length, 1);
    // The parts of a batch belong together: its last message, its value, its decision, progress.
    assertEquals(journal.progress("bob")?.position, length - 1);
    assert(journal.value(hashOf(`value ${length - 1}`)) !== undefined);
    const [decision] = journal.decisionsFrom(journal.decisionCount - 1, 1);
    assertEquals(decision?.ballot.seconds, length - 1);
    return length;
  } finally {
    journal.close();
  }
}

Deno.test("whatever was acknowledged before a kill -9 is there, whole, and can be added to", async () => {
  const prng = makePrng(9);
  await inDirectory(async (dataDir) => {
    let length = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const writer = new Writer(dataDir, kill);
      assertEquals(await writer.until("open", 0), length, "every start finds all");
      await writer.until("kept", length + prng.between(1, 400));
      const acknowledged = await writer.kill();
      // Now and then the next writer comes straight after, and finds what this one left.
      if (kill % 3 === 1) {
        const next = new Writer(dataDir, kill);
        assertGreater(await next.until("open", 0), acknowledged - 1);
        await next.until("kept", acknowledged + 1);
        length = inspect(dataDir, await next.kill());
      } else length = inspect(dataDir, acknowledged);
    }
  });
});

Deno.test("a kill -9 while the journal is being made leaves nothing that is in the way", async () => {
  const prng = makePrng(10);
  for (let kill = 0; kill < 6; kill++) {
    await inDirectory(async (dataDir) => {
      const writer = new Writer(dataDir, kill);
      // It makes its files one after another, the first being the lock.
      const watcher = Deno.watchFs(dataDir);
      let events = prng.below(8);
      const gone = writer.ended.then(() => events >= 0 && watcher.close());
      for await (const _ of watcher) if (events-- === 0) break;
      await writer.kill();
      await gone;
      openIn(dataDir).close();
    });
  }
});

Deno.test("one process at a time; the lock ends with a process that is killed", async () => {
  await inDirectory(async (dataDir) => {
    const writer = new Writer(dataDir, 1);
    await writer.until("kept", 1);
    const error = assertThrows(() => openIn(dataDir), JournalError, "in use by another process");
    assertEquals(error.fault, "in use");
    assertStringIncludes(error.message, `${dataDir}/journal.sqlite: `);
    inspect(dataDir, await writer.kill());

    const here = openIn(dataDir);
    assertThrows(() => openIn(dataDir), JournalError, "in use by another process");
    here.close();
    openIn(dataDir).close();
  });
});

Deno.test("reading the file in the same process does not unlock it", async () => {
  await inDirectory(async (dataDir) => {
    const journal = openIn(dataDir);
    // Closing any descriptor of a file gives up all locks of SQLite's kind that a process has on it.
    Deno.readFileSync(`${dataDir}/journal.sqlite`);
    const writer = new Writer(dataDir, 1);
    assertEquals(await writer.until("open", 0), -1, "the child opened it, too");
    assertEquals(await writer.complaint(), "in use by another process");
    journal.close();
  });
});
