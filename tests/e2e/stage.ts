/**
 * Where an end-to-end test takes place: a folder, programs, a limit of time; nothing is left of it.
 *
 * @module
 */

import { relativePath } from "../../scripts/lint/paths.ts";
import { Program, type ProgramName, type StartOptions } from "./program.ts";

/** A test gives up after so long unless it says otherwise, in milliseconds. */
const PATIENCE_MS = 60_000;

/** Lines of each stream of each program that are shown when a test fails. */
const LINES_SHOWN = 12;

/** What a test has at its disposal. */
export class Stage {
  /** A folder for its files. */
  readonly folder: string;
  readonly #programs: Program[] = [];
  #struck = false;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Runs `body` on a stage of its own and clears the stage. */
  static async use(
    body: (stage: Stage) => Promise<void>,
    patienceMs: number = PATIENCE_MS,
  ): Promise<void> {
    const stage = new Stage(await Deno.makeTempDir({ prefix: "hetpaxos_e2e_" }));
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      stage.#killAll();
    }, patienceMs);
    try {
      await body(stage);
    } catch (error) {
      if (late) console.log(`Everything was killed after ${patienceMs / 1000} s.`);
      stage.#explain();
      throw error;
    } finally {
      clearTimeout(timer);
      await stage.#strike();
    }
  }

  /** Starts a program that ends with the test at the latest. */
  start(name: ProgramName, args: readonly string[], options?: StartOptions): Program {
    if (this.#struck) throw new Error("the test is over");
    const program = new Program(name, args, options);
    this.#programs.push(program);
    return program;
  }

  /** Writes a file that only its owner may read; returns its path. */
  async write(name: string, content: string | Uint8Array): Promise<string> {
    const path = `${this.folder}/${name}`;
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(path, bytes, { mode: 0o600 });
    return path;
  }

  #killAll(): void {
    this.#struck = true;
    for (const program of this.#programs) program.kill();
  }

  async #strike(): Promise<void> {
    this.#killAll();
    await Promise.all(this.#programs.map(({ ended }) => ended));
    await Deno.remove(this.folder, { recursive: true });
  }

  #explain(): void {
    for (const { title, out, err } of this.#programs) {
      console.log(`--- ${title.replaceAll(`${this.folder}/`, "")}`);
      for (const [stream, { text }] of [["out", out], ["err", err]] as const) {
        const lines = text.trimEnd().split("\n").slice(-LINES_SHOWN);
        for (const line of lines) if (line !== "") console.log(`${stream}: ${line.slice(0, 300)}`);
      }
    }
  }
}

/** How a test is run. */
export interface E2eOptions {
  /** Why it cannot be run here, if it cannot. */
  readonly ignore?: string | undefined;
  /** It gives up after so long, in milliseconds; a minute if left out. */
  readonly patienceMs?: number;
  /** Settings that repeat it, in front of the command. */
  readonly repeat?: string;
}

/** Runs a part of a test that builds on the parts before it: if one fails, no other is tried. */
export type Step = (name: string, body: () => Promise<void>) => Promise<void>;

/**
 * A test that happens on a stage. If it fails, it tells what its programs said last and how to
 * repeat it.
 *
 * @param url `import.meta.url` of the file that the test is in.
 * @param how Why it cannot be run here, if it cannot; or more.
 */
export function e2e(
  url: string,
  name: string,
  body: (stage: Stage, step: Step) => Promise<void>,
  how: string | E2eOptions = {},
): Deno.TestDefinition {
  const { ignore, patienceMs, repeat = "" }: E2eOptions = typeof how === "string"
    ? { ignore: how }
    : how;
  const path = relativePath(decodeURIComponent(new URL(url).pathname));
  if (ignore !== undefined) console.log(`ignored: ${name}: ${ignore}`);
  return {
    name,
    ignore: ignore !== undefined,
    fn: async (t) => {
      const step: Step = async (name, body) => {
        if (!await t.step(name, body)) throw new Error(`failed: ${name}`);
      };
      try {
        await Stage.use((stage) => body(stage, step), patienceMs);
      } catch (error) {
        console.log(`To repeat: ${repeat}deno task test ${path} --filter '${name}'`);
        throw error;
      }
    },
  };
}
