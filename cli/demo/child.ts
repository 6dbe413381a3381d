/**
 * Programs of this toolkit as child processes whose JSON lines are read as they come.
 *
 * @module
 */

import type { JsonValue } from "../output.ts";

/** One line that a child printed. */
export type Line = Readonly<Record<string, JsonValue | undefined>>;

/** A program that has been started. */
export class Child {
  readonly #process: Deno.ChildProcess;
  readonly #seen: Line[] = [];
  readonly #reading: Promise<void>;
  readonly #errors: Promise<string>;
  #changed = Promise.withResolvers<void>();
  #ended = false;

  /**
   * @param command What to run, before the program's name.
   * @param args The program's name and its arguments; `--json` is added.
   */
  constructor(command: readonly string[], args: readonly string[], input?: Uint8Array) {
    const [executable, ...rest] = command;
    this.#process = new Deno.Command(executable!, {
      args: [...rest, ...args, "--json"],
      stdin: input === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    // Never rejects.
    if (input !== undefined) void this.#feed(input);
    this.#reading = this.#read();
    this.#errors = new Response(this.#process.stderr).text();
  }

  /** All lines so far. */
  get lines(): readonly Line[] {
    return this.#seen;
  }

  /**
   * The first line, past or to come, that `matches`.
   *
   * @throws Error with what the child said on standard error, if it ends without one.
   */
  async line(matches: (line: Line) => boolean): Promise<Line> {
    for (let next = 0;;) {
      const changed = this.#changed.promise;
      for (; next < this.#seen.length; next++) {
        if (matches(this.#seen[next]!)) return this.#seen[next]!;
      }
      if (this.#ended) throw new Error(`ended too early: ${await this.#errors}`);
      await changed;
    }
  }

  /** The exit status, and what was said on standard error. */
  async ended(): Promise<{ readonly status: Deno.CommandStatus; readonly errors: string }> {
    const [status, errors] = await Promise.all([
      this.#process.status,
      this.#errors,
      this.#reading,
    ]);
    return { status, errors };
  }

  /** Sends a signal; does nothing if the child has ended. */
  kill(signal: Deno.Signal = "SIGKILL"): void {
    try {
      this.#process.kill(signal);
    } catch {
      // It has ended.
    }
  }

  async #feed(input: Uint8Array): Promise<void> {
    try {
      const writer = this.#process.stdin.getWriter();
      await writer.write(input);
      await writer.close();
    } catch {
      // It did not want to know.
    }
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const text of this.#process.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.#seen.push(JSON.parse(line));
      this.#announce();
    }
    this.#ended = true;
    this.#announce();
  }

  #announce(): void {
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers();
    resolve();
  }
}

/** All children of one show: once it is over none is left, and none is started. */
export class Children {
  readonly #all: Child[] = [];
  #over = false;

  /** Starts this very program again, with these arguments. */
  start(args: readonly string[]): Child {
    if (this.#over) throw new Error("the show is over");
    const child = new Child(ownCommand(), args);
    this.#all.push(child);
    return child;
  }

  /** Kills all of them. */
  async stop(): Promise<void> {
    this.#over = true;
    for (const child of this.#all) child.kill("SIGKILL");
    await Promise.all(this.#all.map((child) => child.ended()));
  }
}

/** What runs this very program again: the executable, or Deno with the module it was started with. */
export function ownCommand(): string[] {
  if (Deno.build.standalone) return [Deno.execPath()];
  const permissions = ["--allow-net", "--allow-read", "--allow-write"];
  return [Deno.execPath(), "run", "--quiet", ...permissions, Deno.mainModule];
}

/** The first of `count` ports in a row that are free on loopback now. */
export function freePorts(count: number): number {
  for (let tries = 0; tries < 1_000; tries++) {
    const base = 20_000 + Math.floor(Math.random() * 12_000);
    const listeners: Deno.Listener[] = [];
    try {
      for (let i = 0; i < count; i++) {
        listeners.push(Deno.listen({ hostname: "127.0.0.1", port: base + i }));
      }
      return base;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    } finally {
      for (const listener of listeners) listener.close();
    }
  }
  throw new Error(`no ${count} free ports in a row on 127.0.0.1`);
}
