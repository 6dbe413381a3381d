/**
 * The commands that a page of the documentation shows, pasted into a shell by somebody who has just
 * cloned the repository.
 *
 * @module
 */

import { ROOT } from "../../scripts/lint/paths.ts";
import { noTerminal, onTerminal, without } from "./terminal/terminal.ts";
import { missing } from "./tools.ts";

/** A fenced block `sh`, and what the page shows as printed by it. */
export interface Block {
  /** The first line of its commands. */
  readonly line: number;
  /** Its commands; one that goes on after a backslash is one. */
  readonly commands: readonly string[];
  /** The lines of a block `text` that follows with nothing between; empty if there is none. */
  readonly shown: readonly string[];
}

/** What came of a command: its status and all that was on the terminal meanwhile. */
export interface Pasted {
  readonly command: string;
  readonly status: number;
  readonly printed: string;
}

/** The blocks `sh` of a page in Markdown, in order, indented ones as if they were not. */
export function blocksOf(page: string): Block[] {
  const fence = /^( *)```sh\n([^]*?)^ *```$(?:\n+ *```text\n([^]*?)^ *```$)?/gm;
  return [...page.matchAll(fence)].map(({ 1: indent, 2: body, 3: shown, index }) => ({
    line: page.slice(0, index).split("\n").length + 1,
    commands: body!.replaceAll(new RegExp(`^${indent}`, "gm"), "")
      .split(/(?<!\\)\n/).filter((command) => command.trim() !== ""),
    shown: shown?.split("\n").filter((line) => line.trim() !== "") ?? [],
  }));
}

/** Why nothing can be pasted here; undefined if it can. */
export function noPasting(): string | undefined {
  if (Deno.build.os !== "linux") return "commands are pasted on Linux only";
  const lacking = noTerminal ?? missing("bash", "git", "curl", "jq", "openssl");
  if (lacking !== undefined) return lacking;
  const unknown = without("git", "-C", ROOT, "rev-parse", "HEAD");
  return unknown === undefined ? undefined : "git knows no commit of these sources to clone";
}

/**
 * With its own network and its own processes if this user may have them: no port is taken, nothing
 * reaches a registry, and whatever was started ends with the shell.
 */
const ALONE = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"];

/** Sequences by which Deno moves the cursor and clears lines of a terminal. */
// deno-lint-ignore no-control-regex
const CONTROL = /\x1b\[[\d;?]*[A-Za-z]/g;

/** Programs that somebody is expected to have, by name, as scripts for bash. */
function expected(deno: string): Record<string, string> {
  return {
    // Fetching is npm's affair; which version is asked for is ours.
    npx: `[ "$1 $2" = "--yes deno@${pinned()}" ] || { echo "npx $*: another Deno"; exit 1; }
shift 2; exec "${deno}" "$@"`,
    // What is installed is a program of one file: here the same from the sources.
    hetpaxos: `exec "${deno}" run --quiet -A "$CLONE/cli/main.ts" "$@"`,
  };
}

/** The version of Deno that the repository's own workflow uses. */
function pinned(): string {
  const { 1: version } = /deno@(\d+\.\d+\.\d+)/.exec(Deno.readTextFileSync(`${ROOT}/.ci/run`)) ??
    [];
  if (version === undefined) throw new Error(".ci/run names no version of Deno");
  return version;
}

/** A clean clone of what is committed, and a home with nothing in it, in a folder of a test. */
export class Newcomer {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Clones. What is not committed is not tested, as nobody else would get it. */
  static async arrives(folder: string): Promise<Newcomer> {
    for (const name of ["home", "bin"]) await Deno.mkdir(`${folder}/${name}`);
    for (const [name, script] of Object.entries(expected(Deno.execPath()))) {
      await Deno.writeTextFile(`${folder}/bin/${name}`, `#!/bin/bash\n${script}\n`, {
        mode: 0o755,
      });
    }
    const { success, stderr } = await new Deno.Command("git", {
      args: ["clone", "--quiet", ROOT, `${folder}/clone`],
    }).output();
    if (!success) throw new Error(`git clone: ${new TextDecoder().decode(stderr)}`);
    return new Newcomer(folder);
  }

  /** A page of the clone. */
  page(path: string): Promise<string> {
    return Deno.readTextFile(`${this.#folder}/clone/${path}`);
  }

  /**
   * Pastes the commands one by one into one shell on a terminal, in the clone; after one that
   * fails no other is pasted.
   *
   * @returns One entry for each command that was run.
   */
  async pastes(commands: readonly string[], secondsMax: number): Promise<Pasted[]> {
    const script = `${this.#folder}/pasted.sh`;
    // Marks that no program prints, around each command.
    const lines = commands.flatMap((command) => [
      "printf '\\036'",
      command,
      `status=$?; printf '\\037%d\\n' $status; [ $status = 0 ] || exit 1`,
    ]);
    const alone = without("unshare", ...ALONE.slice(1), "ip", "link", "set", "lo", "up");
    if (alone !== undefined) {
      console.log(`pasted among all other processes: ${alone}`);
      // A command that fails may leave a cluster behind.
      lines.unshift("trap 'deno task --quiet cluster down' EXIT");
    }
    await Deno.writeTextFile(script, `${lines.join("\n")}\n`);
    const shell = alone === undefined
      ? [...ALONE, "bash", "-c", `ip link set lo up && exec bash ${script}`]
      : ["bash", script];
    const { shown } = await onTerminal({
      argv: shell,
      cwd: `${this.#folder}/clone`,
      env: await this.#environment(),
      columns: 200,
      steps: [["end"]],
      secondsMax,
    });
    return shown.replaceAll("\r\n", "\n").replaceAll(CONTROL, "").split("\x1e").slice(1).map(
      (part, i) => {
        const [printed = "", status] = part.split("\x1f");
        return { command: commands[i]!, status: Number.parseInt(status ?? "", 10), printed };
      },
    );
  }

  /** Nothing of this user's, but for what Deno has fetched: tests ask no registry. */
  async #environment(): Promise<Record<string, string>> {
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] })
      .output();
    const { denoDir } = JSON.parse(new TextDecoder().decode(stdout));
    const folder = Deno.execPath().replace(/\/[^/]*$/, "");
    return {
      HOME: `${this.#folder}/home`,
      PATH: `${this.#folder}/bin:${folder}:${Deno.env.get("PATH")}`,
      CLONE: `${this.#folder}/clone`,
      DENO_DIR: denoDir,
      NO_COLOR: "1",
      TERM: "dumb",
    };
  }
}
