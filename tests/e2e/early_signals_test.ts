/**
 * Programs that are asked to stop while they start.
 *
 * @module
 */

import { assertEquals, assertLessOrEqual } from "@std/assert";
import { Cluster } from "./cluster.ts";
import { FROM_SOURCES, type Launcher, type ProgramName } from "./program.ts";
import { e2e } from "./stage.ts";
import { without } from "./terminal/terminal.ts";

const NO_PS = Deno.build.os !== "linux"
  ? "the signals that a process catches are asked for in the words of Linux"
  : without("ps", "-o", "caught=", "-p", "1");

/** Makes a program the first process of a space of its own, where it loses what it does not catch. */
const UNSHARE = ["unshare", "--pid", "--fork", "--kill-child"];

const NODES: readonly ProgramName[] = ["acceptor", "learner", "proposer"];

/** A program that starts takes so long at most to listen, in milliseconds. */
const LISTENS_MS_MAX = 15_000;

/** What `ps` says of the processes that it is asked for. */
async function ps(...args: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command("ps", { args: [...args], stdin: "null" }).output();
  return new TextDecoder().decode(stdout).trim();
}

/** Settles when a process catches SIGTERM: the kernel has no event for it. */
async function untilListening(pid: number): Promise<void> {
  const startMs = performance.now();
  const catches = async () =>
    ((BigInt(`0x${await ps("-o", "caught=", "-p", `${pid}`) || "0"}`) >> 14n) & 1n) === 1n;
  while (!await catches()) {
    assertLessOrEqual(performance.now() - startMs, LISTENS_MS_MAX, "it never listens to SIGTERM");
  }
}

Deno.test(e2e(
  import.meta.url,
  "a program that still reads its configuration ends with status 0 on SIGTERM",
  async (stage) => {
    const programs = NODES.map((name) => stage.start(name, ["-"], { silentInput: true }));
    for (const program of programs) {
      await untilListening(program.pid);
      program.kill("SIGTERM");
      assertEquals(await program.exited, { success: true, code: 0, signal: null }, program.title);
    }
  },
  { ignore: NO_PS, patienceMs: 50_000 },
));

Deno.test(e2e(
  import.meta.url,
  "so does one that is the first process of its space",
  async (stage) => {
    const launcher: Launcher = (name) => [...UNSHARE, ...FROM_SOURCES(name)];
    for (const name of NODES) {
      const program = stage.start(name, ["-"], { silentInput: true, launcher });
      let child = 0;
      while (child === 0) child = Number(await ps("-o", "pid=", "--ppid", `${program.pid}`));
      await untilListening(child);
      Deno.kill(child, "SIGTERM");
      assertEquals(await program.exited, { success: true, code: 0, signal: null }, program.title);
    }
  },
  { ignore: NO_PS ?? without(...UNSHARE as [string], "true"), patienceMs: 50_000 },
));

Deno.test(e2e(
  import.meta.url,
  "an acceptor that looks whether its address is free ends with status 0 on SIGTERM",
  async (stage) => {
    const cluster = await Cluster.make(stage);
    // Somebody who never says a word: the acceptor waits for a second, and cannot listen then.
    const silent = Deno.listen({ hostname: "127.0.0.1", port: cluster.basePort });
    const acceptor = cluster.acceptor("Alice");
    const connection = await silent.accept();
    acceptor.kill("SIGTERM");
    assertEquals(await acceptor.exited, { success: true, code: 0, signal: null });
    connection.close();
    silent.close();
  },
));
