/**
 * The status program: asks acceptors how they are.
 *
 * @module
 */

import { timestampDate } from "@bufbuild/protobuf/wkt";
import { connectToAcceptor } from "../../lib/process/acceptor_client.ts";
import { daysLeft, EXPIRY_NOTICE_DAYS } from "../../lib/config/expiry.ts";
import type { Configuration, Identity } from "../../lib/config/configuration.ts";
import { roleName } from "../../lib/link/hello.ts";
import type { GetStatusResponse } from "../../lib/wire/gen/hetpaxos/v1/service_pb.ts";
import { toHex } from "../../lib/wire/hex.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { reasonOf } from "../../lib/wire/os_reason.ts";
import { type Command, defineCommand } from "../command.ts";
import { makeOutput, type Output, OUTPUT_FLAGS, type Span } from "../output.ts";
import { COMMON_EXITS, CONFIG_POSITIONAL, loadFor } from "./shared.ts";

/** How this machine reaches itself where it listens on all its addresses. */
const LISTENS_ON_ALL: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** See the module. */
export const status: Command = defineCommand({
  name: "status",
  summary: "Ask all acceptors how they are",
  description: "Asks every acceptor of the configuration for its status: who is connected to it, " +
    "what it has signed, refused and decided, and whom it has caught equivocating. Any identity " +
    "of the configuration may ask.",
  flags: [...OUTPUT_FLAGS, {
    name: "timeout",
    kind: "duration",
    value: "TIME",
    min: 1,
    max: 3_600_000,
    default: 3_000,
    help: "how long each may take to answer",
  }, {
    name: "self",
    kind: "boolean",
    help: "ask only the acceptor whose own file this is, where it listens: a health check",
  }],
  positionals: [CONFIG_POSITIONAL],
  examples: [
    { args: "alice.json", does: "ask all acceptors, as Alice" },
    { args: "--self --timeout 2s alice.json", does: "whether Alice is there, by status 0" },
  ],
  exits: [
    { status: EXIT.ok, means: "all that were asked have answered" },
    ...COMMON_EXITS,
    { status: EXIT.timeout, means: "at least one has not answered" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  const configuration = await loadFor(positionals, () => {});
  const asked = flags.self ? [ourselves(configuration)] : configuration.acceptors;
  const answers = asked.map((acceptor) => ask(configuration, acceptor, flags.timeout));
  let missing = 0;
  for (const [i, acceptor] of asked.entries()) {
    const answer = await answers[i]!;
    if (typeof answer === "string") missing++;
    print(output, acceptor.name, answer);
  }
  return missing === 0 ? EXIT.ok : EXIT.timeout;
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

/** The status, or why there is none. */
async function ask(
  configuration: Configuration,
  acceptor: Identity,
  timeoutMs: number,
): Promise<GetStatusResponse | string> {
  const client = connectToAcceptor(configuration, acceptor, { connectTimeoutMs: timeoutMs });
  try {
    return await client.getStatus({}, AbortSignal.timeout(timeoutMs));
  } catch (error) {
    return reasonOf(error);
  } finally {
    client.close();
  }
}

function print(output: Output, name: string, answer: GetStatusResponse | string): void {
  if (typeof answer === "string") {
    output.emit({ event: "status", name, error: answer }, [
      { paint: "red", text: name },
      `: no answer: ${answer}`,
    ]);
    return;
  }
  const { peers, caught, rejections } = answer;
  const down = peers.filter(({ connected }) => !connected);
  output.emit({
    event: "status",
    name,
    agent: answer.agent,
    uptimeMs: answer.uptimeMs,
    configDigest: toHex(answer.configDigest?.whole ?? new Uint8Array()),
    instances: answer.instances,
    messagesKnown: answer.messagesKnown,
    messagesWaiting: answer.messagesWaiting,
    messagesSigned: answer.messagesSigned,
    peers: peers.map(({ name, role, connected, lastError }) => ({
      name,
      role: roleName(role),
      connected,
      ...(lastError === "" ? {} : { lastError }),
    })),
    rejections: Object.fromEntries(rejections.map(({ code, count }) => [code, count])),
    caught: caught.map(({ name, instance }) => ({ name, instance })),
    caughtCount: answer.caughtCount,
    ...answer.certificateNotAfter === undefined
      ? {}
      : { certificateNotAfter: timestampDate(answer.certificateNotAfter).toISOString() },
  }, [
    { paint: down.length === 0 ? "green" : "yellow", text: name },
    `: up ${Math.round(Number(answer.uptimeMs) / 1000)} s, ${answer.instances} instances, ` +
    `${answer.messagesSigned} messages signed; `,
    down.length === 0
      ? "all acceptors connected"
      : `not connected: ${down.map(({ name, lastError }) => `${name} (${lastError})`).join(", ")}`,
    rejections.length === 0
      ? ""
      : `; refused: ${rejections.map(({ code, count }) => `${code} ${count}`).join(", ")}`,
    caught.length === 0
      ? ""
      : `; CAUGHT: ${caught.map(({ name, instance }) => `${name} in ${instance}`).join(", ")}${
        answer.caughtCount > caught.length ? ` (the newest of ${answer.caughtCount})` : ""
      }`,
    ...expiry(answer),
  ]);
}

/** What to say of the acceptor's certificate; nothing unless it expires soon. */
function expiry({ certificateNotAfter }: GetStatusResponse): Span[] {
  if (certificateNotAfter === undefined) return [];
  const notAfter = timestampDate(certificateNotAfter);
  const days = daysLeft(notAfter, new Date());
  if (days >= EXPIRY_NOTICE_DAYS) return [];
  const when = notAfter.toISOString().slice(0, 10);
  const text = days < 0 ? `CERTIFICATE EXPIRED on ${when}` : `certificate expires on ${when}`;
  return ["; ", { paint: days < 0 ? "red" : "yellow", text }];
}
