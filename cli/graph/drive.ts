/**
 * Long work on a graph: shows how far it is, ends at a limit or at Ctrl-C, and keeps what is known.
 *
 * @module
 */

import { newEffort, type WholeEffort, type Work } from "../../lib/graph/effort.ts";
import { type Sink, writeText } from "../output.ts";
import { STOP_SIGNALS } from "../stop_signals.ts";

/** What every command that may take long accepts. */
export const EFFORT_FLAGS = [
  {
    name: "time-limit",
    kind: "duration",
    value: "TIME",
    min: 1,
    max: 30 * 24 * 3_600_000,
    help: "end after this time and say what is known by then: 500ms, 30s, 10m",
  },
] as const;

/** Between two looks at signals, in milliseconds. */
const LOOK_MS = 30;

/** How often a person at a terminal is told how far it is, in milliseconds. */
const PROGRESS_MS = 2_000;

/** How work ended: by itself, or by what. */
export interface Driven<T> {
  /** Its result; parts may be unknown if it was stopped. */
  readonly value: T;
  /** Undefined if nothing stopped it. */
  readonly stoppedBy: "the time limit" | "Ctrl-C" | undefined;
}

/**
 * Does work, looking at the clock and at signals between its steps.
 *
 * @param make Makes the work; may call `tell` with what it is at.
 * @param timeLimitMs Undefined for none.
 */
export async function drive<T>(
  make: (effort: WholeEffort, tell: (what: string) => void) => Work<T>,
  timeLimitMs: number | undefined,
  stderr: Sink = Deno.stderr,
): Promise<Driven<T>> {
  const effort = newEffort();
  const start = performance.now();
  let [looked, told, at] = [start, start, ""];
  const work = make(effort, (what) => at = what);
  let isAsked = false;
  const ask = () => isAsked = true;
  for (const signal of STOP_SIGNALS) Deno.addSignalListener(signal, ask);
  let stoppedBy: Driven<T>["stoppedBy"];
  try {
    for (;;) {
      const step = work.next();
      if (step.done) return { value: step.value, stoppedBy };
      const now = performance.now();
      if (now - looked < LOOK_MS || stoppedBy !== undefined) continue;
      looked = now;
      await new Promise((resolve) => setTimeout(resolve));
      if (isAsked) stoppedBy = "Ctrl-C";
      if (timeLimitMs !== undefined && now - start >= timeLimitMs) stoppedBy = "the time limit";
      effort.stopped = stoppedBy !== undefined;
      if (now - told < PROGRESS_MS || !stderr.isTerminal()) continue;
      told = now;
      const seconds = Math.round((now - start) / 1000);
      writeText(stderr, `${seconds} s: ${at}; Ctrl-C ends it with what is known\n`);
    }
  } finally {
    for (const signal of STOP_SIGNALS) Deno.removeSignalListener(signal, ask);
  }
}
