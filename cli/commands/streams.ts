/**
 * The two streams of a program that runs a node: what it prints and its log. Whoever reads them may
 * be slow, stand still or go away: votes, links and signals never wait for a reader.
 *
 * @module
 */

import type { Logger } from "../../lib/node/logger.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { lastWords } from "../exit.ts";
import { makeOutput, type Output, OutputClosedError, type Sink } from "../output.ts";
import { OutputQueue, type QueuedSink, type QueueObserver, whyRefused } from "../output_queue.ts";
import { type LogFlags, makeLogger } from "./shared.ts";

/** What a program does when its output has no reader any more, or no place. */
export type WhenRefused = "goes on" | "ends";

/** Where a program that runs a node prints and logs. */
export interface Streams {
  /** Standard error. */
  readonly log: Logger;
  /** Standard output. */
  readonly output: Output;
  /** Rejects when the program is to end since its output cannot be written; never resolves. */
  readonly failed: Promise<never>;
  /** Settles when standard output has room: to be awaited where nothing has to be left out. */
  room(): Promise<void>;
  /** Settles when all that was printed has been taken, however long that lasts. */
  taken(): Promise<void>;
}

/** The streams as words for people. */
const NAMES = { stdout: "standard output", stderr: "standard error" } as const;

/**
 * Puts queues before both streams; the end of the program waits a little for them. A sink that
 * cannot be queued for (a test's) is written to at once.
 */
export function openStreams(
  flags: LogFlags,
  stdout: Sink,
  whenRefused: WhenRefused,
  stderr: Sink = Deno.stderr,
): Streams {
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => {});
  let isOver = false;
  const toOutput: QueueObserver = {
    stalled: () => log("warn", `${NAMES.stdout} is not read: what has no room is left out`),
    refused(error, isGone) {
      const why = whyRefused(error, isGone);
      if (whenRefused === "goes on") {
        return log("error", `${NAMES.stdout}: ${why}; the program goes on, and prints in vain`);
      }
      isOver = true;
      const refusal = new OperatorError(EXIT.resource, `cannot be written: ${why}`, NAMES.stdout);
      failure.reject(isGone ? new OutputClosedError() : refusal);
    },
    flows: (lines) => tellLost("stdout", lines),
  };
  const toLog: QueueObserver = {
    stalled: () => tellUnread("it is not read"),
    refused: (error, isGone) => tellUnread(whyRefused(error, isGone)),
    flows: (lines) => tellLost("stderr", lines),
  };
  const out = canQueue(stdout) ? new OutputQueue(stdout, toOutput) : undefined;
  const err = canQueue(stderr) ? new OutputQueue(stderr, toLog) : undefined;
  const output = makeOutput(flags, out ?? stdout);
  const log = makeLogger(flags, err ?? stderr);
  const tellUnread = (reason: string) =>
    output.emit({ event: "unread", stream: NAMES.stderr, reason }, [
      { paint: "yellow", text: `${NAMES.stderr}: ${reason}` },
      "; what has no room is left out",
    ]);
  const tellLost = (where: keyof typeof NAMES, lines: number) => {
    if (lines === 0) return;
    const stream = NAMES[where];
    const what = `${lines} lines to ${stream} were left out`;
    log("warn", what, { lines });
    output.emit({ event: "lost", stream, lines }, [{ paint: "yellow", text: what }]);
  };
  lastWords.stderr = err;
  lastWords.drain = async (ms) => {
    const lines = await out?.drain(ms) ?? 0;
    // Nothing comes after the word that ends a program.
    if (lines > 0 && !isOver) {
      log("warn", `the last ${lines} lines to ${NAMES.stdout} were left out`, { lines });
    }
    await err?.drain(ms);
  };
  return {
    log,
    output,
    failed: failure.promise,
    room: async () => await out?.room(),
    taken: async () => void await out?.drain(TAKEN_MS_MAX),
  };
}

/** The longest time that timers take, in milliseconds: 24 days. */
const TAKEN_MS_MAX = 2 ** 31 - 1;

function canQueue(sink: Sink): sink is QueuedSink {
  return "write" in sink;
}
