/**
 * The proposer program.
 *
 * @module
 */

import { hashValue } from "../../lib/crypto/hash.ts";
import { isRejection } from "../../lib/core/rejection.ts";
import { orAborted } from "../../lib/process/aborting.ts";
import type { Node } from "../../lib/node/node.ts";
import { startObserver } from "../../lib/process/process.ts";
import { newProposing, type Proposing, turnOf } from "../../lib/node/proposing.ts";
import { allKept, endOf, restOf } from "../../lib/process/ending.ts";
import { StarvationWatch } from "../../lib/node/starvation_watch.ts";
import { Role } from "../../lib/wire/gen/hetpaxos/v1/consensus_pb.ts";
import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { type Command, defineCommand } from "../command.ts";
import type { Output } from "../output.ts";
import { listenForStop } from "../stop_signals.ts";
import { chosenInstances, chosenLearners, INSTANCE_FLAGS } from "./instances.ts";
import { printDecision, printObserved, printStarved } from "./printing.ts";
import {
  agentOf,
  COMMON_EXITS,
  CONFIG_POSITIONAL,
  limited,
  loadFor,
  NODE_FLAGS,
  openTrace,
  runUntilStopped,
} from "./shared.ts";
import { openStreams } from "./streams.ts";
import type { Awaited } from "../../lib/process/pending_proposals.ts";
import { sayWhy, worst } from "./why.ts";
import { readValue } from "./value.ts";

/** Offers a value, and prints what is decided. */
export const proposer: Command = defineCommand({
  name: "proposer",
  summary: "Propose: offer a value until it, or another, is decided",
  description:
    "Offers a value to all acceptors, in ballot after ballot, with randomised pauses or " +
    "in turn with other proposers (proposer.rotation), and listens: where a value may have been " +
    "decided already it offers that one. It goes on through any number of dead acceptors, and " +
    "exits once the learners have decided, or can decide no more whoever is still caught lying, " +
    "printing what. What is decided need not be the value it was given: then it says so, and ends " +
    "with a status of its own.",
  flags: [
    ...NODE_FLAGS,
    ...INSTANCE_FLAGS,
    {
      name: "value",
      kind: "text",
      value: "TEXT",
      excludes: ["file"],
      help: "propose this text",
    },
    {
      name: "file",
      kind: "text",
      value: "FILE",
      offers: "file",
      help: "propose the bytes of this file; - is standard input",
    },
    {
      name: "forever",
      kind: "boolean",
      excludes: ["timeout", "count"],
      help: "never stop proposing, even after the decision, as the reference does",
    },
  ],
  positionals: [CONFIG_POSITIONAL],
  examples: [
    { args: "alice.json", does: "propose what alice.json says, in instance 0" },
    { args: "--value hello --instance 7 alice.json", does: "propose hello in instance 7" },
    { args: "--count 50 --value hello alice.json", does: "and in 50 instances, one by one" },
    { args: "--file - alice.json < value.bin", does: "propose bytes from standard input" },
  ],
  exits: [
    { status: EXIT.ok, means: "the learners have decided that value, or stopped by a signal" },
    ...COMMON_EXITS,
    { status: EXIT.disagreement, means: "learners that were to agree decided differently" },
    { status: EXIT.timeout, means: "not decided in time (--timeout)" },
    { status: EXIT.starved, means: "a learner is starved, all others have decided" },
    { status: EXIT.lost, means: "a learner has decided another value than the one proposed" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const streams = openStreams(flags, stdout, "ends");
  const { log, output } = streams;
  if (flags.file === "-" && (positionals[0] ?? "-") === "-") {
    throw new OperatorError(EXIT.usage, "the configuration comes from there already", "--file -");
  }
  const configuration = await loadFor(positionals, log);
  const value = await readValue(flags, configuration);
  const instances = chosenInstances(flags);
  const learners = chosenLearners(flags, configuration);
  const turn = turnOf(configuration);
  const { cleartext, timeout, messages, forever } = flags;
  const trace = openTrace(flags.trace, log);
  const options = { configuration, log, agent: agentOf("proposer"), cleartext, trace };
  const stopping = listenForStop();
  const running = startObserver(options, Role.PROPOSER);
  const { node, peers } = running;
  const ours = new Set(instances);
  const isChosen = (instance: bigint, learner: string) =>
    ours.has(instance) && learners.names.includes(learner);
  const valueHash = hashValue(value);
  const seen = reportAll({ node, output, isChosen, messages, valueHash });
  return await runUntilStopped(running, stopping, streams, async (signal) => {
    signal.addEventListener("abort", () => seen.watch.close());
    const limit = limited(signal, timeout);
    const waits = { node, peers, cleartext };
    const endSaying = sayWhy(waits, () => undecided(node, instances, learners.names));
    signal.addEventListener("abort", endSaying);
    await orAborted(peers.connected(1), limit);
    const waiting = new Map<bigint, Proposing>();
    const starving: Proposing[] = [];
    for (const instance of instances) {
      await orAborted(streams.room(), limit);
      const proposing = newProposing(valueHash, learners.set, turn, forever);
      const refused = node.propose(instance, proposing, value);
      if (isRejection(refused)) throw new OperatorError(EXIT.usage, refused.detail, "--count");
      let idle = false;
      await orAborted(restOf(proposing).then((done) => idle = done), limit);
      await orAborted(allKept(node), limit);
      if (proposing.state.starved !== 0n) {
        starving.push(proposing);
        seen.watch.look(instance);
      }
      if (idle && !proposing.state.done) {
        waiting.set(instance, proposing);
        continue;
      }
      node.stopProposing(instance, proposing);
      if (idle) continue;
      if (signal.aborted) return EXIT.ok;
      throw new OperatorError(
        EXIT.timeout,
        await worst(waits, undecided(node, [instance], learners.names)) ??
          `instance ${instance} is not decided`,
        "--timeout",
      );
    }
    // Whom only a further liar's being caught can free is waited for last, so as to hold up nobody.
    await orAborted(Promise.all(waiting.values().map(endOf)), limit);
    await orAborted(allKept(node), limit);
    for (const [instance, proposing] of waiting) {
      seen.watch.look(instance);
      node.stopProposing(instance, proposing);
    }
    if (signal.aborted) return EXIT.ok;
    const starved = starving.some(({ state }) => state.starved !== 0n);
    if (seen.disagreed) return EXIT.disagreement;
    return starved ? EXIT.starved : seen.lost ? EXIT.lost : EXIT.ok;
  });
});

interface Report {
  readonly node: Node;
  readonly output: Output;
  readonly isChosen: (instance: bigint, learner: string) => boolean;
  readonly messages: boolean;
  /** Of what is proposed. */
  readonly valueHash: string;
}

/**
 * Prints what becomes known. Tells whether learners that were to agree have disagreed so far, and
 * whether one has decided another value than ours.
 */
function reportAll(
  { node, output, isChosen, messages, valueHash }: Report,
): { readonly watch: StarvationWatch; readonly disagreed: boolean; readonly lost: boolean } {
  let lost = false;
  const seen = printObserved(output, node, () => messages);
  const printed = new Set<string>();
  const printNew = (instance: bigint) => {
    for (const decision of node.decisionsIn(instance)) {
      const key = `${instance} ${decision.learner} ${decision.ballot.valueHash}`;
      if (printed.has(key) || !isChosen(instance, decision.learner)) continue;
      printed.add(key);
      const proposed = decision.ballot.valueHash === valueHash;
      if (!proposed) lost = true;
      printDecision(output, decision, proposed);
    }
  };
  const decided = new Set<bigint>();
  node.observe({
    stepped(instance, effects) {
      if (effects.some(({ kind }) => kind === "decide")) decided.add(instance);
    },
    // They are kept now, and can be asked for.
    appended() {
      for (const instance of decided) printNew(instance);
      decided.clear();
    },
  });
  const watch = new StarvationWatch(node, (instance, learner, news) => {
    if (isChosen(instance, learner)) printStarved(output, instance, learner, news);
  });
  return {
    watch,
    get disagreed() {
      return seen.disagreed;
    },
    get lost() {
      return lost;
    },
  };
}

/** Of these instances and learners, those that have not decided, in order. */
function undecided(
  node: Node,
  instances: readonly bigint[],
  learners: readonly string[],
): Awaited[] {
  for (const instance of instances) {
    const decided = new Set(node.decisionsIn(instance).map(({ learner }) => learner));
    const left = learners.filter((learner) => !decided.has(learner));
    // The first that is not decided is what is waited for.
    if (left.length > 0) return left.map((learner) => ({ instance, learner }));
  }
  return [];
}
