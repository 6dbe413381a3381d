/**
 * Lines queue for a reader that is slow, stands still or goes away, and nobody waits for it.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { openStreams, type WhenRefused } from "../../cli/commands/streams.ts";
import { lastWords } from "../../cli/exit.ts";
import { OutputClosedError } from "../../cli/output.ts";
import { OutputQueue } from "../../cli/output_queue.ts";

/** A reader that takes what is written when it is told to. */
class Reader {
  text = "";
  /** What the next write fails with. */
  fault: Error | undefined;
  #open: (() => void) | undefined;
  #isReading: boolean;

  constructor(isReading: boolean) {
    this.#isReading = isReading;
  }

  isTerminal(): boolean {
    return false;
  }

  writeSync(): number {
    throw new Error("somebody waits for the reader");
  }

  async write(bytes: Uint8Array): Promise<number> {
    if (!this.#isReading) await new Promise<void>((resolve) => this.#open = resolve);
    await Promise.resolve();
    if (this.fault !== undefined) throw this.fault;
    const taken = bytes.subarray(0, 1_000);
    this.text += new TextDecoder().decode(taken);
    return taken.length;
  }

  reads(): void {
    this.#isReading = true;
    this.#open?.();
  }

  standsStill(): void {
    this.#isReading = false;
  }

  get lines(): string[] {
    return this.text.split("\n").filter((line) => line !== "");
  }
}

const encode = (text: string) => new TextEncoder().encode(text);

function makeQueue(reader: Reader, bytesMax?: number) {
  const told: string[] = [];
  const queue = new OutputQueue(reader, {
    stalled: () => told.push("stalled"),
    refused: (_, isGone) => told.push(isGone ? "gone" : "refused"),
    flows: (lost) => told.push(`flows, ${lost} lost`),
  }, bytesMax);
  return { queue, told };
}

Deno.test("a reader that reads gets every line, in order, in few writes", async () => {
  const reader = new Reader(true);
  const { queue, told } = makeQueue(reader);
  const lines = Array.from({ length: 1_000 }, (_, i) => `line ${i}`);
  for (const line of lines) queue.writeSync(encode(`${line}\n`));
  assertEquals(await queue.drain(10_000), 0);
  assertEquals([reader.lines, told], [lines, []]);
});

Deno.test("what has no room is left out and counted; what had room comes later", async () => {
  const reader = new Reader(false);
  const { queue, told } = makeQueue(reader, 100);
  for (let i = 0; i < 100; i++) queue.writeSync(encode(`line ${i}\n`));
  assertEquals([reader.text, told], ["", ["stalled"]]);
  reader.reads();
  assertEquals(await queue.drain(10_000), 0);
  const kept = reader.lines.length;
  assertEquals(reader.lines, Array.from({ length: kept }, (_, i) => `line ${i}`));
  assertEquals([kept < 20, told], [true, ["stalled", `flows, ${100 - kept} lost`]]);
  queue.writeSync(encode("more\n"));
  await queue.drain(10_000);
  assertEquals([reader.lines.at(-1), told.length], ["more", 2]);
});

Deno.test("who waits for room loses nothing", async () => {
  const reader = new Reader(false);
  const { queue, told } = makeQueue(reader, 100);
  const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`);
  const printing = (async () => {
    for (const line of lines) {
      await queue.room();
      queue.writeSync(encode(`${line}\n`));
    }
  })();
  await Promise.resolve();
  reader.reads();
  await printing;
  await queue.drain(10_000);
  assertEquals([
    reader.lines,
    told.filter((word) => word !== "stalled" && word !== "flows, 0 lost"),
  ], [
    lines,
    [],
  ]);
});

Deno.test("a reader that has gone is told of once; one that comes back gets whole lines", async () => {
  const reader = new Reader(true);
  const { queue, told } = makeQueue(reader);
  reader.fault = new Deno.errors.BrokenPipe();
  for (let i = 0; i < 5; i++) {
    queue.writeSync(encode(`line ${i}\n`));
    await queue.drain(10_000);
  }
  assertEquals(told, ["gone"]);
  reader.fault = undefined;
  queue.writeSync(encode("again\n"));
  await queue.drain(10_000);
  // A line may have been cut off.
  assertEquals([reader.text, told], ["\nagain\n", ["gone", "flows, 5 lost"]]);
});

Deno.test("a reader that stood still before it went has gone all the same", async () => {
  const reader = new Reader(false);
  const { queue, told } = makeQueue(reader, 10);
  queue.writeSync(encode("0123456789\n"));
  queue.writeSync(encode("too much\n"));
  assertEquals(told, ["stalled"]);
  reader.fault = new Deno.errors.BrokenPipe("gone");
  reader.reads();
  await queue.drain(1_000);
  assertEquals(told, ["stalled", "gone"]);
});

Deno.test("the end waits as long as it is told to, and counts what is left", async () => {
  const reader = new Reader(false);
  const { queue } = makeQueue(reader);
  for (let i = 0; i < 5; i++) queue.writeSync(encode(`line ${i}\n`));
  assertEquals(await queue.drain(1) > 0, true);
  reader.reads();
  assertEquals(await queue.drain(10_000), 0);
});

function streamsOf(whenRefused: WhenRefused) {
  const stdout = new Reader(true);
  const stderr = new Reader(true);
  const flags = { json: true, text: false, "log-level": "warn", verbose: 0, quiet: false } as const;
  return { stdout, stderr, ...openStreams(flags, stdout, whenRefused, stderr) };
}

const told = (reader: Reader) =>
  reader.lines.map((line) => JSON.parse(line)).map(({ event, stream, message, lines, reason }) =>
    [event, stream ?? message, lines ?? reason].filter((word) => word !== undefined).join(": ")
  );

Deno.test("what happens to one stream is said on the other, and on itself when it is read", async () => {
  const { stdout, stderr, output, log } = streamsOf("goes on");
  try {
    stderr.fault = new Deno.errors.BrokenPipe();
    log("error", "one");
    await lastWords.drain!(10_000);
    assertEquals(told(stdout), ["unread: standard error: nobody reads it any more"]);
    stderr.fault = undefined;
    log("error", "two");
    await lastWords.drain!(10_000);
    const lost = "1 lines to standard error were left out: 1";
    assertEquals(told(stderr), ["log: two", `log: ${lost}`]);
    assertEquals(told(stdout).at(-1), "lost: standard error: 1");
    stdout.standsStill();
    for (let i = 0; i < 100; i++) output.emit({ event: "x", text: "x".repeat(10_000) });
    await lastWords.drain!(1);
    assertEquals(
      told(stderr)[2],
      "log: standard output is not read: what has no room is left out",
    );
    stdout.reads();
    await lastWords.drain!(10_000);
    const [, lines] = /: (\d+)$/.exec(told(stdout).at(-1)!)!;
    assertEquals(told(stdout).filter((line) => line === "x").length + Number(lines), 100);
    assertEquals(
      told(stderr).at(-1),
      `log: ${lines} lines to standard output were left out: ${lines}`,
    );
  } finally {
    lastWords.stderr = lastWords.drain = undefined;
  }
});

Deno.test("a reader that has gone ends a program that is for its reader, and no other", async () => {
  try {
    const ending = streamsOf("ends");
    ending.stdout.fault = new Deno.errors.BrokenPipe();
    ending.output.emit({ event: "x" });
    const error = await ending.failed.catch((error: unknown) => error);
    assertEquals([error instanceof OutputClosedError, told(ending.stderr)], [true, []]);
    const going = streamsOf("goes on");
    going.stdout.fault = new Deno.errors.BrokenPipe();
    going.output.emit({ event: "x" });
    await lastWords.drain!(10_000);
    const what = "nobody reads it any more; the program goes on, and prints in vain";
    assertEquals(told(going.stderr)[0], `log: standard output: ${what}`);
    const outcome = await Promise.race([going.failed, Promise.resolve("goes on")]);
    assertEquals(outcome, "goes on");
  } finally {
    lastWords.stderr = lastWords.drain = undefined;
  }
});
