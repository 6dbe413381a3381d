/**
 * What the three programs have in common: the configuration, the log on standard error, signals.
 *
 * @module
 */

import { SYSTEM_CLOCK } from "../../lib/process/system_clock.ts";
import type { Configuration } from "../../lib/config/configuration.ts";
import { readConfiguration } from "../../lib/config/configuration.ts";
import type { Level, Logger } from "../../lib/node/logger.ts";
import type { RunningProcess } from "../../lib/process/process.ts";
import type { Streams } from "./streams.ts";
import { TraceFile } from "../../lib/process/trace_file.ts";
import { formatHostPort } from "../../lib/config/addresses.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import type { Stopping } from "../stop_signals.ts";
import { VERSION } from "../version.ts";
import { lastWords } from "../exit.ts";
import { makeOutput, OUTPUT_FLAGS, type Paint, type Sink } from "../output.ts";

/** Words of `--log-level`, from the most telling. */
const LEVELS = ["debug", "info", "warn", "error"] as const;

const PAINTS: Readonly<Record<Level, Paint>> = {
  debug: "dim",
  info: "cyan",
  warn: "yellow",
  error: "red",
};

/** Flags of every program that has a log: spread them after those of the output. */
export const LOG_FLAGS = [
  {
    name: "log-level",
    kind: "choice",
    value: "LEVEL",
    choices: LEVELS,
    default: "warn",
    help: "how much to say on standard error",
  },
  {
    name: "verbose",
    short: "v",
    kind: "count",
    excludes: ["log-level", "quiet"],
    help: "say more on standard error: -v is --log-level info, -vv debug",
  },
  {
    name: "quiet",
    short: "q",
    kind: "boolean",
    excludes: ["log-level"],
    help: "say only errors on standard error, as --log-level error",
  },
] as const;

/** Flags of every program that runs a node. */
export const NODE_FLAGS = [
  ...OUTPUT_FLAGS,
  ...LOG_FLAGS,
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
    offers: "file",
    help: "record every step in this new file, for hetpaxos replay",
  },
] as const;

/** Where a node keeps its journal. */
export const DATA_DIR_FLAG = {
  name: "data-dir",
  kind: "text",
  value: "DIR",
  offers: "folder",
  help: "keep the journal in this folder; the configuration's dataDir if not given",
} as const;

/** The configuration as a positional argument. */
export const CONFIG_POSITIONAL = {
  name: "CONFIG",
  help: "the configuration file; standard input if it is left out or -",
  optional: true,
  offers: "file",
} as const;

/** Exit statuses that every program may end with. */
export const COMMON_EXITS = [
  { status: EXIT.internal, means: "a fault of this program: please report it" },
  { status: EXIT.usage, means: "a flag or argument is wrong" },
  { status: EXIT.configuration, means: "the configuration, a key or a certificate is wrong" },
  { status: EXIT.resource, means: "an address cannot be used, a file not be read or written" },
] as const;

/** Reads the configuration and passes its warnings on. */
export async function loadFor(
  positionals: readonly string[],
  log: Logger,
): Promise<Configuration> {
  const configuration = await readConfiguration(positionals[0]);
  for (const warning of configuration.warnings) log("warn", warning);
  requireNetwork(configuration);
  return configuration;
}

/**
 * Whether Deno permits to reach everybody: better to learn it here than to dial in vain for ever.
 *
 * @throws OperatorError (resource) that names the first address that is not permitted.
 */
function requireNetwork({ acceptors, listen, source }: Configuration): void {
  const own = listen.host === "" ? [] : [listen];
  for (const address of [...acceptors, ...own]) {
    const host = formatHostPort(address);
    if (Deno.permissions.querySync({ name: "net", host }).state === "granted") continue;
    const what = `Deno was started without the permission --allow-net for ${host}; add it`;
    throw new OperatorError(EXIT.resource, what, source);
  }
}

/** What the flags that choose the log were set to. */
export interface LogFlags {
  readonly json: boolean;
  readonly text: boolean;
  readonly "log-level": Level;
  readonly verbose: number;
  readonly quiet: boolean;
}

/** Index in {@linkcode LEVELS} of the least telling level that is logged. */
function thresholdOf({ "log-level": level, verbose, quiet }: LogFlags): number {
  return LEVELS.indexOf(quiet ? "error" : level) - verbose;
}

/**
 * Logs to standard error: text on a terminal, JSON lines in a pipe. What cannot be written there is
 * lost, and the program goes on: the log is not what it is for.
 */
export function makeLogger(flags: LogFlags, sink: Sink = Deno.stderr): Logger {
  const output = makeOutput(flags, sink);
  const threshold = thresholdOf(flags);
  return (level, message, fields = {}) => {
    if (LEVELS.indexOf(level) < threshold) return;
    const time = new Date().toISOString();
    try {
      output.emit({ event: "log", time, level, message, ...fields }, [
        { paint: "dim", text: time.slice(11, 23) },
        " ",
        { paint: PAINTS[level], text: level.padEnd(5) },
        ` ${message}`,
      ]);
    } catch {
      // A full disk, or nobody reads it any more.
    }
  };
}

/** The file of `--trace`, made anew; undefined if none is named. */
export function openTrace(path: string | undefined, log: Logger): TraceFile | undefined {
  if (path === undefined) return undefined;
  const trace = TraceFile.create(path, { clock: SYSTEM_CLOCK, log });
  // A program that a fault of ours ends leaves its last steps too.
  const { drain } = lastWords;
  lastWords.drain = async (ms) => {
    await trace.close();
    await drain?.(ms);
  };
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

/** What is started; undefined if it cannot be and the operator has stopped the program meanwhile. */
export async function unlessStopped<T>(
  { signal }: Stopping,
  starting: Promise<T>,
): Promise<T | undefined> {
  try {
    return await starting;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/**
 * Waits until `work` is done, the process fails, or the operator stops it, and stops the process.
 *
 * @param stopping Made before the process was started. Released at the end.
 * @param streams Where it prints. If it ends by itself it waits until all of it is taken.
 * @param work Gets a signal that is aborted when the operator stops the program, and at the end.
 * @returns what `work` returned; 0 if it was stopped first.
 */
export async function runUntilStopped(
  running: RunningProcess,
  stopping: Stopping,
  streams: Pick<Streams, "failed" | "taken">,
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  lastWords.halt = running.halt;
  const over = new AbortController();
  const signal = AbortSignal.any([stopping.signal, over.signal]);
  const { promise: stopped, resolve } = Promise.withResolvers<number>();
  const stop = () => resolve(EXIT.ok);
  if (stopping.signal.aborted) stop();
  stopping.signal.addEventListener("abort", stop);
  try {
    const status = await Promise.race([work(signal), stopped, running.failed, streams.failed]);
    over.abort();
    await running.stop();
    await Promise.race([streams.taken(), stopped, streams.failed]);
    return status;
  } finally {
    stopping.signal.removeEventListener("abort", stop);
    stopping.release();
    over.abort();
    await running.stop();
  }
}
