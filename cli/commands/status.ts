/**
 * The status program: asks acceptors how they are.
 *
 * @module
 */

import { connect } from "../../lib/client/client.ts";
import { type Verdict, verdicts } from "../../lib/client/verdict.ts";
import type { Client, StatusAnswer } from "../../lib/client/types.ts";
import type { Configuration, Identity } from "../../lib/config/configuration.ts";
import { didYouMean } from "../../lib/wire/names.ts";
import { EXIT, type ExitStatus, OperatorError } from "../../lib/wire/operator_error.ts";
import { type Command, defineCommand } from "../command.ts";
import { makeOutput, type Output, OUTPUT_FLAGS } from "../output.ts";
import { listenForStop } from "../stop_signals.ts";
import { COMMON_EXITS, CONFIG_POSITIONAL, loadFor } from "./shared.ts";
import { statusDetails, statusJson, statusLine } from "./status_text.ts";

/** How this machine reaches itself where it listens on all its addresses. */
const LISTENS_ON_ALL: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** How often `--watch` asks, in milliseconds. */
const WATCH_MS = 2_000;

/** Prints how acceptors are. */
export const status: Command = defineCommand({
  name: "status",
  summary: "Ask all acceptors how they are",
  description: "Asks every acceptor of the configuration for its status: who is connected to it, " +
    "whether it votes, what it has signed, refused and decided, whom it has caught equivocating, " +
    "and how far its clock is off; then says of every learner whether it can decide now, and what " +
    "is the matter. --acceptor tells all of one: links as both ends tell them, its journal, what " +
    "is refused of whom. Any identity of the configuration may ask.",
  flags: [
    ...OUTPUT_FLAGS,
    {
      name: "timeout",
      kind: "duration",
      value: "TIME",
      min: 1,
      max: 3_600_000,
      default: 3_000,
      help: "how long each may take to answer",
    },
    {
      name: "acceptor",
      kind: "text",
      value: "NAME",
      excludes: ["check", "self"],
      help: "tell all of this one",
    },
    {
      name: "watch",
      kind: "boolean",
      excludes: ["check", "self"],
      help: "ask again every two seconds, until stopped",
    },
    {
      name: "check",
      kind: "boolean",
      excludes: ["self"],
      help: "end with status 13 if a learner cannot decide now, and with 0 if all can",
    },
    {
      name: "self",
      kind: "boolean",
      help: "ask only the acceptor whose own file this is, where it listens: a health check",
    },
  ],
  positionals: [CONFIG_POSITIONAL],
  examples: [
    { args: "alice.json", does: "ask all acceptors, as Alice" },
    { args: "--acceptor Bob alice.json", does: "all that Bob, and others of Bob, say" },
    { args: "--check alice.json", does: "whether every learner can decide, by status 0 or 13" },
    { args: "--self --timeout 2s alice.json", does: "whether Alice is there, by status 0" },
  ],
  exits: [
    { status: EXIT.ok, means: "all that were asked have answered, or stopped (with --watch)" },
    ...COMMON_EXITS,
    { status: EXIT.timeout, means: "at least one has not answered (without --check)" },
    { status: EXIT.stuck, means: "a learner cannot decide now (with --check)" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  const configuration = await loadFor(positionals, () => {});
  const { timeout: timeoutMs, acceptor } = flags;
  if (acceptor !== undefined) requireAcceptor(configuration, acceptor);
  const acceptors = flags.self ? [ourselves(configuration)] : configuration.acceptors;
  await using client = connect({ ...configuration, acceptors }, { connectTimeoutMs: timeoutMs });
  const round = { client, timeoutMs, configuration, output };
  if (!flags.watch) return await tell(round, flags);
  const stopping = listenForStop();
  const stopped = new Promise<void>((resolve) =>
    stopping.signal.addEventListener("abort", () => resolve())
  );
  try {
    while (!stopping.signal.aborted) {
      output.say([{ paint: "dim", text: new Date().toISOString() }]);
      await Promise.race([tell(round, flags), stopped]);
      await pause(WATCH_MS, stopped);
    }
  } finally {
    stopping.release();
  }
  return EXIT.ok;
});

/** What one round of questions needs. */
interface Round {
  readonly client: Client;
  readonly timeoutMs: number;
  readonly configuration: Configuration;
  readonly output: Output;
}

/** What is to be told. */
interface Wanted {
  readonly self: boolean;
  readonly check: boolean;
  readonly acceptor: string | undefined;
}

/** Asks all once, and tells. */
async function tell(
  { client, timeoutMs, configuration, output }: Round,
  { self, check, acceptor }: Wanted,
): Promise<ExitStatus> {
  const answers = await client.status({ timeoutMs });
  if (acceptor !== undefined) {
    const answer = answers.find((one) => one.acceptor === acceptor)!;
    print(output, answer);
    if ("error" in answer) return EXIT.timeout;
    const lines = statusDetails(acceptor, answer.status, answers);
    for (const line of lines) output.say([`  ${line}`]);
    return EXIT.ok;
  }
  for (const answer of answers) print(output, answer);
  if (self) return "status" in answers[0]! ? EXIT.ok : EXIT.timeout;
  const { graph, limits } = configuration;
  const all = verdicts({ graph, clockSkewMsMax: limits.clockSkewMsMax }, answers);
  for (const verdict of all) printVerdict(output, verdict);
  if (check) return all.every(({ decides }) => decides) ? EXIT.ok : EXIT.stuck;
  return answers.every((answer) => "status" in answer) ? EXIT.ok : EXIT.timeout;
}

async function pause(ms: number, stopped: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([promise, stopped]);
  clearTimeout(timer);
}

/** @throws OperatorError if there is no such acceptor. */
function requireAcceptor({ acceptors }: Configuration, name: string): void {
  const names = acceptors.map((one) => one.name);
  if (names.includes(name)) return;
  const what = `there is no acceptor ${JSON.stringify(name)}${didYouMean(name, names)}`;
  throw new OperatorError(EXIT.usage, what, "--acceptor");
}

/** The acceptor of this configuration, at the address where it listens. */
function ourselves({ acceptors, self, listen, source }: Configuration): Identity {
  if (!acceptors.some(({ name }) => name === self.name)) {
    throw new OperatorError(
      EXIT.usage,
      `${source} is of ${self.name}, who is no acceptor`,
      "--self",
    );
  }
  return { ...self, host: LISTENS_ON_ALL[listen.host] ?? listen.host, port: listen.port };
}

function printVerdict(output: Output, { learner, decides, sentence, causes }: Verdict): void {
  const paint = !decides ? "red" : causes.length > 0 ? "yellow" : "green";
  output.emit({ event: "verdict", learner, decides, sentence, causes }, [
    { paint, text: sentence },
  ]);
}

function print(output: Output, answer: StatusAnswer): void {
  const { acceptor: name } = answer;
  if ("error" in answer) {
    const { message } = answer.error;
    output.emit({ event: "status", name, error: message }, [
      { paint: "red", text: name },
      `: no answer: ${message}`,
    ]);
    return;
  }
  output.emit(
    { event: "status", ...statusJson(name, answer.status) },
    statusLine(
      name,
      answer.status,
    ),
  );
}
