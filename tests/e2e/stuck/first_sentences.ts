/**
 * The first sentences that programs say of a cluster that is stuck, held against a transcript.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Cluster } from "../cluster.ts";
import { FROM_SOURCES, type Launcher, NODE_PERMISSIONS, type Program } from "../program.ts";
import type { Line } from "../lines.ts";
import type { Stage } from "../stage.ts";

/** What was said of one case, by program. */
type Said = Readonly<Record<string, string>>;

/** How often the others are asked until they say what is expected. */
const TRIES = 6;

/** How a case is looked at. */
export interface Look {
  /** The instance that is waited for. */
  readonly instance: number;
  /** Whose file asks; that of client_0 if left out. */
  readonly as?: string;
  /** Who waits, with a `--timeout`; or what it says after the others. */
  readonly waits?: Program | (() => Promise<string>);
  /** What who waits has logged when the others may ask; they ask at once if left out. */
  readonly once?: string;
}

/** Looks at stuck clusters, and compares what is said first with a transcript. */
export class FirstSentences {
  readonly #stage: Stage;
  readonly #golden: URL;
  readonly #seen: [title: string, said: Said][] = [];

  /**
   * Compares with the sections of a file.
   *
   * @param golden Written anew with --update.
   */
  constructor(stage: Stage, golden: URL) {
    this.#stage = stage;
    this.#golden = golden;
  }

  /** Has explain, status and whoever waits say what they say of a cluster. */
  async of(title: string, cluster: Cluster, { instance, as = "client_0", waits, once }: Look) {
    if (once !== undefined) await (waits as Program).logged(once);
    const file = cluster.file(as);
    let said = await this.#ask(instance, file);
    // What has only just happened may not have come to all that are asked.
    for (let tries = 1; tries < TRIES && !await this.#isWritten(title, said); tries++) {
      said = await this.#ask(instance, file);
    }
    const own = typeof waits === "function" ? await waits() : await lastWords(waits);
    await this.compare(title, { ...said, ...own === undefined ? {} : { waits: own } });
  }

  async #ask(instance: number, file: string): Promise<Said> {
    const explain = this.#stage.start("explain", [
      "--instance",
      `${instance}`,
      "--json",
      "--timeout",
      "10s",
      file,
    ]);
    const status = this.#stage.start("status", ["--json", "--timeout", "10s", file]);
    await Promise.all([explain.ended, status.ended]);
    const verdict = status.out.all.find(({ event }) => event === "verdict");
    return { explain: `${explain.out.all[0]?.text}`, status: verdictText(verdict) };
  }

  /** Whether the section of this title has it, or is to be written. */
  async #isWritten(title: string, said: Said): Promise<boolean> {
    if (Deno.args.includes("--update")) return true;
    const section = await this.#sectionOf(title);
    return section.startsWith(render(title, normalised(said)));
  }

  async #sectionOf(title: string): Promise<string> {
    const sections = (await Deno.readTextFile(this.#golden)).split(/^## /m);
    return sections.find((text) => text.startsWith(`${title}\n`)) ?? "";
  }

  /** Compares what was said with the section of this title. */
  async compare(title: string, said: Said): Promise<void> {
    const plain = normalised(said);
    this.#seen.push([title, plain]);
    if (Deno.args.includes("--update")) return;
    assertEquals(render(title, plain), (await this.#sectionOf(title)).trimEnd(), title);
  }

  /** Writes the transcript anew, if that was asked for. */
  async close(): Promise<void> {
    if (!Deno.args.includes("--update")) return;
    const sections = this.#seen.map(([title, said]) => `## ${render(title, said)}\n`);
    await Deno.writeTextFile(this.#golden, `${HEAD}\n${sections.join("\n")}`);
  }
}

const HEAD = `# First sentences

What programs say first of clusters that were made to be stuck, over TLS. Made by the tests beside it, with --update.
`;

function render(title: string, said: Said): string {
  const lines = Object.entries(said).map(([who, text]) => `- ${who}: ${text}`);
  return [title, "", ...lines].join("\n");
}

function normalised(said: Said): Said {
  return Object.fromEntries(Object.entries(said).map(([who, text]) => [who, normalise(text)]));
}

/** What differs from run to run is left out. */
function normalise(text: string): string {
  return text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME")
    .replaceAll(/\d+ (ms|times)\b/g, "N $1")
    .replaceAll(/\b(3599|3600|3601) s\b/g, "3600 s")
    .replaceAll(/\(\d+ messages/g, "(N messages");
}

/** The first cause of a verdict, or all of it if there is none. */
export function verdictText(verdict: Line | undefined): string {
  const [cause] = verdict?.causes as readonly string[] ?? [];
  const can = verdict?.decides === true ? "can decide, but" : "cannot decide:";
  return cause === undefined ? `${verdict?.sentence}` : `${verdict?.learner} ${can} ${cause}`;
}

/** What a program ends with. */
export async function lastWords(waits: Program | undefined): Promise<string | undefined> {
  if (waits === undefined) return undefined;
  await waits.ended;
  return `${waits.err.all.findLast(({ event }) => event === "fatal")?.message}`;
}

/** Starts a program whose clock is off by so many milliseconds. */
export async function shiftedClock(stage: Stage, offMs: number): Promise<Launcher> {
  const path = await stage.write(
    `clock_${offMs}.js`,
    `const Real = Date;
globalThis.Date = class extends Real {
  constructor(...args) { if (args.length === 0) super(Real.now() + ${offMs}); else super(...args); }
  static now() { return Real.now() + ${offMs}; }
};
`,
  );
  const flags = ["run", "--quiet", "--no-prompt", ...NODE_PERMISSIONS, "--preload", path];
  return (program) => {
    const [deno, ...args] = FROM_SOURCES(program);
    return [deno!, ...flags, ...args.slice(-2)];
  };
}

/** How a command gets file systems of its own: as root, or where anybody may have a name space. */
const APART = [["unshare", "-m"], ["unshare", "-rm"]];

/** That by which it can be had here; undefined if in no way. */
function apart(): readonly string[] | undefined {
  return APART.find(([command, ...flags]) => {
    const args = [...flags, "mount", "-t", "tmpfs", "tmpfs", "/tmp"];
    try {
      return new Deno.Command(command!, { args, stdout: "null", stderr: "null" }).outputSync()
        .success;
    } catch {
      return false;
    }
  });
}

/** Why a program cannot have a small disk of its own; undefined if it can. */
export const noSmallDisk: string | undefined = apart() === undefined
  ? "a file system of its own cannot be had here"
  : undefined;

/** Starts a program that sees a small disk of its own in a folder, which is gone when it ends. */
export async function smallDisk(folder: string, kilobytes: number): Promise<Launcher> {
  await Deno.mkdir(folder);
  const script = `mount -t tmpfs -o size=${kilobytes}k tmpfs '${folder}' && exec "$@"`;
  return (program) => [...apart()!, "sh", "-c", script, "sh", ...FROM_SOURCES(program)];
}
