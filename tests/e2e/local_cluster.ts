/**
 * `hetpaxos cluster` in tests: commands, and what must be left of them: nothing.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { succeeds, valuesOf } from "./expect.ts";
import type { Line } from "./lines.ts";
import type { Launcher, Program } from "./program.ts";
import type { E2eOptions, Stage } from "./stage.ts";
import { missing } from "./tools.ts";

/** A process whose command line names a folder. */
export interface ProcessRow {
  readonly pid: number;
  /** Of its group. */
  readonly group: number;
  readonly command: string;
}

/** Processes whose command lines name a folder. */
export async function processesOf(folder: string): Promise<ProcessRow[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-e", "-o", "pid=,pgid=,args="] })
    .output();
  return new TextDecoder().decode(stdout).split("\n")
    .filter((line) => line.includes(folder))
    .map((line) => {
      const [, pid, group, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)!;
      return { pid: Number(pid), group: Number(group), command: command! };
    });
}

/** Clusters kept in a folder of the test's. */
export class LocalClusters {
  /** What `--state-dir` would have. */
  readonly folder: string;
  readonly #stage: Stage;
  readonly #launcher: Launcher | undefined;

  private constructor(stage: Stage, launcher: Launcher | undefined) {
    this.folder = `${stage.folder}/state`;
    this.#stage = stage;
    this.#launcher = launcher;
  }

  /** Runs `body`, which must stop what it started; what it did not is killed. */
  static async use(
    stage: Stage,
    body: (clusters: LocalClusters) => Promise<void>,
    launcher?: Launcher,
  ): Promise<void> {
    const clusters = new LocalClusters(stage, launcher);
    try {
      await body(clusters);
      assertEquals(await processesOf(clusters.folder), []);
    } finally {
      for (const { pid } of await processesOf(clusters.folder)) {
        try {
          Deno.kill(pid, "SIGKILL");
        } catch {
          // It has ended.
        }
      }
    }
  }

  /** Starts `hetpaxos cluster …`. */
  start(...args: readonly string[]): Program {
    return this.#stage.start("cluster", args, {
      env: { HETPAXOS_STATE_DIR: this.folder },
      ...this.#launcher === undefined ? {} : { launcher: this.#launcher },
    });
  }

  /** Runs it to its end. @returns what it printed: lines of JSON, each of which has its event. */
  async run(status: number, ...args: readonly string[]): Promise<readonly Line[]> {
    const program = this.start(...args);
    const { code, err } = await program.ended;
    assertEquals(code, status, `${program.title}: ${err}`);
    assertEvents(program.out.all);
    return program.out.all;
  }

  /** The path that `cluster config` prints. */
  async config(...args: readonly string[]): Promise<string> {
    const program = this.start("config", ...args);
    const { code, out, err } = await program.ended;
    assertEquals(code, 0, err);
    return out.trimEnd();
  }

  /** Waits until a file of a cluster is there. */
  async appears(name: string): Promise<void> {
    const path = `${this.folder}/${name}`;
    const isThere = () => Deno.stat(path).then(() => true, () => false);
    // The folder that it comes into need not be there yet.
    await Deno.mkdir(this.folder, { recursive: true });
    using watcher = Deno.watchFs(this.folder);
    if (await isThere()) return;
    for await (const _ of watcher) if (await isThere()) return;
  }
}

/** What a test of it needs. */
export const NEEDED: E2eOptions = {
  ignore: Deno.build.os === "windows" ? "it needs a POSIX system" : missing("ps"),
  patienceMs: 180_000,
};

/** Has a value decided. */
export async function propose(
  stage: Stage,
  file: string,
  instance: number,
  value: string,
): Promise<void> {
  const args = ["--instance", String(instance), "--value", value, "--timeout", "60s", file];
  const decisions = await succeeds(stage.start("proposer", args));
  assertEquals(valuesOf(decisions), [value]);
}

/** Those lines that tell of one event. */
export function eventsOf(lines: readonly Line[], event: string): Line[] {
  return lines.filter((line) => line.event === event);
}

/** Every line is JSON that says what it is. */
function assertEvents(lines: readonly Line[]): void {
  for (const line of lines) assertEquals(typeof line.event, "string", JSON.stringify(line));
}

/** No process, no folder, no port. */
export async function assertNothingLeft(
  clusters: LocalClusters,
  name: string,
  ports: readonly number[],
): Promise<void> {
  assertEquals(await processesOf(`${clusters.folder}/${name}`), []);
  assertEquals(await Array.fromAsync(Deno.readDir(clusters.folder), (row) => row.name), []);
  for (const port of ports) Deno.listen({ hostname: "127.0.0.1", port }).close();
}
