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

/** Whether the journal was synced at least once after each name was written, until the next. */
async function syncsByStep(dataDir: string): Promise<Map<string, boolean>> {
  const { success, stderr } = await new Deno.Command("strace", {
    args: [
      ...["-f", "-qq", "-y", "-o", `${dataDir}/trace`, "-e", "trace=fdatasync,fsync,write"],
      ...[Deno.execPath(), ...RUN, CHILD, dataDir],
    ],
    stdout: "null",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const steps = new Map<string, boolean>();
  let step: string | undefined;
  for (const line of (await Deno.readTextFile(`${dataDir}/trace`)).split("\n")) {
    const name = /write\(\d+<[^>]*>, "<([a-z, ]+)>"/.exec(line)?.[1];
    if (name !== undefined) steps.set(step = name, false);
    else if (step !== undefined && /sync\(\d+<[^>]*journal\.sqlite-wal>\)/.test(line)) {
      steps.set(step, true);
    }
  }
  return steps;
}

testUnless(whyNotTraced(), "what is durable has been synced, and nothing else waits", async () => {
  await inDirectory(async (dataDir) => {
    await leaveUnsynced(dataDir);
    assertEquals([...await syncsByStep(dataDir)], [
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
  });
});
