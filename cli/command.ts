/**
 * Programs: a table of flags with a body, alone or as a sub-command of another.
 *
 * @module
 */

import { EXIT, OperatorError } from "../lib/wire/operator_error.ts";
import { type Flag, type Parsed, parseFlags, type ProgramSpec } from "./args.ts";
import { renderGroupHelp, renderHelp, VERSION } from "./help.ts";
import { nearest } from "./nearest.ts";
import { type Sink, writeText } from "./output.ts";

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
  run(program: string, args: readonly string[], stdout?: Sink): Promise<number>;
}

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
    async run(program, args, stdout = Deno.stdout) {
      const answer = answerTo(args, program, () => renderHelp(program, spec));
      if (answer !== undefined) {
        writeText(stdout, answer);
        return EXIT.ok;
      }
      return await body({ ...parseFlags(spec, args), program, stdout });
    },
  };
}

/**
 * Makes a command whose first argument names one of `commands`, which gets the rest.
 *
 * @param description One paragraph for the help.
 */
export function defineGroup(
  group: { readonly name: string; readonly summary: string; readonly description: string },
  commands: readonly Command[],
): Command {
  return {
    name: group.name,
    summary: group.summary,
    async run(program, args, stdout = Deno.stdout) {
      const [first, ...rest] = args;
      const command = commands.find(({ name }) => name === first);
      if (command !== undefined) return await command.run(`${program} ${first}`, rest, stdout);
      const answer = answerTo(
        args.slice(0, 1),
        program,
        () => renderGroupHelp(program, group.description, commands),
      );
      if (answer === undefined) throw noSuchCommand(first, commands);
      writeText(stdout, answer);
      return EXIT.ok;
    },
  };
}

function answerTo(
  args: readonly string[],
  program: string,
  help: () => string,
): string | undefined {
  const flags = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  if (flags.includes("--help") || flags.includes("-h")) return help();
  if (flags.includes("--version") || flags.includes("-V")) return `${program} ${VERSION}\n`;
  return undefined;
}

function noSuchCommand(first: string | undefined, commands: readonly Command[]): OperatorError {
  const names = commands.map(({ name }) => name);
  const hint = "(--help shows what there is)";
  if (first === undefined) {
    return new OperatorError(
      EXIT.usage,
      `is missing: one of ${names.join(", ")} ${hint}`,
      "COMMAND",
    );
  }
  const guess = nearest(first, names);
  const what = guess === undefined ? "no such command" : `no such command: perhaps ${guess}`;
  return new OperatorError(EXIT.usage, `${what} ${hint}`, first);
}
