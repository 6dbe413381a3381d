/**
 * `hetpaxos cluster kill` and `restart`: faults, and their end.
 *
 * @module
 */

import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { askersConfiguration } from "../cluster/links.ts";
import {
  signalMember,
  startMember,
  statesOf,
  stopMembers,
  waitForEnds,
} from "../cluster/processes.ts";
import { waitUntilReady } from "../cluster/ready.ts";
import {
  ClusterFolder,
  DEFAULT_NAME,
  NAME_POSITIONAL,
  STATE_EXIT,
  STATE_FLAG,
} from "../cluster/state.ts";
import { howItEnded } from "../cluster/words.ts";
import { type Command, defineCommand } from "../command.ts";
import { makeOutput, OUTPUT_FLAGS } from "../output.ts";
import { exclusively, memberNamed } from "./cluster_shared.ts";
import { printReady } from "./cluster_up.ts";
import { COMMON_EXITS } from "./shared.ts";

/** How long a process may take to end by a signal that asks it to, in milliseconds. */
const ENDING_MS_MAX = 10_000;

/** Ways to treat a process, and whether it ends by them. */
const SIGNALS = { KILL: true, TERM: true, INT: true, HUP: true, STOP: false, CONT: false } as const;

/** Ends a member, or freezes it. */
export const clusterKill: Command = defineCommand({
  name: "kill",
  summary: "Kill a member, as a crash would",
  description: "Sends a signal to the process of one member and waits until it has ended: KILL, " +
    "unless told otherwise, which is a crash. STOP freezes it, CONT lets it go on.",
  flags: [
    {
      name: "signal",
      kind: "choice",
      value: "SIGNAL",
      choices: Object.keys(SIGNALS) as (keyof typeof SIGNALS)[],
      default: "KILL",
      help: "what to send",
    },
    STATE_FLAG,
    ...OUTPUT_FLAGS,
  ],
  positionals: [
    { name: "NAME", help: "the cluster" },
    { name: "MEMBER", help: "an acceptor's name, or learner" },
  ],
  examples: [
    { args: "default Dave", does: "crash Dave" },
    { args: "default Dave --signal STOP", does: "freeze Dave" },
  ],
  exits: [
    { status: EXIT.ok, means: "it has ended, or was frozen or let go on" },
    ...COMMON_EXITS,
    { status: EXIT.timeout, means: "it does not end by that signal" },
    { ...STATE_EXIT, means: `${STATE_EXIT.means}, or the member is down` },
  ],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  const [name = "", memberName = ""] = positionals;
  const folder = new ClusterFolder(name, flags["state-dir"]);
  const signal = flags.signal as keyof typeof SIGNALS;
  await exclusively(folder, async () => {
    const member = memberNamed(folder.describe().members, memberName);
    const [state] = await statesOf(folder, [member]);
    if (state!.kind !== "up") throw folder.refuse(`${memberName} ${howItEnded(state!)} already`);
    signalMember(state!.pid, `SIG${signal}`);
    if (!SIGNALS[signal]) return;
    const left = await waitForEnds(folder, [member], ENDING_MS_MAX);
    if (left.length === 0) return;
    throw new OperatorError(EXIT.timeout, `does not end by ${signal}`, memberName);
  });
  const done = SIGNALS[signal] ? "has ended" : signal === "STOP" ? "is frozen" : "goes on";
  output.emit({ event: "killed", cluster: name, member: memberName, signal: `SIG${signal}` }, [
    { paint: "yellow", text: memberName },
    ` ${done} (SIG${signal})`,
  ]);
  return EXIT.ok;
});

/** Starts a member again, or all. */
export const clusterRestart: Command = defineCommand({
  name: "restart",
  summary: "Start a member again, or all, and wait until ready",
  description: "Stops the process of a member if it runs, starts it again with the same files, " +
    "and waits until it listens, is connected to all acceptors that run, and votes. Without a " +
    "MEMBER " +
    "all are stopped first, so it also brings a cluster back after the machine was restarted.",
  flags: [
    {
      name: "timeout",
      kind: "duration",
      value: "TIME",
      min: 1,
      max: 3_600_000,
      default: 60_000,
      help: "how long it may take until it is ready",
    },
    {
      name: "grace",
      kind: "duration",
      value: "TIME",
      min: 0,
      max: 600_000,
      default: 5_000,
      help: "how long a process may take to end by itself; 0ms kills it at once",
    },
    STATE_FLAG,
    ...OUTPUT_FLAGS,
  ],
  positionals: [NAME_POSITIONAL, {
    name: "MEMBER",
    help: "an acceptor's name, or learner; all if it is left out",
    optional: true,
  }],
  examples: [
    { args: "default Dave", does: "start Dave again" },
    { args: "", does: "start all of the cluster default again" },
  ],
  exits: [
    { status: EXIT.ok, means: "ready" },
    ...COMMON_EXITS,
    { status: EXIT.timeout, means: "not ready in time (--timeout); it may be later" },
    STATE_EXIT,
  ],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  const [name = DEFAULT_NAME, memberName] = positionals;
  const folder = new ClusterFolder(name, flags["state-dir"]);
  await exclusively(folder, async () => {
    const description = folder.describe();
    const members = memberName === undefined
      ? description.members
      : [memberNamed(description.members, memberName)];
    const configuration = await askersConfiguration(folder, description);
    await stopMembers(folder, members, flags.grace);
    await Promise.all(members.map((member) => startMember(folder, member)));
    await waitUntilReady({
      folder,
      description,
      configuration,
      members,
      timeoutMs: flags.timeout,
      onReady: (view) => printReady(output, view),
    });
  });
  output.emit({ event: "restarted", cluster: name, member: memberName ?? null });
  return EXIT.ok;
});
