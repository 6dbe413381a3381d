/**
 * The explain program: why a learner has or has not decided in an instance.
 *
 * @module
 */

import { connect } from "../../lib/client/client.ts";
import type { StatusAnswer } from "../../lib/client/types.ts";
import type { Cause, Sentence } from "../../lib/explain/explain.ts";
import { startObserver } from "../../lib/process/process.ts";
import { Role } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { PROTOCOL_VERSION } from "../../lib/wire/protocol_version.ts";
import { EXIT, type ExitStatus, OperatorError } from "../../lib/wire/operator_error.ts";
import { type Command, defineCommand } from "../command.ts";
import { makeOutput, type Output, OUTPUT_FLAGS } from "../output.ts";
import { chosenLearners, INSTANCE_MAX, LEARNER_FLAG } from "./instances.ts";
import { agentOf, COMMON_EXITS, CONFIG_POSITIONAL, loadFor } from "./shared.ts";
import { explainIn } from "../../lib/process/explaining.ts";
import type { Standing } from "../../lib/console/telling.ts";
import { standingsIn, type TraceFlags } from "./explain_trace.ts";
import { toldBy } from "./why.ts";

/** What a first sentence of one kind ends the program with. */
const STATUS: Readonly<Record<Cause, ExitStatus>> = {
  "decided": EXIT.ok,
  "cannot decide now": EXIT.stuck,
  "starved": EXIT.starved,
  "promise void": EXIT.timeout,
  "trouble": EXIT.timeout,
  "window": EXIT.timeout,
  "no ballot": EXIT.timeout,
  "ahead of clock": EXIT.timeout,
  "1b missing": EXIT.timeout,
  "not fresh": EXIT.timeout,
  "2a missing": EXIT.timeout,
};

/** Says why a learner has decided, or has not. */
export const explain: Command = defineCommand({
  name: "explain",
  summary: "Why a learner has or has not decided",
  description:
    "Asks all acceptors how they are, fetches and checks their messages, and says for each " +
    "learner why it has or has not decided in an instance, worst first: who is of no use and why, " +
    "whether it is starved, which 1bs or 2as the highest ballot lacks, and whose 1b is not fresh " +
    "because it stands by which value. Messages are believed as their signatures say, states as " +
    "acceptors say. Fetches whatever acceptors have: with a long history give it more time. With " +
    "--trace it says the same of what a recording holds, at any step, and asks nobody.",
  flags: [
    ...OUTPUT_FLAGS,
    {
      name: "instance",
      kind: "bigint",
      value: "NUMBER",
      min: 0n,
      max: INSTANCE_MAX,
      default: 0n,
      help: "the instance",
    },
    LEARNER_FLAG,
    {
      name: "timeout",
      kind: "duration",
      value: "TIME",
      min: 1,
      max: 3_600_000,
      default: 5_000,
      help: "how long acceptors have to answer and to send what they know",
    },
    {
      name: "trace",
      kind: "text",
      value: "FILE",
      offers: "file",
      help: "explain what this recording holds, instead of asking anybody; - is standard input",
    },
    {
      name: "node",
      kind: "text",
      value: "NAME",
      help: "with --trace, as this process saw it; the one that has seen most, unless told",
    },
    {
      name: "at",
      kind: "integer",
      value: "STEPS",
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
      help: "with --trace, as it was after so many steps of the instance; after all, unless told",
    },
  ],
  positionals: [CONFIG_POSITIONAL],
  examples: [
    { args: "client.json", does: "why instance 0 is decided or not, for every learner" },
    { args: "--instance 7 --learner Eve --json client.json", does: "with the facts, for a script" },
    { args: "--trace alice.trace --at 20", does: "what Alice knew after twenty steps" },
  ],
  exits: [
    { status: EXIT.ok, means: "every learner chosen has decided" },
    ...COMMON_EXITS,
    { status: EXIT.timeout, means: "one has not decided, as yet" },
    { status: EXIT.starved, means: "one is starved" },
    { status: EXIT.stuck, means: "one cannot decide now, for want of acceptors" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  if (flags.trace === undefined) return await explainLive(flags, positionals, output);
  if (positionals.length > 0) {
    const what = "a recording needs no configuration: leave CONFIG out";
    throw new OperatorError(EXIT.usage, what, "--trace");
  }
  const { node, steps, standings } = await standingsIn({ ...flags, trace: flags.trace });
  return tell(output, { instance: flags.instance, node, steps }, standings);
});

async function explainLive(
  flags: Pick<TraceFlags, "instance" | "learner"> & { readonly timeout: number },
  positionals: readonly string[],
  output: Output,
): Promise<ExitStatus> {
  const configuration = await loadFor(positionals, () => {});
  const learners = chosenLearners(flags, configuration).names;
  const { timeout: timeoutMs, instance } = flags;
  const options = { configuration, log: () => {}, agent: agentOf("explain") };
  await using client = connect(configuration, { connectTimeoutMs: timeoutMs });
  const over = AbortSignal.timeout(timeoutMs);
  // First, for whoever follows all acceptors passes on between them what they lack.
  const answers = await client.status({ timeoutMs });
  const running = startObserver(options, Role.LEARNER);
  try {
    const there = answers.filter(talksToUs).map(({ acceptor }) => acceptor);
    await running.peers.caughtUp(there, over);
    const told = toldBy(configuration, answers, instance);
    running.node.bringBack(instance);
    const standings = learners.map((learner) => ({
      learner,
      sentences: explainIn(running.node, instance, learner, told),
    }));
    return tell(output, { instance }, standings);
  } finally {
    await running.stop();
  }
}

/** Whether an acceptor will tell what it knows, instead of ending each link at once. */
function talksToUs(answer: StatusAnswer): boolean {
  if ("error" in answer || answer.status.configMismatch !== undefined) return false;
  const { protocolVersion } = answer.status;
  return protocolVersion === 0 || protocolVersion === PROTOCOL_VERSION;
}

/** What is explained: an instance, or what one process had recorded of it. */
interface Where {
  readonly instance: bigint;
  readonly node?: string;
  readonly steps?: number;
}

/** Tells how learners stand. @returns what the worst of their first sentences ends the program with. */
function tell(output: Output, where: Where, standings: readonly Standing[]): ExitStatus {
  for (const { learner, sentences } of standings) print(output, where, learner, sentences);
  const status = new Set(standings.map(({ sentences }) => STATUS[sentences[0]!.cause]));
  return [EXIT.stuck, EXIT.starved, EXIT.timeout].find((one) => status.has(one)) ?? EXIT.ok;
}

function print(
  output: Output,
  where: Where,
  learner: string,
  sentences: readonly Sentence[],
): void {
  const { instance, node, steps } = where;
  const as = node === undefined ? "" : `, as ${node} knew it after ${steps} steps`;
  for (const [index, { cause, text, acceptors, ballot }] of sentences.entries()) {
    output.emit({
      event: "explanation",
      ...{ ...where, learner, cause, text },
      ...acceptors === undefined ? {} : { acceptors: [...acceptors] },
      ...ballot === undefined ? {} : { ballot: { ...ballot } },
    }, [
      index === 0 ? { paint: cause === "decided" ? "green" : "red", text: learner } : "  ",
      index === 0 ? `, instance ${instance}${as}: ${text}` : text,
    ]);
  }
}
