/**
 * How a program ends: one line and a documented status for an operator's mistake, and for what the
 * operating system refuses; a stack trace for a fault of ours; silence for a reader that has gone.
 *
 * @module
 */

import { EXIT, OperatorError } from "../lib/wire/operator_error.ts";
import { refusalOf } from "../lib/wire/os_reason.ts";
import { escapeText, OutputClosedError, type Sink, toJsonLine, writeText } from "./output.ts";

/** How long the end of a process waits for those who read its output, in milliseconds. */
const DRAIN_MS = 1_000;

/** What a process does at its end. */
export interface LastWords {
  /** In which form the last line is told: that of the log, if there is one. */
  form: "json" | "text";
  /** Where it goes, if not directly to standard error. */
  stderr?: Sink | undefined;
  /** Ends at once what an error that nobody has caught may have left half done. */
  halt?: ((error: unknown) => void) | undefined;
  /** Waits, at most a number of milliseconds for each stream, until what was printed is taken. */
  drain?: ((ms: number) => Promise<void>) | undefined;
}

/** A process has one end, so there is one of it; whoever knows the flags sets it. */
export const lastWords: LastWords = { form: "text" };

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
  const end = async (status: number) => {
    if (ended) return;
    ended = true;
    await lastWords.drain?.(DRAIN_MS).catch(() => {});
    host.exit(status);
  };
  const fail = async (error: unknown) => {
    if (ended) return;
    const { status, words } = explainFailure(program, error, lastWords.form);
    try {
      writeText(lastWords.stderr ?? host.stderr, words);
    } catch {
      // Nobody listens; the status still says it.
    }
    await end(status);
  };
  host.onUncaught((error) => {
    lastWords.halt?.(error);
    // Never rejects.
    void fail(error);
  });
  try {
    await end(await main(host.args));
  } catch (error) {
    await fail(error);
  }
}

/**
 * The exit status for an error, and what to print about it: one line for an
 * {@linkcode OperatorError} and for what the operating system or Deno's permissions refuse, nothing
 * for an {@linkcode OutputClosedError}, a stack trace for anything else, since that is a fault of
 * ours.
 *
 * @param form As JSON it is one line in any case, the stack trace a field of it.
 */
export function explainFailure(
  program: string,
  error: unknown,
  form: "json" | "text" = "text",
): { readonly status: number; readonly words: string } {
  if (error instanceof OutputClosedError) return { status: EXIT.ok, words: "" };
  const mistake = error instanceof OperatorError ? error : refused(error);
  const { status, message, stack } = mistake === undefined ? ourFault(error) : {
    status: mistake.exitStatus,
    message: mistake.message,
    stack: undefined,
  };
  if (form === "json") {
    const time = new Date().toISOString();
    const line = { event: "fatal", time, level: "error", program, status, message, stack };
    return { status, words: `${toJsonLine(line)}\n` };
  }
  const lines = [`${program}: ${message}`, ...stack?.split("\n") ?? []];
  return { status, words: `${lines.map(escapeText).join("\n")}\n` };
}

function ourFault(error: unknown) {
  const stack = error instanceof Error ? error.stack ?? String(error) : String(error);
  return { status: EXIT.internal, message: "internal error, please report it", stack };
}

/** What nobody turned into words where it happened, though the operator can mend it. */
function refused(error: unknown): OperatorError | undefined {
  const refusal = refusalOf(error);
  if (refusal === undefined) return undefined;
  const { path, message } = error as { readonly path?: unknown; readonly message?: unknown };
  const [, named] = /'([^']+)'$/.exec(String(message)) ?? [];
  const where = typeof path === "string" ? path : named;
  return new OperatorError(EXIT.resource, refusal, where);
}
