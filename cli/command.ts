/**
 * Programs: a table of flags with a body, alone or as a sub-command of another.
 *
 * @module
 */

import { EXIT, OperatorError } from "../lib/wire/operator_error.ts";
import { type Parsed, parseFlags } from "./args.ts";
import { lastWords } from "./exit.ts";
import type { Flag, ProgramSpec } from "./flags.ts";
import { renderGroupHelp, renderHelp } from "./help.ts";
import { nearest } from "./nearest.ts";
import { type Sink, toJsonLine, writeText } from "./output.ts";
import { columnsOf } from "./terminal.ts";
import { versionOf } from "./version.ts";

/** A program that can run by itself or as a sub-command. */
export interface Command {
  /** As a sub-command: "acceptor". */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /**
   * Runs it.
   *
   * @param program What it is called as: `hetpaxos-acceptor` or `hetpaxos acceptor`.
   * @returns One of `EXIT`.
   * @throws OperatorError for a mistake of the operator's, flags included.
   */
  run(program: string, args: readonly string[], stdout?: Sink, stderr?: Sink): Promise<number>;
  /** What it accepts, for whoever explains or completes it. */
  describe(): Promise<Description>;
}

/** What a command accepts: flags and arguments, or the name of another command. */
export type Description =
  | { readonly kind: "program"; readonly spec: ProgramSpec }
  | {
    readonly kind: "group";
    readonly description: string;
    readonly commands: readonly Command[];
  };

/** What the body of a command gets. */
export interface Invocation<F extends readonly Flag[]> extends Parsed<F> {
  /** What the program is called as. */
  readonly program: string;
  /** Where its output goes. */
  readonly stdout: Sink;
}

/**
 * Makes a command of a table of flags and a body. `--help` and `--version` are answered here, even
 * if the rest of the line is wrong.
 */
export function defineCommand<const F extends readonly Flag[]>(
  spec: ProgramSpec<F>,
  body: (invocation: Invocation<F>) => Promise<number>,
): Command {
  return {
    name: spec.name,
    summary: spec.summary,
    describe: () => Promise.resolve({ kind: "program", spec }),
    async run(program, args, stdout = Deno.stdout, stderr = Deno.stderr) {
      lastWords.form = formOfLog(spec, args, stderr);
      const answer = answerTo(args, program, () => renderHelp(program, spec, columnsOf(stdout)));
      if (answer !== undefined) {
        writeText(stdout, answer);
        return EXIT.ok;
      }
      return await body({ ...parseFlags(spec, args), program, stdout });
    },
  };
}

/**
 * Makes a command whose first argument names one of `commands`, which gets the rest. `help` explains
 * one of them; without any argument the help goes to standard error, with the status of a mistake.
 *
 * @param description One paragraph for the help.
 */
export function defineGroup(
  group: { readonly name: string; readonly summary: string; readonly description: string },
  commands: readonly Command[],
): Command {
  const { name, summary, description } = group;
  const help = (program: string, sink: Sink) =>
    renderGroupHelp(program, description, commands, columnsOf(sink));
  return {
    name,
    summary,
    describe: () => Promise.resolve({ kind: "group", description, commands }),
    async run(program, args, stdout = Deno.stdout, stderr = Deno.stderr) {
      const [first, ...rest] = args;
      const command = commands.find(({ name }) => name === first);
      if (command !== undefined) {
        return await command.run(`${program} ${first}`, rest, stdout, stderr);
      }
      if (first === undefined) {
        writeText(stderr, help(program, stderr));
        return EXIT.usage;
      }
      if (first === "help" && rest.length > 0 && rest[0] !== "help") {
        return await explain(program, rest, commands, stdout, stderr);
      }
      const answer = first === "help" ? help(program, stdout) : answerTo(
        [first, ...args.filter((arg) => arg === "--json")],
        program,
        () => help(program, stdout),
      );
      if (answer === undefined) throw noSuchCommand(first, commands);
      writeText(stdout, answer);
      return EXIT.ok;
    },
  };
}

/** A command that is loaded when it is run: others start without it. */
export function lazyCommand(name: string, summary: string, load: () => Promise<Command>): Command {
  return {
    name,
    summary,
    describe: async () => await (await load()).describe(),
    run: async (...args) => await (await load()).run(...args),
  };
}

/** `help COMMAND [SUB…]`. */
async function explain(
  program: string,
  [name, ...rest]: readonly string[],
  commands: readonly Command[],
  stdout: Sink,
  stderr: Sink,
): Promise<number> {
  const command = commands.find((row) => row.name === name);
  if (command === undefined) throw noSuchCommand(name!, commands);
  const { kind } = await command.describe();
  if (kind === "program" && rest.length > 0) {
    throw new OperatorError(EXIT.usage, `"${name}" has no sub-commands`, `help ${name} ${rest[0]}`);
  }
  const args = kind === "group" && rest.length > 0 ? ["help", ...rest] : ["--help"];
  return await command.run(`${program} ${name}`, args, stdout, stderr);
}

function answerTo(
  args: readonly string[],
  program: string,
  help: () => string,
): string | undefined {
  const flags = beforeDashes(args);
  if (flags.includes("--help") || flags.includes("-h")) return help();
  if (!flags.includes("--version") && !flags.includes("-V")) return undefined;
  const { text, record } = versionOf(program);
  return flags.includes("--json") ? `${toJsonLine(record)}\n` : text;
}

/** A program that has a log ends it in the log's form; another one speaks JSON when told to. */
function formOfLog(
  spec: ProgramSpec,
  args: readonly string[],
  stderr: Sink,
): "json" | "text" {
  const flags = beforeDashes(args);
  if (flags.includes("--text")) return "text";
  if (flags.includes("--json")) return "json";
  const hasLog = spec.flags.some(({ name }) => name === "log-level");
  return hasLog && !stderr.isTerminal() ? "json" : "text";
}

function beforeDashes(args: readonly string[]): readonly string[] {
  return args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
}

function noSuchCommand(first: string, commands: readonly Command[]): OperatorError {
  const guess = nearest(first, ["help", ...commands.map(({ name }) => name)]);
  const what = guess === undefined ? "no such command" : `no such command: perhaps ${guess}`;
  return new OperatorError(EXIT.usage, `${what} (--help shows what there is)`, first);
}
