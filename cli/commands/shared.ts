/**
 * What the three programs have in common: the configuration, the log on standard error, signals.
 *
 * @module
 */

import { SYSTEM_CLOCK } from "../../lib/runtime/clock.ts";
import type { Configuration } from "../../lib/runtime/configuration.ts";
import { readConfiguration } from "../../lib/runtime/configuration.ts";
import type { Level, Logger } from "../../lib/runtime/logger.ts";
import type { RunningProcess } from "../../lib/runtime/process.ts";
import { TraceFile } from "../../lib/runtime/trace_file.ts";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { VERSION } from "../help.ts";
import { makeOutput, OUTPUT_FLAGS, type Paint } from "../output.ts";

/** Words of `--log-level`, from the most telling. */
const LEVELS = ["debug", "info", "warn", "error"] as const;

const PAINTS: Readonly<Record<Level, Paint>> = {
  debug: "dim",
  info: "cyan",
  warn: "yellow",
  error: "red",
};

/** Flags of every program that runs a node. */
export const NODE_FLAGS = [
  ...OUTPUT_FLAGS,
  {
    name: "log-level",
    kind: "choice",
    value: "LEVEL",
    choices: LEVELS,
    default: "warn",
    help: "how much to say on standard error: debug, info, warn or error",
  },
  {
    name: "cleartext",
    kind: "boolean",
    help: "speak HTTP/2 without TLS, for tools; every address must be loopback",
  },
  {
    name: "messages",
    kind: "boolean",
    help: "print every message as it becomes known, not only decisions",
  },
  {
    name: "trace",
    kind: "text",
    value: "FILE",
    help: "record every step in this new file, for hetpaxos replay",
  },
] as const;

/** Where a node keeps its journal. */
export const DATA_DIR_FLAG = {
  name: "data-dir",
  kind: "text",
  value: "DIR",
  help: "keep the journal in this folder; the configuration's dataDir if not given",
} as const;

/** The configuration as a positional argument. */
export const CONFIG_POSITIONAL = {
  name: "CONFIG",
  help: "the configuration file; standard input if it is left out or -",
  optional: true,
} as const;

/** Exit statuses that every program may end with. */
export const COMMON_EXITS = [
  { status: EXIT.internal, means: "a fault of this program: please report it" },
  { status: EXIT.usage, means: "a flag or argument is wrong" },
  { status: EXIT.configuration, means: "the configuration, a key or a certificate is wrong" },
  { status: EXIT.resource, means: "an address cannot be used, or a file not be read" },
] as const;

/** Reads the configuration and passes its warnings on. */
export async function loadFor(
  positionals: readonly string[],
  log: Logger,
): Promise<Configuration> {
  const configuration = await readConfiguration(positionals[0]);
  for (const warning of configuration.warnings) log("warn", warning);
  return configuration;
}

/** Logs to standard error: text on a terminal, JSON lines in a pipe. */
export function makeLogger(
  flags: { readonly json: boolean; readonly text: boolean; readonly "log-level": Level },
): Logger {
  const output = makeOutput(flags, Deno.stderr);
  const threshold = LEVELS.indexOf(flags["log-level"]);
  return (level, message, fields = {}) => {
    if (LEVELS.indexOf(level) < threshold) return;
    const time = new Date().toISOString();
    output.emit({ time, level, message, ...fields }, [
      { paint: "dim", text: time.slice(11, 23) },
      " ",
      { paint: PAINTS[level], text: level.padEnd(5) },
      ` ${message}`,
    ]);
  };
}

/** The file of `--trace`, made anew; undefined if none is named. */
export function openTrace(path: string | undefined, log: Logger): TraceFile | undefined {
  if (path === undefined) return undefined;
  const trace = TraceFile.create(path, { clock: SYSTEM_CLOCK, log });
  // A program that a fault of ours ends at once leaves its last steps too.
  globalThis.addEventListener("unload", () => trace.close());
  return trace;
}

/** Aborted with the signal, or when the time of `--timeout` is over, in milliseconds. */
export function limited(signal: AbortSignal, timeout: number | undefined): AbortSignal {
  return timeout === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
}

/** How a program calls itself towards peers. */
export function agentOf(name: string): string {
  return `hetpaxos-${name} ${VERSION}`;
}

/** Signals by which an operator stops a program. */
export const STOP_SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM"];

/**
 * Waits until `work` is done, the process fails, or the operator stops it, and stops the process.
 *
 * @param work Gets a signal that is aborted when the operator stops the program.
 * @returns what `work` returned; 0 if it was stopped first.
 */
export async function runUntilStopped(
  running: RunningProcess,
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const stopping = new AbortController();
  const { promise: stopped, resolve } = Promise.withResolvers<number>();
  const stop = () => {
    stopping.abort();
    resolve(EXIT.ok);
  };
  for (const signal of STOP_SIGNALS) Deno.addSignalListener(signal, stop);
  try {
    return await Promise.race([work(stopping.signal), stopped, running.failed]);
  } finally {
    for (const signal of STOP_SIGNALS) Deno.removeSignalListener(signal, stop);
    stopping.abort();
    await running.stop();
  }
}
