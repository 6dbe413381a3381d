/**
 * How a program ends: one line and a documented status for an operator's mistake, a stack trace
 * for a fault of ours, silence for a reader that has gone.
 *
 * @module
 */

import { EXIT, OperatorError } from "../lib/wire/operator_error.ts";
import { escapeText, OutputClosedError, type Sink, writeText } from "./output.ts";

/** What a program's outcome does to the world. */
export interface Host {
  /** Arguments after the program's name. */
  readonly args: readonly string[];
  /** Where the last words go. */
  readonly stderr: Sink;
  /** Ends the process. */
  exit(status: number): void;
  /** Calls `handle` for an error that nobody caught. */
  onUncaught(handle: (error: unknown) => void): void;
}

/** The process we run in. */
export const PROCESS: Host = {
  args: Deno.args,
  stderr: Deno.stderr,
  exit: (status) => Deno.exit(status),
  onUncaught(handle) {
    globalThis.addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      handle(event.reason);
    });
    globalThis.addEventListener("error", (event) => {
      event.preventDefault();
      handle(event.error);
    });
  },
};

/**
 * Runs a program and ends the process with the status it returns. What it throws, and what is
 * thrown where nobody waits for it, ends the process as {@linkcode explainFailure} says.
 *
 * @param program Its name, first on every line about a failure: `hetpaxos-acceptor`.
 * @param main Gets the arguments; returns one of `EXIT`.
 */
export async function runMain(
  program: string,
  main: (args: readonly string[]) => Promise<number>,
  host: Host = PROCESS,
): Promise<void> {
  let ended = false;
  const end = (status: number) => {
    if (ended) return;
    ended = true;
    host.exit(status);
  };
  const fail = (error: unknown) => {
    if (ended) return;
    const { status, words } = explainFailure(program, error);
    try {
      writeText(host.stderr, words);
    } catch {
      // Nobody listens; the status still says it.
    }
    end(status);
  };
  host.onUncaught(fail);
  try {
    end(await main(host.args));
  } catch (error) {
    fail(error);
  }
}

/**
 * The exit status for an error, and what to print about it: one line for an
 * {@linkcode OperatorError}, nothing for an {@linkcode OutputClosedError}, a stack trace for
 * anything else, since that is a fault of ours.
 */
export function explainFailure(
  program: string,
  error: unknown,
): { readonly status: number; readonly words: string } {
  if (error instanceof OutputClosedError) return { status: EXIT.ok, words: "" };
  if (error instanceof OperatorError) {
    return { status: error.exitStatus, words: `${program}: ${escapeText(error.message)}\n` };
  }
  const stack = error instanceof Error ? error.stack ?? String(error) : String(error);
  const lines = [`${program}: internal error, please report it`, ...stack.split("\n")];
  return { status: EXIT.internal, words: lines.map(escapeText).join("\n") + "\n" };
}
