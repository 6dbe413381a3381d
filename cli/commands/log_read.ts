/**
 * `hetpaxos log read`.
 *
 * @module
 */

import type { ReadEntry } from "../../lib/client/log_types.ts";
import { valueText } from "../../lib/explain/value_text.ts";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { type Command, defineCommand } from "../command.ts";
import { makeOutput, type Output, OUTPUT_FLAGS, type Sink, writeBytes } from "../output.ts";
import { asClient, ONE_LEARNER_FLAG, oneLearner, POSITION_MAX, requireLog } from "./log_shared.ts";
import { valueJson } from "./printing.ts";
import { COMMON_EXITS, CONFIG_POSITIONAL, loadFor } from "./shared.ts";

/** Prints the entries of a learner's log. */
export const logRead: Command = defineCommand({
  name: "read",
  summary: "Print a learner's log, in order",
  description:
    "Prints what a quorum of the learner says is in its log, entry by entry. Records that were " +
    "appended twice are shown once: exactly so from the beginning and with --from-checkpoint; " +
    "with --from, a record may be shown again whose first time was before. Where the log is kept " +
    "no more it says where it begins, and ends with a status of its own.",
  flags: [
    ...OUTPUT_FLAGS,
    ONE_LEARNER_FLAG,
    {
      name: "from",
      kind: "integer",
      value: "POSITION",
      min: 0,
      max: POSITION_MAX,
      default: 0,
      help: "begin with this entry",
    },
    {
      name: "from-checkpoint",
      kind: "boolean",
      excludes: ["from"],
      help: "begin where the log is certified: what came before is not shown",
    },
    { name: "follow", short: "f", kind: "boolean", help: "go on with what is to come" },
    {
      name: "count",
      kind: "integer",
      value: "NUMBER",
      min: 1,
      max: POSITION_MAX,
      help: "end after so many entries",
    },
    {
      name: "payloads",
      kind: "boolean",
      excludes: ["json", "text"],
      help: "print the bytes of each record and a line break, and nothing else",
    },
    {
      name: "timeout",
      kind: "duration",
      value: "TIME",
      min: 1,
      max: 7 * 24 * 3600 * 1000,
      help: "give up after so long; with --follow, end",
    },
  ],
  positionals: [CONFIG_POSITIONAL],
  examples: [
    { args: "client.json", does: "the whole log, as far as there is one" },
    { args: "--from 1000 --follow client.json", does: "from entry 1000 on, for ever" },
    { args: "--learner Eve --payloads client.json", does: "only the records, for another program" },
  ],
  exits: [
    { status: EXIT.ok, means: "printed up to the end" },
    ...COMMON_EXITS,
    { status: EXIT.disagreement, means: "an entry is said to be two things" },
    {
      status: EXIT.timeout,
      means: "not enough was said (--timeout), or the log ends before --from",
    },
    { status: EXIT.lost, means: "the entry is kept no more; the message says what is" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  const configuration = await loadFor(positionals, () => {});
  requireLog(configuration);
  const learner = oneLearner(flags.learner, configuration);
  const { follow, count = Infinity, payloads, timeout } = flags;
  return await asClient(configuration, timeout ?? 10_000, async (client) => {
    const from = flags["from-checkpoint"] ? await client.checkpoint({ learner }) : flags.from;
    const limit = follow && timeout !== undefined ? AbortSignal.timeout(timeout) : undefined;
    const options = { learner, from, follow, ...limit && { signal: limit } };
    const entries = client.read(
      follow || timeout === undefined ? options : { ...options, timeoutMs: timeout },
    );
    let printed = 0;
    try {
      for await (const entry of entries) {
        if (payloads) writePayloads(stdout, entry);
        else printEntry(output, entry);
        if (++printed >= count) break;
      }
    } catch (error) {
      if (!limit?.aborted) throw error;
    }
    return EXIT.ok;
  });
});

/** Prints an entry: in text, a line for each record. */
export function printEntry(
  output: Output,
  { learner, position, kind, valueHash, records, repeated, reportedBy }:
    & Omit<ReadEntry, "repeated" | "reportedBy" | "resume">
    & Partial<Pick<ReadEntry, "repeated" | "reportedBy">>,
): void {
  if (output.format === "json") {
    output.emit({
      ...{ event: "entry", learner, position, kind, valueHash, repeated },
      records: records.map(({ client, sequence, payload }) => ({
        ...{ client, sequence },
        ...valueJson(payload),
      })),
      reportedBy: reportedBy && [...reportedBy],
    });
    return;
  }
  const place = { paint: "bold", text: `${learner} ${position}` } as const;
  for (const { client, sequence, payload } of records) {
    output.say([place, " ", { paint: "green", text: valueText(payload) }, {
      paint: "dim",
      text: ` (${client} ${sequence})`,
    }]);
  }
  if (kind === "closed") output.say([place, { paint: "yellow", text: " closed: never decided" }]);
  else if (records.length === 0) output.say([place, { paint: "dim", text: " nothing new" }]);
}

function writePayloads(sink: Sink, { records }: ReadEntry): void {
  for (const { payload } of records) {
    const line = new Uint8Array(payload.length + 1);
    line.set(payload);
    line[payload.length] = 10;
    writeBytes(sink, line);
  }
}
