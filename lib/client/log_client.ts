/**
 * A client's calls of the log, as its users see them.
 *
 * @module
 */

import type { Configuration } from "../config/configuration.ts";
import { Sessions } from "../log/sessions.ts";
import { ClientError } from "./errors.ts";
import { Appending } from "./log_append.ts";
import { learnerOf, type LogParts, requireLog } from "./log_calls.ts";
import { findCheckpoint, findProof, verifyDocument } from "./log_prove.ts";
import { LogReader } from "./log_read.ts";
import type {
  AppendedRecord,
  AppendOptions,
  LogCheckpoint,
  LogClient,
  LogRecord,
  ReadEntry,
  ReadOptions,
} from "./log_types.ts";
import type { Scope, WaitOptions } from "./scope.ts";

/** What is the same for all of a client's calls. */
export interface LogClientOptions extends Omit<LogParts, "context" | "leftover"> {
  /** Runs a call that closing waits for. */
  run<T>(options: WaitOptions, work: (scope: Scope) => Promise<T>): Promise<T>;
  /** The time of a call that is no promise; to be ended. */
  scope(options: WaitOptions): Scope;
}

/** Milliseconds that a call may wait unless told. */
const TIMEOUT_MS = 10_000;

/** The calls of the log, by a client. */
export function makeLogClient(options: LogClientOptions): LogClient {
  const { configuration, run } = options;
  const leftover = new Map<string, number>();
  const parts = (): LogParts => ({ ...options, leftover, context: requireLog(configuration) });
  return {
    append: (records: readonly LogRecord[], asked: AppendOptions = {}) =>
      run<readonly AppendedRecord[]>({ timeoutMs: TIMEOUT_MS, ...asked }, async (scope) => {
        const wanted = learnersOf(configuration, asked.learners ?? []);
        return await new Appending(parts(), records, wanted, scope).run();
      }),
    read: (asked: ReadOptions = {}) => read(parts, options, asked),
    proof: (position, asked = {}) =>
      run({ timeoutMs: TIMEOUT_MS, ...asked }, (scope) => {
        const { context } = parts();
        return findProof(parts(), learnerOf(context, asked.learner), position, scope);
      }),
    verify: (document) => verifyDocument(requireLog(configuration), document),
    checkpoint: (asked = {}) =>
      run<LogCheckpoint>({ timeoutMs: TIMEOUT_MS, ...asked }, (scope) => {
        const { context } = parts();
        return findCheckpoint(parts(), learnerOf(context, asked.learner), scope);
      }),
  };
}

async function* read(
  parts: () => LogParts,
  options: LogClientOptions,
  { from = 0, follow = false, learner: named, ...asked }: ReadOptions,
): AsyncGenerator<ReadEntry, void, undefined> {
  const given = parts();
  const { clientsMax } = given.context.settings;
  const checkpoint = typeof from === "number" ? undefined : from;
  const learner = learnerOf(given.context, named ?? checkpoint?.learner);
  const sessions = checkpoint === undefined
    ? new Sessions(clientsMax)
    : Sessions.decode(checkpoint.sessions, clientsMax);
  const position = typeof from === "number" ? from : from.position;
  const isOthers = checkpoint !== undefined &&
    checkpoint.learner !== given.context.graph.spec.learners[learner];
  if (sessions === undefined || isOthers) {
    throw new ClientError("INVALID", "the checkpoint is none of this learner's log");
  }
  if (!Number.isSafeInteger(position) || position < 0) {
    throw new ClientError("INVALID", `there is no position ${position}`);
  }
  const scope = options.scope(asked);
  try {
    yield* new LogReader(given, { learner, from: position, sessions, follow }, scope).entries();
  } finally {
    scope.end();
  }
}

function learnersOf({ graph }: Configuration, names: readonly string[]): number[] {
  const all = graph.spec.learners;
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) {
    const what = `there is no learner ${JSON.stringify(unknown)}; there are ${all.join(", ")}`;
    throw new ClientError("INVALID", what);
  }
  return [...all.keys()].filter((index) => names.length === 0 || names.includes(all[index]!));
}
