/**
 * The get program: what was decided in one instance.
 *
 * @module
 */

import { connect } from "../../lib/client/client.ts";
import type { Decided } from "../../lib/client/decided.ts";
import { ClientError } from "../../lib/client/errors.ts";
import type { Configuration } from "../../lib/config/configuration.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { type Command, defineCommand } from "../command.ts";
import { makeOutput, type Output, OUTPUT_FLAGS } from "../output.ts";
import { chosenLearners, INSTANCE_MAX, LEARNER_FLAG } from "./instances.ts";
import { valueText } from "../../lib/explain/value_text.ts";
import { valueJson } from "./printing.ts";
import { COMMON_EXITS, CONFIG_POSITIONAL, loadFor } from "./shared.ts";

/** Prints what was decided in an instance. */
export const get: Command = defineCommand({
  name: "get",
  summary: "Ask what was decided in one instance",
  description:
    "Asks all acceptors what the learners decided in an instance, and prints for each learner the " +
    "value that so many acceptors report that, as long as the learner was promised anything, one " +
    "of them is honest. No message is fetched or checked, so the answer takes no longer however " +
    "many instances there are; for an answer that trusts nobody run a learner. Waits for a " +
    "decision that is yet to come until the time is over.",
  flags: [
    ...OUTPUT_FLAGS,
    {
      name: "instance",
      kind: "bigint",
      value: "NUMBER",
      min: 0n,
      max: INSTANCE_MAX,
      required: true,
      help: "the instance",
    },
    LEARNER_FLAG,
    {
      name: "timeout",
      kind: "duration",
      value: "TIME",
      min: 1,
      max: 7 * 24 * 3600 * 1000,
      default: 5_000,
      help: "wait so long for answers, and for a decision",
    },
  ],
  positionals: [CONFIG_POSITIONAL],
  examples: [
    { args: "--instance 7 client.json", does: "what every learner decided in instance 7" },
    { args: "--instance 7 --learner Eve --json client.json", does: "Eve's decision, for a script" },
  ],
  exits: [
    { status: EXIT.ok, means: "every learner chosen has decided" },
    ...COMMON_EXITS,
    { status: EXIT.disagreement, means: "learners that were to agree decided differently" },
    { status: EXIT.timeout, means: "not every learner chosen has decided, as far as is known" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  const configuration = await loadFor(positionals, () => {});
  const { instance, timeout } = flags;
  const { names: learners } = chosenLearners(flags, configuration);
  await using client = connect(configuration, { belief: "promise", connectTimeoutMs: timeout });
  try {
    for (const decided of await client.get(instance, { learners, timeoutMs: timeout })) {
      print(output, configuration, decided);
    }
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    for (const decided of error.decisions) print(output, configuration, decided);
    const disagree = error.code === "DISAGREEMENT";
    throw disagree
      ? new OperatorError(EXIT.disagreement, error.message)
      : new OperatorError(EXIT.timeout, error.message, "--timeout");
  }
});

function print(
  output: Output,
  { acceptors }: Configuration,
  { learner, instance, value, valueHash, reportedBy }: Decided,
): void {
  output.emit(
    { event: "decision", learner, instance, ...valueJson(value), valueHash, reportedBy },
    [
      { paint: "bold", text: learner },
      ` decided in instance ${instance}: `,
      { paint: "green", text: valueText(value) },
      ` (hash ${valueHash}, as ${reportedBy.length} of ${acceptors.length} acceptors say: ` +
      `${reportedBy.join(", ")})`,
    ],
  );
}
