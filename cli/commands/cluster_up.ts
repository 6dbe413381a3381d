/**
 * `hetpaxos cluster up`: starts a cluster on this machine that stays up.
 *
 * @module
 */

import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { withLock } from "../cluster/lock.ts";
import { statesOf } from "../cluster/processes.ts";
import type { MemberView } from "../cluster/ready.ts";
import { LOOPBACK, markFolder, startCluster } from "../cluster/start.ts";
import {
  ClusterFolder,
  DEFAULT_NAME,
  type Description,
  LEARNER,
  NAME_POSITIONAL,
  STATE_FLAG,
} from "../cluster/state.ts";
import { spoken } from "../cluster/words.ts";
import { type Command, defineCommand } from "../command.ts";
import { IDENTITY_FLAGS, planWithClients, PRESET_FLAGS } from "../config_members.ts";
import { PLAN_FLAGS } from "../config_plan.ts";
import { freePorts } from "../demo/child.ts";
import { makeOutput, type Output, OUTPUT_FLAGS, OutputClosedError } from "../output.ts";
import { refuseWindows } from "./cluster_shared.ts";
import { STOP_SIGNALS } from "../stop_signals.ts";
import { COMMON_EXITS } from "./shared.ts";

const [CLIENTS_FLAG, KEY_TYPE_FLAG, LOG_FLAG] = IDENTITY_FLAGS;

const FLAGS = [
  ...PRESET_FLAGS,
  ...PLAN_FLAGS,
  { ...CLIENTS_FLAG, min: 1, default: 1, help: "identities for your own learners and proposers" },
  KEY_TYPE_FLAG,
  LOG_FLAG,
  {
    name: "base-port",
    kind: "integer",
    value: "PORT",
    min: 1,
    max: 65_535,
    help: "port of the first acceptor, the next has the next; free ones are taken if not given",
  },
  {
    name: "learner",
    kind: "boolean",
    help: "start a learner process too: its log has all decisions",
  },
  {
    name: "timeout",
    kind: "duration",
    value: "TIME",
    min: 1,
    max: 3_600_000,
    default: 60_000,
    help: "how long it may take until all are connected to all",
  },
  STATE_FLAG,
  ...OUTPUT_FLAGS,
] as const;

/** Starts a cluster on this machine, and leaves it running. */
export const clusterUp: Command = defineCommand({
  name: "up",
  summary: "Start a cluster that stays up",
  description: "Makes keys and configurations, starts the acceptors as processes of their own on " +
    "127.0.0.1, and returns when each listens and is connected to all others. They stay up when " +
    "the terminal is closed, until cluster down. If it fails or is interrupted, nothing is left. " +
    "For trying things out: one machine makes all keys.",
  flags: FLAGS,
  positionals: [NAME_POSITIONAL],
  examples: [
    { args: "", does: "four acceptors, of which one may lie" },
    { args: "chains --preset two-chain --learner", does: "two chains, and a learner process" },
  ],
  exits: [
    { status: EXIT.ok, means: "it is up" },
    ...COMMON_EXITS,
    { status: EXIT.timeout, means: "it was not ready in time (--timeout); nothing is left" },
    { status: EXIT.clusterState, means: "it exists already, or this was interrupted" },
  ],
}, async ({ flags, positionals, stdout }) => {
  refuseWindows();
  const output = makeOutput(flags, stdout);
  const folder = new ClusterFolder(positionals[0] ?? DEFAULT_NAME, flags["state-dir"]);
  const { learner, clients, rules } = flags;
  const plan = planWithClients(flags, clients + Number(learner));
  if (learner && plan.acceptors.includes(LEARNER)) {
    throw new OperatorError(
      EXIT.usage,
      `${LEARNER} is what --learner starts as well`,
      "--acceptors",
    );
  }
  const basePort = flags["base-port"] ?? freePorts(plan.acceptors.length);
  if (!folder.create()) throw await whyNot(folder);
  markFolder(folder);
  // From here on nothing may be left if it fails; whoever waits for the lock sees that it is gone.
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  const signals: readonly Deno.Signal[] = [...STOP_SIGNALS, "SIGHUP"];
  for (const signal of signals) Deno.addSignalListener(signal, interrupt);
  try {
    await withLock(folder, () => {}, () =>
      startCluster(folder, {
        plan,
        clients,
        rules,
        learner,
        keyKind: flags["key-type"],
        log: flags.log,
        basePort,
        timeoutMs: flags.timeout,
        signal: interrupted.signal,
        onStart: () => ifRead(() => printStart(output, folder, basePort, plan.acceptors.length)),
        onReady: (view) => ifRead(() => printReady(output, view)),
        onUp: (description) => ifRead(() => printUp(output, folder, description)),
      }));
    return EXIT.ok;
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, interrupt);
  }
});

/** Why a cluster whose folder is there cannot be started. */
async function whyNot(folder: ClusterFolder): Promise<OperatorError> {
  if (!folder.exists()) {
    return new OperatorError(
      EXIT.clusterState,
      "is in the way: no cluster, or one that is being made this very moment; choose another name",
      folder.path,
    );
  }
  const { members } = folder.describe();
  const states = await statesOf(folder, members);
  const up = states.filter(({ kind }) => kind === "up").length;
  return folder.refuse(
    `exists already, ${up} of ${members.length} processes up: ${folder.hint("restart")} starts ` +
      `them anew, ${folder.hint("down")} removes it`,
  );
}

/** Prints something; that nobody reads it is no reason to take a cluster down again. */
function ifRead(print: () => void): void {
  try {
    print();
  } catch (error) {
    if (!(error instanceof OutputClosedError)) throw error;
  }
}

function printStart(output: Output, { name }: ClusterFolder, port: number, count: number): void {
  const last = port + count - 1;
  const ports = last === port ? `${port}` : `${port} to ${last}`;
  output.emit({ event: "starting", cluster: name, acceptors: count, host: LOOPBACK, port }, [
    { paint: "dim", text: `starting ${count} acceptors on ${LOOPBACK}:${ports}` },
  ]);
}

/** Says that a member is ready. */
export function printReady(output: Output, { member, linked }: MemberView): void {
  const { name, role, port } = member;
  const host = port === undefined ? undefined : LOOPBACK;
  const where = port === undefined ? "runs" : `listens on ${host}:${port}`;
  output.emit({ event: "ready", member: name, role, host, port, links: linked }, [
    { paint: "green", text: name },
    ` ${where}, connected to ${linked.length} ${linked.length === 1 ? "acceptor" : "acceptors"}`,
  ]);
}

function printUp(output: Output, folder: ClusterFolder, description: Description): void {
  const { clients, members, promise } = description;
  const files = clients.map((name) => ({ name, file: folder.config(name) }));
  const propose = spoken("proposer", "--value", "hello", files[0]!.file);
  output.emit(
    {
      event: "up",
      cluster: folder.name,
      folder: folder.path,
      members: members.map(({ name }) => name),
      promise,
      clients: files,
      next: propose,
    },
    [{ paint: "bold", text: `cluster ${folder.name} is up` }, `: ${promise}`],
  );
  for (const { name, file } of files) output.say([`${name}: ${file}`]);
  output.say([{ paint: "dim", text: "propose: " }, propose]);
  output.say([{ paint: "dim", text: "stop:    " }, folder.hint("down")]);
}
