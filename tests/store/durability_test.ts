/**
 * Whether what must survive the machine has been given to the disk: seen from outside, by the
 * system calls made.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { inDirectory } from "./fixture.ts";
import { testUnless, whyNotTraced } from "./trying.ts";

const CHILD = new URL("sync_child.ts", import.meta.url).pathname;
const RUN = ["run", "--no-check", "--allow-read", "--allow-write"];

/** Leaves a journal with something in it that has not been synced. */
async function leaveUnsynced(dataDir: string): Promise<void> {
  const args = [...RUN, "--allow-run", CHILD, dataDir, "die"];
  const { signal } = await new Deno.Command(Deno.execPath(), { args, stdout: "null" }).output();
  assertEquals(signal, "SIGKILL");
}

/** What the system was asked to do about the journal, line by line. */
async function trace(dataDir: string): Promise<string[]> {
  const { success, stderr } = await new Deno.Command("strace", {
    args: [
      ...["-f", "-qq", "-y", "-o", `${dataDir}/trace`],
      ...["-e", "trace=fdatasync,fsync,write,pwrite64"],
      ...[Deno.execPath(), ...RUN, CHILD, dataDir],
    ],
    stdout: "null",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return (await Deno.readTextFile(`${dataDir}/trace`)).split("\n");
}

const IS_SYNC = /sync\(\d+<[^>]*journal\.sqlite-wal>\)/;

/** Whether the journal was synced at least once after each name was written, until the next. */
function syncsByStep(lines: readonly string[]): Map<string, boolean> {
  const steps = new Map<string, boolean>();
  let step: string | undefined;
  for (const line of lines) {
    const name = /write\(\d+<[^>]*>, "<([a-z, ]+)>"/.exec(line)?.[1];
    if (name !== undefined) steps.set(step = name, false);
    else if (step !== undefined && IS_SYNC.test(line)) steps.set(step, true);
  }
  return steps;
}

/** Of each time that the mark was written: whether all of the log before it had been synced. */
function marksAfterSync(lines: readonly string[]): boolean[] {
  const marks: boolean[] = [];
  let isSynced = false;
  for (const line of lines) {
    if (IS_SYNC.test(line)) isSynced = true;
    else if (/write(64)?\(\d+<[^>]*journal\.sqlite-wal>/.test(line)) isSynced = false;
    else if (/write\(\d+<[^>]*journal\.mark>/.test(line)) marks.push(isSynced);
  }
  return marks;
}

testUnless(whyNotTraced(), "what is durable has been synced, and nothing else waits", async () => {
  await inDirectory(async (dataDir) => {
    await leaveUnsynced(dataDir);
    const lines = await trace(dataDir);
    assertEquals([...syncsByStep(lines)], [
      ["opening", true], // whoever opens a journal may send what is in it
      ["first", true], // and it says that it has been opened
      ["lasting", true],
      ["passing", false],
      ["lasting after passing", true],
      ["nothing new", false],
      ["passing value", false],
      ["the same, lasting", true],
      ["another passing", true], // what a log begins with is synced, once each time it starts anew
      ["yet another", false],
      ["nothing, lasting", true],
      ["nothing, passing", false],
      ["end", false],
    ]);
    const marks = marksAfterSync(lines);
    assertEquals(marks, Array(marks.length).fill(true), "the mark tells of what is synced only");
    assertEquals(marks.length, 7, "when opened, and with each that lasts");
    // A log that was made by a process which did not live to sync it has a name to be kept, too.
    const opening = lines.slice(0, lines.findIndex((line) => line.includes("<first>")));
    assert(opening.some((line) => line.includes(`sync(`) && line.includes(`<${dataDir}>`)));
  });
});
