/**
 * Programs of this project as child processes, for tests.
 *
 * @module
 */

import { ROOT } from "../../scripts/lint/paths.ts";
import { type Line, Lines } from "./lines.ts";

/** What is to be run. */
export type ProgramName =
  | "acceptor"
  | "learner"
  | "proposer"
  | "cluster"
  | "config"
  | "console"
  | "demo"
  | "explain"
  | "get"
  | "key"
  | "log"
  | "replay"
  | "status";

/** What starts a program: the command before the program's own arguments. */
export type Launcher = (program: ProgramName) => readonly string[];

/** The permissions that the tasks of deno.json grant the programs that run a node. */
export const NODE_PERMISSIONS = ["--allow-net", "--allow-read", "--allow-write"];

/** Programs that start others. */
export const STARTERS: readonly ProgramName[] = ["cluster", "demo"];

/** What these need besides. */
export const STARTER_PERMISSIONS = ["--allow-run", "--allow-env"];

/** Starts programs from their sources. */
export const FROM_SOURCES: Launcher = (program) => {
  const more = STARTERS.includes(program) ? STARTER_PERMISSIONS : [];
  return [
    ...[Deno.execPath(), "run", "--quiet", "--no-prompt", ...NODE_PERMISSIONS, ...more],
    ...[`${ROOT}/cli/main.ts`, program],
  ];
};

/** How a program is run. */
export interface StartOptions {
  readonly launcher?: Launcher;
  /** Standard input; none if left out. */
  readonly input?: string | Uint8Array<ArrayBuffer>;
  /** Standard input is a pipe into which nothing is ever written. */
  readonly silentInput?: boolean;
  /** Nobody reads what it prints, on either stream, before {@linkcode Program.readNow}. */
  readonly unread?: boolean;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  /** All of standard output. */
  readonly out: string;
  /** All of standard error. */
  readonly err: string;
}

/** A program that has been started. */
export class Program {
  /** The program and its arguments, to tell it from others. */
  readonly title: string;
  /** Standard output. */
  readonly out: Lines;
  /** Standard error. */
  readonly err: Lines;
  /** Settles when it has ended and all it printed has been read. */
  readonly ended: Promise<Ended>;
  readonly #process: Deno.ChildProcess;
  readonly #gate = Promise.withResolvers<void>();

  /** Starts it. */
  constructor(name: ProgramName, args: readonly string[], options: StartOptions = {}) {
    const [executable, ...rest] = (options.launcher ?? FROM_SOURCES)(name);
    this.title = [name, ...args].join(" ");
    this.#process = new Deno.Command(executable!, {
      args: [...rest, ...args],
      env: { NO_COLOR: "1", ...options.env },
      stdin: options.input === undefined && !options.silentInput ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    if (!options.unread) this.readNow();
    this.out = new Lines(this.#process.stdout, this.#gate.promise);
    this.err = new Lines(this.#process.stderr, this.#gate.promise);
    this.ended = this.#end(options);
  }

  /** Process id. */
  get pid(): number {
    return this.#process.pid;
  }

  /** The first line on standard output that `matches`, past or to come. */
  async line(matches: (line: Line) => boolean, what: string): Promise<Line> {
    return await this.out.until((lines) => lines.find(matches), what);
  }

  /** Its first `count` decisions, in the order in which it printed them. */
  async decisions(count = 1): Promise<Line[]> {
    return await this.out.until((lines) => {
      const decisions = lines.filter(({ event }) => event === "decision");
      return decisions.length >= count ? decisions.slice(0, count) : undefined;
    }, `${count} decisions`);
  }

  /** The first log message, past or to come, that holds `text`, after the first `skip` messages. */
  async logged(text: string, skip = 0): Promise<Line> {
    return await this.err.until(
      (lines) => lines.slice(skip).find((line) => String(line.message).includes(text)),
      `"${text}" to its log`,
    );
  }

  /** Sends a signal; does nothing if it has ended. */
  kill(signal: Deno.Signal = "SIGKILL"): void {
    try {
      this.#process.kill(signal);
    } catch {
      // It has ended.
    }
  }

  /** Begins to read what it prints, if it was started unread. */
  readNow(): void {
    this.#gate.resolve();
  }

  /** How it ended; settles though nobody has read what it printed. */
  get exited(): Promise<Deno.CommandStatus> {
    return this.#process.status;
  }

  /** Reads standard output no more, as `head` does when it has enough. */
  async stopReading(): Promise<void> {
    await this.out.cancel();
  }

  async #end({ input, silentInput: silent }: StartOptions): Promise<Ended> {
    const [{ code, signal }] = await Promise.all([
      this.#process.status.finally(() => this.readNow()),
      this.out.read,
      this.err.read,
      silent ? this.#silence() : input === undefined ? undefined : this.#feed(input),
    ]);
    return { code, signal, out: this.out.text, err: this.err.text };
  }

  async #silence(): Promise<void> {
    await this.#process.status;
    await this.#process.stdin.close().catch(() => {});
  }

  async #feed(input: string | Uint8Array<ArrayBuffer>): Promise<void> {
    const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
    const writer = this.#process.stdin.getWriter();
    try {
      await writer.write(bytes);
      await writer.close();
    } catch {
      // It has ended, or does not read any more.
    }
  }
}
