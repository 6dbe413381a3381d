/**
 * The logs of learners, as a process counts them itself.
 *
 * @module
 */

import { decodeBatch } from "../../lib/log/record.ts";
import { Sessions } from "../../lib/log/sessions.ts";
import type { LogPort } from "../../lib/node/log_port.ts";
import type { Output } from "../output.ts";
import { printEntry } from "./log_read.ts";

/** Entries taken at a time; then another learner has its turn. */
const TAKEN = 64;

const TAKEN_BYTES = 256 << 10;

/**
 * Prints what the process has of the logs of these learners, and what is to come, until `signal`
 * aborts. What a process has taken over from others it prints too; repetitions are known from there.
 *
 * @param to `room` settles when there is room for more.
 */
export async function printLog(
  log: LogPort,
  learners: readonly string[],
  to: { readonly output: Output; room(): Promise<void> },
  signal: AbortSignal,
): Promise<void> {
  const { graph: { spec }, settings: { clientsMax } } = log.context;
  const readers = learners.map((name) => {
    const learner = spec.learners.indexOf(name);
    return { name, learner, next: log.retainedOf(learner), sessions: new Sessions(clientsMax) };
  });
  let wake = () => {};
  const waken = () => wake();
  const leave = log.onChange(waken);
  signal.addEventListener("abort", waken);
  try {
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => wake = resolve);
      let isNew = false;
      for (const reader of readers) {
        // What it lacked may have been forgotten by all meanwhile: it goes on above the gap.
        reader.next = Math.max(reader.next, log.retainedOf(reader.learner));
        for (const entry of log.entries(reader.learner, reader.next, TAKEN, TAKEN_BYTES)) {
          const { outcome, value } = entry;
          const batch = value === undefined ? [] : decodeBatch(value);
          const records = batch.filter((record) => reader.sessions.admit(record) === "new");
          await to.room();
          if (signal.aborted) return;
          printEntry(to.output, {
            ...{ learner: reader.name, position: reader.next++, kind: outcome.kind, records },
            valueHash: outcome.kind === "closed" ? undefined : outcome.valueHash,
            repeated: batch.length - records.length,
          });
          isNew = true;
        }
      }
      if (!isNew && !signal.aborted) await woken;
      // Everybody else has a turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    leave();
    signal.removeEventListener("abort", waken);
  }
}
