/**
 * The file that a trace goes to, and what happens when it cannot be written.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { TraceFile } from "../../lib/process/trace_file.ts";
import { replay } from "../../lib/trace/replay.ts";
import { OperatorError } from "../../lib/wire/operator_error.ts";
import { FakeClock, makeTestConfigurations, TestCluster } from "../node/harness.ts";

/** A file that takes a few bytes at a time, and from some length on none. */
class Target {
  text = "";
  closed = 0;
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  write(bytes: Uint8Array): Promise<number> {
    if (this.text.length >= this.#capacity) {
      return Promise.reject(new Error("no space left on device"));
    }
    const taken = bytes.subarray(0, 1_000);
    this.text += new TextDecoder().decode(taken);
    return Promise.resolve(taken.length);
  }

  close(): void {
    this.closed++;
  }
}

function open(capacity = Infinity) {
  const target = new Target(capacity);
  const clock = new FakeClock();
  const logged: string[] = [];
  const log = (level: string, message: string) => logged.push(`${level}: ${message}`);
  return { target, clock, logged, file: new TraceFile("a.trace", target, { clock, log }) };
}

Deno.test("lines are written together: after a second, when they are many, and at the end", async () => {
  const { target, clock, file } = open();
  file.write("one");
  assertEquals(target.text, "");
  await clock.advance(1_000);
  assertEquals(target.text, "one\n");
  const long = "x".repeat(100_000);
  file.write(long);
  await clock.advance(1);
  assertEquals(target.text, `one\n${long}\n`);
  file.write("two");
  await file.close();
  assertEquals(target.text, `one\n${long}\ntwo\n`);
  file.write("three");
  await file.close();
  assertEquals([target.text.endsWith("two\n"), target.closed, clock.pending], [true, 1, 0]);
});

Deno.test("a file that cannot be written is said once, and nothing more is tried", async () => {
  const { target, clock, logged, file } = open(1_500);
  for (let i = 0; i < 100; i++) {
    file.write("x".repeat(100));
    await clock.advance(1_000);
  }
  await file.close();
  assertEquals(logged, [
    "error: a.trace cannot be written: no space left on device; the trace ends here",
  ]);
  assertEquals([target.text.length < 3_000, target.closed, clock.pending], [true, 1, 0]);
});

/** A disk that takes what it is given in its own time. */
class StalledTarget {
  readonly given: string[] = [];
  closed = 0;
  readonly #takes: (() => void)[] = [];

  write(bytes: Uint8Array): Promise<number> {
    this.given.push(new TextDecoder().decode(bytes));
    return new Promise((resolve) => this.#takes.push(() => resolve(bytes.length)));
  }

  goesOn(): void {
    for (const take of this.#takes.splice(0)) take();
  }

  close(): void {
    this.closed++;
  }
}

function openStalled() {
  const target = new StalledTarget();
  const clock = new FakeClock();
  const logged: string[] = [];
  const log = (level: string, message: string) => logged.push(`${level}: ${message}`);
  return { target, clock, logged, file: new TraceFile("a.trace", target, { clock, log }) };
}

const TOO_SLOW = "error: a.trace cannot be written: the disk does not keep up; the trace ends here";

Deno.test("a disk that stands still holds nobody up; what it takes later is whole", async () => {
  const { target, clock, logged, file } = openStalled();
  file.write("one");
  await clock.advance(1_000);
  for (const line of ["two", "three"]) file.write(line);
  await clock.advance(10_000);
  assertEquals([target.given, logged], [["one\n"], []]);
  target.goesOn();
  await clock.advance(1);
  assertEquals(target.given, ["one\n", "two\nthree\n"]);
  target.goesOn();
  await file.close();
  assertEquals([logged, target.closed, clock.pending], [[], 1, 0]);
});

Deno.test("what waits for a disk that stands still is bounded: there the trace ends", async () => {
  const { target, clock, logged, file } = openStalled();
  const line = "x".repeat(100_000);
  for (let i = 0; i < 1_000; i++) file.write(line);
  assertEquals([logged, target.closed], [[TOO_SLOW], 1]);
  target.goesOn();
  await file.close();
  assertEquals([target.given.length, clock.pending], [1, 0]);
});

Deno.test("the end waits a second for a disk that stands still", async () => {
  const { target, clock, logged, file } = openStalled();
  file.write("one");
  const closed = file.close();
  await clock.advance(1_000);
  await closed;
  assertEquals([logged, target.closed, clock.pending], [[TOO_SLOW], 1, 0]);
});

Deno.test("an acceptor whose trace cannot be written goes on voting", async () => {
  const { target, logged, file } = open(200_000);
  const cluster = new TestCluster(await makeTestConfigurations());
  cluster.add("Alice", { trace: (line) => file.write(line) });
  // Without Dave all three are needed.
  for (const name of ["Bob", "Carol"]) cluster.join(cluster.add(name));
  await cluster.clock.advance(10);
  for (let instance = 1n; instance <= 40n; instance++) await cluster.decides(instance);
  await cluster.stop();
  assertEquals([logged.length, target.closed], [1, 1]);
  assertEquals(replay(target.text.split("\n").slice(0, -1)), undefined);
});

Deno.test("a trace never takes the place of a file, and is for its owner's eyes", async () => {
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos_trace_" });
  try {
    const host = { clock: new FakeClock(), log: () => {} };
    const path = `${folder}/a.trace`;
    const file = TraceFile.create(path, host);
    file.write("one");
    await file.close();
    assertEquals(await Deno.readTextFile(path), "one\n");
    if (Deno.build.os !== "windows") {
      assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
    }
    const error = assertThrows(() => TraceFile.create(path, host), OperatorError);
    const what = "exists already: name another file for the trace, or move this one away";
    assertEquals([error.message, error.exitStatus], [`${path}: ${what}`, 2]);
    const nowhere = `${folder}/none/a.trace`;
    const missing = assertThrows(() => TraceFile.create(nowhere, host), OperatorError);
    const why = "cannot be written: no such directory; make it first";
    assertEquals([missing.message, missing.exitStatus], [`${nowhere}: ${why}`, 4]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
