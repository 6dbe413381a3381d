/**
 * `hetpaxos log append`.
 *
 * @module
 */

import type { AppendedRecord, LogRecord } from "../../lib/client/log_types.ts";
import type { Client } from "../../lib/client/types.ts";
import { BATCH_OVERHEAD_BYTES, CLIENT_BYTES_MAX, recordBytes } from "../../lib/log/record.ts";
import { SEQUENCE_SPAN } from "../../lib/log/sessions.ts";
import { EXIT, type ExitStatus, OperatorError } from "../../lib/wire/operator_error.ts";
import { type Command, defineCommand } from "../command.ts";
import { makeOutput, type Output, OUTPUT_FLAGS } from "../output.ts";
import { listenForStop } from "../stop_signals.ts";
import { chosenLearners, LEARNER_FLAG } from "./instances.ts";
import { inputRecords, nameOfInput } from "./log_records.ts";
import { asClient, inWords, POSITION_MAX, requireLog } from "./log_shared.ts";
import { COMMON_EXITS, CONFIG_POSITIONAL, loadFor } from "./shared.ts";

/** Records in one call. */
const CALL_RECORDS = SEQUENCE_SPAN;

/** Bytes in one call, unless it is one record. */
const CALL_BYTES = 256 << 10;

/** Between two words about how far it has come, in milliseconds. */
const PROGRESS_MS = 1_000;

/** Appends lines, a file or standard input. */
export const logAppend: Command = defineCommand({
  name: "append",
  summary: "Put records into the log, and wait until they are there",
  description:
    "Each line of the file, or of standard input, becomes a record of the log; with --whole the " +
    "file is one. It goes on with the next acceptor if one is dead, silent or slow, and waits " +
    "until a quorum of every learner says that it has the record, which is then in that learner's " +
    "log for good. A record has the name of a client and a number; the same once more is not " +
    "delivered again, so what was interrupted is repeated with the --client, --sequence and --skip " +
    "that the last line names. Two programs that append at the same time need two names. Records " +
    "come in the order of their lines unless acceptors fail meanwhile, which is told; with " +
    "--in-order each waits for the one before it.",
  flags: [
    ...OUTPUT_FLAGS,
    {
      name: "client",
      kind: "text",
      value: "NAME",
      help: "append in this name, of at most 64 bytes; a new one if it is not given",
    },
    {
      name: "sequence",
      kind: "integer",
      value: "NUMBER",
      min: 1,
      max: POSITION_MAX,
      default: 1,
      help: "the client's number of the first record",
    },
    {
      name: "skip",
      kind: "integer",
      value: "LINES",
      min: 0,
      max: POSITION_MAX,
      default: 0,
      help: "leave out so many lines at the beginning",
    },
    { name: "in-order", kind: "boolean", help: "keep the order whatever happens; takes longer" },
    { name: "whole", kind: "boolean", excludes: ["skip"], help: "the file is one record" },
    LEARNER_FLAG,
    {
      name: "timeout",
      kind: "duration",
      value: "TIME",
      min: 1,
      max: 7 * 24 * 3600 * 1000,
      default: 30_000,
      help: "give up if a record is not in the log for so long",
    },
  ],
  positionals: [
    { ...CONFIG_POSITIONAL, optional: false },
    {
      name: "FILE",
      help: "what to append; standard input if it is left out or -",
      optional: true,
      offers: "file",
    },
  ],
  examples: [
    { args: "client.json events.txt", does: "append each line of a file" },
    { args: "client.json --client till-4 --sequence 17", does: "lines from standard input" },
    { args: "client.json --whole picture.png", does: "a file as one record" },
    { args: "client.json events.txt --learner Eve", does: "wait for Eve's log only" },
  ],
  exits: [
    { status: EXIT.ok, means: "all of it is in the log, or stopped by a signal" },
    ...COMMON_EXITS,
    { status: EXIT.disagreement, means: "a record is said to be at two places of one log" },
    { status: EXIT.timeout, means: "a record is not in the log yet (--timeout)" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  const [config, file = "-"] = positionals;
  if (config === "-" && file === "-") {
    throw new OperatorError(EXIT.usage, "the configuration comes from there already", "-");
  }
  const configuration = await loadFor([config!], () => {});
  const { batchBytesMax } = requireLog(configuration);
  const client = flags.client ?? `cli-${crypto.randomUUID()}`;
  if (new TextEncoder().encode(client).length > CLIENT_BYTES_MAX) {
    throw new OperatorError(EXIT.usage, `has more than ${CLIENT_BYTES_MAX} bytes`, "--client");
  }
  const { names: learners } = chosenLearners(flags, configuration);
  const { sequence, skip, whole, timeout } = flags;
  const room = batchBytesMax - BATCH_OVERHEAD_BYTES -
    recordBytes({ client, sequence, payload: new Uint8Array() });
  const stopping = listenForStop();
  const { signal } = stopping;
  try {
    return await asClient(configuration, timeout, async (connection) => {
      const callRecords = flags["in-order"] ? 1 : CALL_RECORDS;
      const common = { output, connection, client, learners, callRecords };
      const upload = new Upload({ ...common, timeoutMs: timeout });
      const given = { first: sequence, skip, file: nameOfInput(file) };
      return await upload.run(inputRecords(file, whole, room), given, signal);
    });
  } finally {
    stopping.release();
  }
});

interface UploadOptions {
  readonly output: Output;
  readonly connection: Client;
  readonly client: string;
  readonly learners: readonly string[];
  /** In one call, at most. */
  readonly callRecords: number;
  readonly timeoutMs: number;
}

/** What was given on the command line. */
interface Given {
  readonly first: number;
  readonly skip: number;
  readonly file: string;
}

/** An input on its way into the log. */
class Upload {
  readonly #options: UploadOptions;
  readonly #startedMs = performance.now();
  #toldMs = performance.now();
  /** Records that are in the log, without a gap. */
  #count = 0;
  #last: AppendedRecord | undefined;
  /** Records that come before one of a lower number, in some learner's log. */
  #outOfOrder = 0;

  constructor(options: UploadOptions) {
    this.#options = options;
  }

  async run(
    records: AsyncIterable<{ readonly payload: Uint8Array; readonly line: number }>,
    { first, skip, file }: Given,
    signal: AbortSignal,
  ): Promise<ExitStatus> {
    const stopped = new Promise<undefined>((resolve) =>
      signal.addEventListener("abort", () => resolve(undefined))
    );
    const iterator = records[Symbol.asyncIterator]();
    let part: LogRecord[] = [];
    let bytes = 0;
    let next = first;
    const send = async () => {
      if (part.length > 0) await this.#append(part);
      part = [];
      bytes = 0;
    };
    try {
      let coming = iterator.next();
      while (!signal.aborted) {
        // Whoever types waits for no second line: what has come goes before more is waited for.
        const isHere = await Promise.race([coming.then(() => true), turn(part.length > 0)]);
        if (!isHere) await send();
        const taken = await Promise.race([coming, stopped]);
        if (taken === undefined || taken.done) break;
        coming = iterator.next();
        const { payload, line } = taken.value;
        if (line <= skip) continue;
        if (bytes + payload.length > CALL_BYTES) await send();
        part.push({ client: this.#options.client, sequence: next++, payload });
        bytes += payload.length;
        if (part.length >= this.#options.callRecords) await send();
      }
      if (!signal.aborted) await send();
    } catch (error) {
      this.#summary(first, skip, file, false);
      throw inWords(error);
    }
    this.#summary(first, skip, file, !signal.aborted);
    return EXIT.ok;
  }

  async #append(records: readonly LogRecord[]): Promise<void> {
    const { connection, learners, timeoutMs } = this.#options;
    const appended = await connection.append(records, { learners, timeoutMs });
    for (const record of appended) {
      if (isBefore(record, this.#last)) this.#outOfOrder++;
      this.#last = record;
    }
    this.#count += appended.length;
    this.#tell(appended);
  }

  #tell(appended: readonly AppendedRecord[]): void {
    const { output, client } = this.#options;
    if (output.format === "json") {
      for (const { sequence, places } of appended) {
        const where = places.map(({ learner, position }) => ({
          learner,
          position: position ?? null,
        }));
        output.emit({ event: "appended", client, sequence, places: where });
      }
      return;
    }
    const nowMs = performance.now();
    if (nowMs - this.#toldMs < PROGRESS_MS) return;
    this.#toldMs = nowMs;
    const perSecond = Math.round(this.#count * 1_000 / (nowMs - this.#startedMs));
    output.say([{
      paint: "dim",
      text: `${this.#count} records, ${perSecond} a second; ${placesText(this.#last)}`,
    }]);
  }

  #summary(first: number, skip: number, file: string, isAll: boolean): void {
    const { output, client } = this.#options;
    const next = first + this.#count;
    const goOn = `--client ${client} --sequence ${next}`;
    const order = this.#outOfOrder === 0 ? "" : `; ${this.#outOfOrder} came in another order`;
    const record = {
      event: "upload",
      client,
      records: this.#count,
      nextSequence: next,
      all: isAll,
    };
    output.emit({
      ...record,
      outOfOrder: this.#outOfOrder,
      nextSkip: isAll ? null : skip + this.#count,
    }, [
      { paint: isAll ? "green" : "yellow", text: `${this.#count} records` },
      this.#count === 0 ? "" : `, the last ${placesText(this.#last)}`,
      order,
      isAll
        ? `; append more with ${goOn}`
        : `; ${file} is not at its end: go on with ${goOn} --skip ${skip + this.#count}`,
    ]);
  }
}

/** Whether some log has a record before the one that was appended before it. */
function isBefore({ places }: AppendedRecord, last: AppendedRecord | undefined): boolean {
  return places.some(({ learner, position = Infinity }) =>
    position < (last?.places.find((one) => one.learner === learner)?.position ?? 0)
  );
}

/** Settles when everybody else has had a turn, if somebody is to wait for no longer. */
async function turn(isHurried: boolean): Promise<boolean> {
  if (!isHurried) await new Promise(() => {});
  await new Promise((resolve) => setTimeout(resolve, 1));
  return false;
}

function placesText(record: AppendedRecord | undefined): string {
  const places = record?.places ?? [];
  return places.map(({ learner, position }) => `at ${position ?? "?"} of ${learner}`).join(", ");
}
