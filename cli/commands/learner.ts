/**
 * The learner program.
 *
 * @module
 */

import type { DecisionRecord } from "../../lib/node/decision_book.ts";
import { followDecisions } from "../../lib/process/follow.ts";
import { openJournal } from "../../lib/process/open_journal.ts";
import { startObserver } from "../../lib/process/process.ts";
import { StarvationWatch } from "../../lib/node/starvation_watch.ts";
import { Role } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { type Command, defineCommand } from "../command.ts";
import { listenForStop } from "../stop_signals.ts";
import { chosenInstances, chosenLearners, INSTANCE_FLAGS } from "./instances.ts";
import { printLog } from "./learner_log.ts";
import { printDecision, printObserved, printStarved } from "./printing.ts";
import {
  agentOf,
  COMMON_EXITS,
  CONFIG_POSITIONAL,
  DATA_DIR_FLAG,
  limited,
  loadFor,
  NODE_FLAGS,
  openTrace,
  runUntilStopped,
} from "./shared.ts";
import { answerProbes, PROBE_FLAG, probeAt } from "./probe.ts";
import { openStreams } from "./streams.ts";
import type { Awaited } from "../../lib/process/pending_proposals.ts";
import { sayWhy, worst } from "./why.ts";

/** Prints what learners decide, until it is stopped or has seen enough. */
export const learner: Command = defineCommand({
  name: "learner",
  summary: "Watch: print what each learner decides",
  description: "Listens to all acceptors and applies the decision rule of every learner of the " +
    "configuration. It trusts nobody's word: it checks every signature and counts quorums itself. " +
    "Any identity of the configuration may run it. Decisions that differ where learners were to " +
    "agree are printed with the evidence, and so is a learner that can decide no more, or no more " +
    "unless an acceptor is caught lying: --once waits for that, too, so give it a --timeout. If the " +
    "configuration has a log it prints the log of each learner, in order; --all prints decisions.",
  flags: [
    ...NODE_FLAGS,
    ...INSTANCE_FLAGS,
    DATA_DIR_FLAG,
    PROBE_FLAG,
    {
      name: "once",
      kind: "boolean",
      help: "exit when every learner chosen has decided or is starved for good",
    },
    {
      name: "all",
      kind: "boolean",
      excludes: ["once", "instance", "count"],
      help: "print the decisions of all instances; there is no end to them",
    },
  ],
  positionals: [CONFIG_POSITIONAL],
  examples: [
    { args: "alice.json", does: "print the log, or the decisions of instance 0, for ever" },
    { args: "--once --timeout 10s alice.json", does: "wait at most ten seconds for one" },
    { args: "--all --json alice.json", does: "follow everything, one JSON object a line" },
  ],
  exits: [
    { status: EXIT.ok, means: "everything has been decided (--once), or stopped by a signal" },
    ...COMMON_EXITS,
    { status: EXIT.disagreement, means: "learners that were to agree decided differently" },
    { status: EXIT.timeout, means: "not everything was decided in time (--timeout)" },
    { status: EXIT.starved, means: "a learner is starved, all others have decided (--once)" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const { all, once } = flags;
  const streams = openStreams(flags, stdout, "ends");
  const { log, output } = streams;
  const configuration = await loadFor(positionals, log);
  const instances = new Set(chosenInstances(flags));
  const learners = chosenLearners(flags, configuration).names;
  const { cleartext, timeout, messages } = flags;
  const dataDir = flags["data-dir"] ?? configuration.dataDir;
  const journal = dataDir === undefined ? undefined : openJournal(configuration, dataDir);
  const trace = openTrace(flags.trace, log);
  const options = { configuration, log, agent: agentOf("learner"), cleartext, journal, trace };
  const probe = probeAt(flags.probe);
  const stopping = listenForStop();
  const running = startObserver(options, Role.LEARNER);
  const { node } = running;
  const isWatched = (instance: bigint) => all || instances.has(instance);
  const seen = printObserved(output, node, (instance) => messages && isWatched(instance));
  const chosen = ({ instance, learner }: Pick<DecisionRecord, "instance" | "learner">) =>
    learners.includes(learner) && isWatched(instance);
  const open = new Set([...instances].flatMap((i) => learners.map((name) => `${i} ${name}`)));
  const settled = new AbortController();
  const starved = new Set<string>();
  const settle = (name: string) => {
    open.delete(name);
    if (once && open.size === 0) settled.abort();
  };
  const watch = new StarvationWatch(node, (instance, learner, news) => {
    if (!chosen({ instance, learner })) return;
    const name = `${instance} ${learner}`;
    if (news === "freed") starved.delete(name);
    else starved.add(name);
    printStarved(output, instance, learner, news);
    if (news === "starved for good") settle(name);
  });
  const awaited = (): Awaited[] => [...open].map(named);
  return await runUntilStopped(running, stopping, streams, async (signal) => {
    if (probe) await answerProbes(running, probe, output);
    const waits = { node, peers: running.peers, cleartext };
    const endSaying = once ? sayWhy(waits, awaited) : () => {};
    signal.addEventListener("abort", () => {
      watch.close();
      endSaying();
    });
    const limit = limited(AbortSignal.any([signal, settled.signal]), timeout);
    if (node.log !== undefined && isPlain(flags)) {
      await printLog(node.log, learners, { output, room: streams.room }, limit);
      return seen.disagreed ? EXIT.disagreement : EXIT.ok;
    }
    for await (const decision of followDecisions(node.decisions, limit)) {
      if (!chosen(decision)) continue;
      await streams.room();
      printDecision(output, decision);
      starved.delete(`${decision.instance} ${decision.learner}`);
      settle(`${decision.instance} ${decision.learner}`);
      // One that comes from the journal is followed by nothing that would tell.
      if (once && !settled.signal.aborted) watch.look(decision.instance);
    }
    if (seen.disagreed) return EXIT.disagreement;
    if (settled.signal.aborted) return starved.size > 0 ? EXIT.starved : EXIT.ok;
    if (signal.aborted || !once) return EXIT.ok;
    if ([...open].every((name) => starved.has(name))) return EXIT.starved;
    const why = await worst(waits, awaited());
    throw new OperatorError(
      EXIT.timeout,
      `${open.size} decisions are missing; ${why}`,
      "--timeout",
    );
  });
});

/** Whether nothing is said about instances. */
function isPlain(
  { all, once, instance, count }: {
    readonly all: boolean;
    readonly once: boolean;
    readonly instance: bigint;
    readonly count: number;
  },
): boolean {
  return !all && !once && instance === 0n && count === 1;
}

/** An instance and a learner, from how they are written together. */
function named(both: string): Awaited {
  const [instance = "", ...learner] = both.split(" ");
  return { instance: BigInt(instance), learner: learner.join(" ") };
}
