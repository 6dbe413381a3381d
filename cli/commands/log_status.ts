/**
 * `hetpaxos log status`.
 *
 * @module
 */

import type { LogState } from "../../lib/client/log_status.ts";
import { connect } from "../../lib/client/client.ts";
import type { StatusAnswer } from "../../lib/client/types.ts";
import { EXIT } from "../../lib/wire/operator_error.ts";
import { type Command, defineCommand } from "../command.ts";
import { makeOutput, type Output, OUTPUT_FLAGS } from "../output.ts";
import { ANSWER_TIMEOUT_FLAG, requireLog } from "./log_shared.ts";
import { learnerText, logJson } from "./log_text.ts";
import { COMMON_EXITS, CONFIG_POSITIONAL, loadFor } from "./shared.ts";

/** Tells how the log stands at every acceptor. */
export const logStatus: Command = defineCommand({
  name: "status",
  summary: "How the log stands, and who holds forgetting back",
  description:
    "Asks every acceptor how far each learner's log has come there, up to where it is certified, " +
    "from where it is kept, and what is forgotten; how many records wait and who puts them into " +
    "the log; and which learner forgetting waits for. Nobody else confirms what an acceptor says " +
    "of itself.",
  flags: [...OUTPUT_FLAGS, ANSWER_TIMEOUT_FLAG],
  positionals: [CONFIG_POSITIONAL],
  examples: [{ args: "client.json", does: "ask all acceptors" }],
  exits: [
    { status: EXIT.ok, means: "all have answered" },
    ...COMMON_EXITS,
    { status: EXIT.timeout, means: "at least one has not answered" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  const configuration = await loadFor(positionals, () => {});
  requireLog(configuration);
  await using client = connect(configuration, { connectTimeoutMs: flags.timeout });
  const answers = await client.status({ timeoutMs: flags.timeout });
  for (const answer of answers) print(output, answer);
  const logs = answers.flatMap((answer) =>
    "status" in answer && answer.status.log !== undefined ? [answer.status.log] : []
  );
  for (const learner of configuration.graph.spec.learners) sumUp(output, learner, logs);
  return logs.length === answers.length ? EXIT.ok : EXIT.timeout;
});

function print(output: Output, answer: StatusAnswer): void {
  const { acceptor: name } = answer;
  const log = "status" in answer ? answer.status.log : undefined;
  if (log === undefined) {
    const error = "error" in answer ? answer.error.message : "it keeps no log";
    output.emit({ event: "log-status", name, error }, [
      { paint: "red", text: name },
      `: no answer: ${error}`,
    ]);
    return;
  }
  output.emit({ event: "log-status", name, ...logJson(log) }, [
    { paint: "green", text: name },
    `: forgotten below ${log.floor}, used up to ${log.windowEnd}; ${log.pending} records wait, ` +
    `${log.inFlight} batches on their way, records are handed to ${log.coordinator}`,
    log.lying.length === 0
      ? ""
      : { paint: "red", text: `; has stated what is not true: ${log.lying.join(", ")}` },
  ]);
  for (const learner of log.learners) output.say([`  ${learnerText(learner)}`]);
}

/** What is the matter with a learner's log, as those who answer say. */
function sumUp(output: Output, learner: string, logs: readonly LogState[]): void {
  const all = logs.flatMap(({ learners }) => learners.filter((one) => one.learner === learner));
  if (all.length === 0) return;
  const highest = all.reduce((max, { prefix }) => prefix > max ? prefix : max, 0n);
  const holders = all.filter(({ holdsBack }) => holdsBack).length;
  const sentence = all.some(({ abandoned }) => abandoned)
    ? `${learner} is abandoned: forgetting does not wait for it`
    : holders > 0
    ? `${learner} holds forgetting back at ${holders} of ${all.length} acceptors: its log has come ` +
      `to ${highest}; get its quorum going, or abandon it`
    : `${learner} has ${highest} entries, nothing is the matter`;
  output.emit(
    { event: "log-learner", learner, prefix: highest, holdsBack: holders > 0, sentence },
    [
      { paint: holders > 0 ? "yellow" : "green", text: sentence },
    ],
  );
}
