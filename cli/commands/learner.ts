/**
 * The learner program.
 *
 * @module
 */

import type { DecisionRecord } from "../../lib/runtime/decision_book.ts";
import { openJournal } from "../../lib/runtime/open_journal.ts";
import { startObserver } from "../../lib/runtime/process.ts";
import { Role } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { type Command, defineCommand } from "../command.ts";
import { makeOutput } from "../output.ts";
import { chosenInstances, chosenLearners, INSTANCE_FLAGS } from "./instances.ts";
import { printDecision, printDisagreement, printMessage } from "./printing.ts";
import {
  agentOf,
  COMMON_EXITS,
  CONFIG_POSITIONAL,
  DATA_DIR_FLAG,
  loadFor,
  makeLogger,
  NODE_FLAGS,
  openTrace,
  runUntilStopped,
} from "./shared.ts";

/** See the module. */
export const learner: Command = defineCommand({
  name: "learner",
  summary: "Watch: print what each learner decides",
  description: "Listens to all acceptors and applies the decision rule of every learner of the " +
    "configuration. It trusts nobody's word: it checks every signature and counts quorums itself. " +
    "Any identity of the configuration may run it. Decisions that differ where learners were to " +
    "agree are printed with the evidence.",
  flags: [
    ...NODE_FLAGS,
    ...INSTANCE_FLAGS,
    DATA_DIR_FLAG,
    { name: "once", kind: "boolean", help: "exit when every learner chosen has decided" },
    { name: "all", kind: "boolean", help: "print the decisions of all instances" },
  ],
  positionals: [CONFIG_POSITIONAL],
  examples: [
    { args: "alice.json", does: "print the decisions of instance 0, for ever" },
    { args: "--once --timeout 10s alice.json", does: "wait at most ten seconds for one" },
    { args: "--all --json alice.json", does: "follow everything, one JSON object a line" },
  ],
  exits: [
    { status: EXIT.ok, means: "everything has been decided (--once), or stopped by a signal" },
    ...COMMON_EXITS,
    { status: EXIT.disagreement, means: "learners that were to agree decided differently" },
    { status: EXIT.timeout, means: "not everything was decided in time (--timeout)" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const { all, once } = flags;
  if (all && once) throw new OperatorError(EXIT.usage, "excludes --once: there is no end", "--all");
  const log = makeLogger(flags);
  const output = makeOutput(flags, stdout);
  const configuration = await loadFor(positionals, log);
  const instances = new Set(chosenInstances(flags));
  const learners = chosenLearners(flags, configuration).names;
  const { cleartext, timeout, messages } = flags;
  const dataDir = flags["data-dir"] ?? configuration.dataDir;
  const journal = dataDir === undefined ? undefined : openJournal(configuration, dataDir);
  const trace = openTrace(flags.trace, log);
  const options = { configuration, log, agent: agentOf("learner"), cleartext, journal, trace };
  const running = startObserver(options, Role.LEARNER);
  const { node } = running;
  let disagreed = false;
  node.observe({
    disagreement(instance, found) {
      if (found.entangled) disagreed = true;
      printDisagreement(output, node, instance, found);
    },
    stepped(instance, effects) {
      if (!messages || !(all || instances.has(instance))) return;
      for (const effect of effects) {
        if (effect.kind === "deliver") printMessage(output, node, instance, effect.entry);
      }
    },
  });
  return await runUntilStopped(running, async (signal) => {
    const limit = timeout === undefined ? signal : AbortSignal.any([
      signal,
      AbortSignal.timeout(timeout),
    ]);
    const open = new Set([...instances].flatMap((i) => learners.map((name) => `${i} ${name}`)));
    const chosen = ({ instance, learner }: DecisionRecord) =>
      learners.includes(learner) && (all || instances.has(instance));
    for await (const decision of node.decisions.follow(limit)) {
      if (!chosen(decision)) continue;
      printDecision(output, decision);
      open.delete(`${decision.instance} ${decision.learner}`);
      if (once && open.size === 0) return disagreed ? EXIT.disagreement : EXIT.ok;
    }
    if (disagreed) return EXIT.disagreement;
    if (signal.aborted || !once) return EXIT.ok;
    throw new OperatorError(EXIT.timeout, `${open.size} decisions are missing`, "--timeout");
  });
});
