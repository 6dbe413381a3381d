/**
 * The explain program: why a learner has or has not decided in an instance.
 *
 * @module
 */

import { connect } from "../../lib/client/client.ts";
import type { Cause, Sentence } from "../../lib/explain/explain.ts";
import { startObserver } from "../../lib/process/process.ts";
import { Role } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { EXIT, type ExitStatus } from "../../lib/wire/operator_error.ts";
import { type Command, defineCommand } from "../command.ts";
import { makeOutput, type Output, OUTPUT_FLAGS } from "../output.ts";
import { chosenLearners, INSTANCE_MAX, LEARNER_FLAG } from "./instances.ts";
import { agentOf, COMMON_EXITS, CONFIG_POSITIONAL, loadFor } from "./shared.ts";
import { explainIn } from "../../lib/process/explaining.ts";
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
    "acceptors say. Fetches whatever acceptors have: with a long history give it more time.",
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
  ],
  positionals: [CONFIG_POSITIONAL],
  examples: [
    { args: "client.json", does: "why instance 0 is decided or not, for every learner" },
    { args: "--instance 7 --learner Eve --json client.json", does: "with the facts, for a script" },
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
    const there = answers.flatMap((one) => "status" in one ? [one.acceptor] : []);
    await running.peers.caughtUp(there, over);
    const told = toldBy(configuration, answers, instance);
    running.node.bringBack(instance);
    const status = new Set<ExitStatus>();
    for (const learner of learners) {
      const sentences = explainIn(running.node, instance, learner, told);
      print(output, instance, learner, sentences);
      status.add(STATUS[sentences[0]!.cause]);
    }
    return [EXIT.stuck, EXIT.starved, EXIT.timeout].find((one) => status.has(one)) ?? EXIT.ok;
  } finally {
    await running.stop();
  }
});

function print(
  output: Output,
  instance: bigint,
  learner: string,
  sentences: readonly Sentence[],
): void {
  for (const [index, { cause, text, acceptors, ballot }] of sentences.entries()) {
    output.emit({
      event: "explanation",
      ...{ instance, learner, cause, text },
      ...acceptors === undefined ? {} : { acceptors: [...acceptors] },
      ...ballot === undefined ? {} : { ballot: { ...ballot } },
    }, [
      index === 0 ? { paint: cause === "decided" ? "green" : "red", text: learner } : "  ",
      index === 0 ? `, instance ${instance}: ${text}` : text,
    ]);
  }
}
