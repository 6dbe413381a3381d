/**
 * Runs what has been made, as its users will: every program tells its version, a cluster's files are
 * generated, four acceptors with journals on disk start, a proposer's value is decided, a learner and
 * `get` tell it again.
 *
 * `deno task smoke [--archive] [--from DIR]`: the scripts that `deno task bundle` makes, or the
 * archive of this machine's executables.
 *
 * @module
 */

import { Child, freePorts, type Line } from "../cli/demo/child.ts";
import { VERSION } from "../cli/version.ts";
import { EXIT, OperatorError } from "../lib/wire/operator_error.ts";
import { refusalOf } from "../lib/wire/os_reason.ts";
import { unpack } from "./archives.ts";
import { runScript } from "./command.ts";
import { ROOT } from "./lint/paths.ts";
import { archiveName, SUMS } from "./package.ts";
import { PROGRAMS, SCRIPT_FLAGS } from "./programs.ts";
import { sha256Hex } from "../lib/crypto/hash.ts";

/** Everything together may take so long, in milliseconds: runners are slow when they are new. */
const PATIENCE_MS = 120_000;

const ACCEPTORS = 4;

const VALUE = "smoke";

/** The command that runs a program. */
type Commands = ReadonlyMap<string, readonly string[]>;

/**
 * The commands for the scripts in a folder.
 *
 * @throws OperatorError (resource) if one is missing.
 */
export async function commandsOfScripts(folder: string): Promise<Commands> {
  const commands = new Map<string, readonly string[]>();
  for (const { name, permissions } of PROGRAMS) {
    const script = `${folder}/${name}.js`;
    await Deno.stat(script).catch(() => {
      throw new OperatorError(EXIT.resource, "is missing; make it with deno task bundle", script);
    });
    commands.set(name, [Deno.execPath(), "run", ...SCRIPT_FLAGS, ...permissions, script]);
  }
  return commands;
}

/**
 * The commands for the executables of this machine's archive, which is unpacked.
 *
 * @param from The folder with the archive and its sums.
 * @param into Where it is unpacked.
 * @throws OperatorError (resource) if it is missing, or is not what SHA256SUMS says.
 */
export async function commandsOfArchive(from: string, into: string): Promise<Commands> {
  const { target, os } = Deno.build;
  const archive = archiveName(target);
  const bytes = await Deno.readFile(`${from}/${archive}`).catch(() => {
    const what = "is missing; make it with deno task compile and deno task package";
    throw new OperatorError(EXIT.resource, what, `${from}/${archive}`);
  });
  const sums = await Deno.readTextFile(`${from}/${SUMS}`).catch(() => "");
  const line = `${sha256Hex(bytes)}  ${archive}`;
  if (!sums.split("\n").includes(line)) {
    throw new OperatorError(EXIT.resource, `is not what ${SUMS} says`, `${from}/${archive}`);
  }
  const commands = new Map<string, readonly string[]>();
  const entries = await unpack(archive, bytes);
  for (const { name } of PROGRAMS) {
    const file = os === "windows" ? `${name}.exe` : name;
    const entry = entries.find((one) => one.name.split("/").at(-1) === file);
    if (entry === undefined) {
      throw new OperatorError(EXIT.resource, `has no ${file}`, `${from}/${archive}`);
    }
    await Deno.writeFile(`${into}/${file}`, entry.bytes, {
      mode: entry.executable ? 0o755 : 0o644,
    });
    commands.set(name, [`${into}/${file}`]);
  }
  return commands;
}

/** One run of everything; no child outlives it. */
class Smoke {
  readonly #commands: Commands;
  readonly #folder: string;
  readonly #children: Child[] = [];

  constructor(commands: Commands, folder: string) {
    this.#commands = commands;
    this.#folder = folder;
  }

  /** @throws Error that says what did not go as it should. */
  async run(): Promise<void> {
    for (const { name } of PROGRAMS) await this.#version(name);
    const ports = ["--base-port", String(freePorts(ACCEPTORS)), "--host", "127.0.0.1"];
    await this.#ends("hetpaxos", "config", "generate", "--clients", "1", ...ports, this.#at("my"));
    console.log("ok   hetpaxos config generate");
    const acceptors = Array.from({ length: ACCEPTORS }, (_, i) => this.#acceptor(i));
    await Promise.all(
      acceptors.map((child) => child.line(({ event }) => event === "listening")),
    );
    console.log(`ok   ${ACCEPTORS} acceptors listen`);
    const config = this.#at("my_client_0_config.json");
    await this.#decides("hetpaxos-proposer", "--value", VALUE, config);
    await this.#decides("hetpaxos-learner", "--once", config);
    await this.#decides("hetpaxos", "get", "--instance", "0", config);
    await this.#ends("hetpaxos", "status", config);
    console.log("ok   hetpaxos status");
    await Promise.all(acceptors.map((acceptor) => this.#stops(acceptor)));
    console.log(`ok   ${ACCEPTORS} acceptors stop`);
  }

  /** Kills what still runs. */
  async stop(): Promise<void> {
    for (const child of this.#children) child.kill();
    await Promise.all(this.#children.map((child) => child.ended()));
  }

  #at(name: string): string {
    return `${this.#folder}/${name}`;
  }

  #start(program: string, ...args: readonly string[]): Child {
    const child = new Child(this.#commands.get(program)!, args);
    this.#children.push(child);
    return child;
  }

  #acceptor(i: number): Child {
    const journal = ["--data-dir", this.#at(`data_${i}`)];
    return this.#start("hetpaxos-acceptor", ...journal, this.#at(`my_${i}_config.json`));
  }

  async #ends(program: string, ...args: readonly string[]): Promise<readonly Line[]> {
    const child = this.#start(program, ...args);
    const { status, errors } = await child.ended();
    if (status.code !== 0) {
      throw new Error(`${program} ${args[0]}: status ${status.code}: ${errors.trim()}`);
    }
    return child.lines;
  }

  async #version(program: string): Promise<void> {
    const [line] = await this.#ends(program, "--version");
    if (line?.version !== VERSION) {
      throw new Error(`${program} --version: ${JSON.stringify(line)}, not ${VERSION}`);
    }
    console.log(`ok   ${program} --version: ${VERSION}, commit ${line.commit}, Deno ${line.deno}`);
  }

  async #decides(program: string, ...args: readonly string[]): Promise<void> {
    const lines = await this.#ends(program, ...args);
    const values = lines.filter(({ event }) => event === "decision").map(({ value }) => value);
    if (values.length === 0 || values.some((value) => value !== VALUE)) {
      throw new Error(`${program} ${args[0]}: decided ${JSON.stringify(values)}, not ${VALUE}`);
    }
    console.log(`ok   ${program} ${args[0]}: ${VALUE}`);
  }

  /** By SIGTERM; Windows knows no signals, and ends a process by force. */
  async #stops(acceptor: Child): Promise<void> {
    acceptor.kill("SIGTERM");
    const { status, errors } = await acceptor.ended();
    if (status.code !== 0 && Deno.build.os !== "windows") {
      throw new Error(`hetpaxos-acceptor: status ${status.code} on SIGTERM: ${errors.trim()}`);
    }
  }
}

async function smoke(from: string, archive: boolean): Promise<number> {
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos_smoke_" });
  try {
    const commands = archive
      ? await commandsOfArchive(from, folder)
      : await commandsOfScripts(from);
    const run = new Smoke(commands, folder);
    const patience = setTimeout(() => void run.stop(), PATIENCE_MS);
    try {
      await run.run();
    } finally {
      clearTimeout(patience);
      await run.stop();
    }
    return 0;
  } catch (error) {
    if (error instanceof OperatorError || refusalOf(error) !== undefined) throw error;
    console.error(`FAIL ${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  await runScript({
    name: "deno task smoke",
    summary: "Run what has been made",
    description: "Runs the scripts of deno task bundle, or the executables of this machine's " +
      "archive, as their users will: versions, generated files, four acceptors on loopback, a " +
      "decision that a proposer, a learner and get tell.",
    flags: [
      { name: "archive", kind: "boolean", help: "run the executables of this machine's archive" },
      {
        name: "from",
        kind: "text",
        value: "DIR",
        default: `${ROOT}/dist`,
        offers: "folder",
        help: "the folder with what has been made",
      },
    ],
    exits: [
      { status: 1, means: "something did not go as it should" },
      { status: EXIT.resource, means: "nothing has been made" },
    ],
  }, ({ flags: { from, archive } }) => smoke(from, archive));
}
