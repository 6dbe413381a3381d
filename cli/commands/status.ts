/**
 * The status program: asks acceptors how they are.
 *
 * @module
 */

import { connect } from "../../lib/client/client.ts";
import type { AcceptorStatus } from "../../lib/client/status.ts";
import { type Verdict, verdicts } from "../../lib/client/verdict.ts";
import type { StatusAnswer } from "../../lib/client/types.ts";
import type { Configuration, Identity } from "../../lib/config/configuration.ts";
import { daysLeft, EXPIRY_NOTICE_DAYS } from "../../lib/config/expiry.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { type Command, defineCommand } from "../command.ts";
import { makeOutput, type Output, OUTPUT_FLAGS, type Span } from "../output.ts";
import { COMMON_EXITS, CONFIG_POSITIONAL, loadFor } from "./shared.ts";

/** How this machine reaches itself where it listens on all its addresses. */
const LISTENS_ON_ALL: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** Prints how acceptors are. */
export const status: Command = defineCommand({
  name: "status",
  summary: "Ask all acceptors how they are",
  description: "Asks every acceptor of the configuration for its status: who is connected to it, " +
    "whether it votes, what it has signed, refused and decided, whom it has caught equivocating, " +
    "and how far its clock is off; then says of every learner whether it can decide now and, if " +
    "not, why. Any identity of the configuration may ask.",
  flags: [...OUTPUT_FLAGS, {
    name: "timeout",
    kind: "duration",
    value: "TIME",
    min: 1,
    max: 3_600_000,
    default: 3_000,
    help: "how long each may take to answer",
  }, {
    name: "check",
    kind: "boolean",
    excludes: ["self"],
    help: "end with status 13 if a learner cannot decide now, and with 0 if all can",
  }, {
    name: "self",
    kind: "boolean",
    help: "ask only the acceptor whose own file this is, where it listens: a health check",
  }],
  positionals: [CONFIG_POSITIONAL],
  examples: [
    { args: "alice.json", does: "ask all acceptors, as Alice" },
    { args: "--check alice.json", does: "whether every learner can decide, by status 0 or 13" },
    { args: "--self --timeout 2s alice.json", does: "whether Alice is there, by status 0" },
  ],
  exits: [
    { status: EXIT.ok, means: "all that were asked have answered" },
    ...COMMON_EXITS,
    { status: EXIT.timeout, means: "at least one has not answered (without --check)" },
    { status: EXIT.stuck, means: "a learner cannot decide now (with --check)" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  const configuration = await loadFor(positionals, () => {});
  const acceptors = flags.self ? [ourselves(configuration)] : configuration.acceptors;
  const { timeout: timeoutMs } = flags;
  await using client = connect({ ...configuration, acceptors }, { connectTimeoutMs: timeoutMs });
  const answers = await client.status({ timeoutMs });
  for (const answer of answers) print(output, answer);
  if (flags.self) return "status" in answers[0]! ? EXIT.ok : EXIT.timeout;
  const { graph, limits } = configuration;
  const all = verdicts({ graph, clockSkewMsMax: limits.clockSkewMsMax }, answers);
  for (const verdict of all) printVerdict(output, verdict);
  if (flags.check) return all.every(({ decides }) => decides) ? EXIT.ok : EXIT.stuck;
  return answers.every((answer) => "status" in answer) ? EXIT.ok : EXIT.timeout;
});

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
  output.emit({ event: "verdict", learner, decides, sentence, causes }, [
    { paint: decides ? "green" : "red", text: sentence },
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
  const { status } = answer;
  const { peers, caught, caughtCount } = status;
  const rejections = Object.entries(status.rejections);
  const down = peers.filter(({ connected }) => !connected);
  output.emit({
    event: "status",
    name,
    agent: status.agent,
    uptimeMs: status.uptimeMs,
    configDigest: status.configDigest,
    votes: status.votes,
    waitsFor: status.waitsFor,
    decisionCount: status.decisionCount,
    ...status.clock === undefined ? {} : { clock: { ...status.clock } },
    instances: status.instances,
    messagesKnown: status.messagesKnown,
    messagesWaiting: status.messagesWaiting,
    messagesSigned: status.messagesSigned,
    peers: peers.map(({ name, role, connected, lastError }) => ({
      name,
      role,
      connected,
      ...(lastError === "" ? {} : { lastError }),
    })),
    rejections: status.rejections,
    caught: caught.map(({ name, instance }) => ({ name, instance })),
    caughtCount,
    ...status.certificateNotAfter === undefined
      ? {}
      : { certificateNotAfter: status.certificateNotAfter.toISOString() },
  }, [
    { paint: down.length === 0 ? "green" : "yellow", text: name },
    `: up ${Math.round(Number(status.uptimeMs) / 1000)} s, ${status.decisionCount} decisions, ` +
    `${status.instances} instances in memory, ${status.messagesSigned} messages signed; `,
    ...status.votes ? [] : [{ paint: "yellow" as const, text: "DOES NOT VOTE YET" }, "; "],
    down.length === 0
      ? "all acceptors connected"
      : `not connected: ${down.map(({ name, lastError }) => `${name} (${lastError})`).join(", ")}`,
    rejections.length === 0
      ? ""
      : `; refused: ${rejections.map(([code, count]) => `${code} ${count}`).join(", ")}`,
    caught.length === 0
      ? ""
      : `; CAUGHT: ${caught.map(({ name, instance }) => `${name} in ${instance}`).join(", ")}${
        caughtCount > caught.length ? ` (the newest of ${caughtCount})` : ""
      }`,
    ...expiry(status),
  ]);
}

/** What to say of the acceptor's certificate; nothing unless it expires soon. */
function expiry({ certificateNotAfter: notAfter }: AcceptorStatus): Span[] {
  if (notAfter === undefined) return [];
  const days = daysLeft(notAfter, new Date());
  if (days >= EXPIRY_NOTICE_DAYS) return [];
  const when = notAfter.toISOString().slice(0, 10);
  const text = days < 0 ? `CERTIFICATE EXPIRED on ${when}` : `certificate expires on ${when}`;
  return ["; ", { paint: days < 0 ? "red" : "yellow", text }];
}
