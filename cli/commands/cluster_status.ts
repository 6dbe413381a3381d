/**
 * `hetpaxos cluster status` and `list`: how the clusters on this machine are.
 *
 * @module
 */

import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { askersConfiguration } from "../cluster/links.ts";
import { statesOf } from "../cluster/processes.ts";
import { look, type MemberView } from "../cluster/ready.ts";
import { LOOPBACK } from "../cluster/start.ts";
import {
  ClusterFolder,
  clusterNames,
  DEFAULT_NAME,
  NAME_POSITIONAL,
  STATE_EXIT,
  STATE_FLAG,
  stateRoot,
} from "../cluster/state.ts";
import { endedBy, howItEnded } from "../cluster/words.ts";
import { type Command, defineCommand } from "../command.ts";
import { makeOutput, type Output, OUTPUT_FLAGS, type Span } from "../output.ts";
import { refuseWindows } from "./cluster_shared.ts";
import { COMMON_EXITS } from "./shared.ts";

/** How the members of one cluster are. */
export const clusterStatus: Command = defineCommand({
  name: "status",
  summary: "Tell how the members of a cluster are",
  description: "Tells of each member whether its process runs, whether it listens, to whom it is " +
    "connected, and how it ended if it has.",
  flags: [STATE_FLAG, ...OUTPUT_FLAGS],
  positionals: [NAME_POSITIONAL],
  examples: [{ args: "--json", does: "one JSON object for each member, and one for the whole" }],
  exits: [
    { status: EXIT.ok, means: "all run, listen, and are connected to all others" },
    ...COMMON_EXITS,
    { status: EXIT.timeout, means: "at least one member is down, or not connected to all others" },
    STATE_EXIT,
  ],
}, async ({ flags, positionals, stdout }) => {
  refuseWindows();
  const output = makeOutput(flags, stdout);
  const folder = new ClusterFolder(positionals[0] ?? DEFAULT_NAME, flags["state-dir"]);
  const description = folder.describe();
  const configuration = await askersConfiguration(folder, description);
  const views = await look(folder, description, configuration);
  for (const view of views) printMember(output, folder.name, view);
  const up = views.filter(({ state }) => state.kind === "up").length;
  const well = views.every(({ listening, missing }) => listening && missing.length === 0);
  const record = { event: "cluster", cluster: folder.name, up, of: views.length, well };
  output.emit({ ...record, folder: folder.path });
  const down = views.find(({ state }) => state.kind !== "up");
  if (down !== undefined) {
    output.say([`start it again: ${folder.hint("restart", down.member.name)}`]);
  }
  return well ? EXIT.ok : EXIT.timeout;
});

function printMember(output: Output, cluster: string, view: MemberView): void {
  const { member, state, listening, linked, missing, error } = view;
  const { name, role, port } = member;
  output.emit({
    event: "member",
    cluster,
    member: name,
    role,
    state: state.kind,
    ...state.kind === "up" ? { pid: state.pid } : {},
    ...state.kind === "ended" ? { exitStatus: state.status, signal: endedBy(state) } : {},
    ...port === undefined ? {} : { host: LOOPBACK, port },
    listening,
    links: linked,
    missing,
    error,
  }, [
    { paint: state.kind !== "up" ? "red" : missing.length > 0 ? "yellow" : "green", text: name },
    ...memberWords(view),
  ]);
}

function memberWords({ member, state, listening, linked, missing, error }: MemberView): Span[] {
  if (state.kind !== "up") return [` ${howItEnded(state)}`];
  const where = member.port === undefined ? "" : `, ${LOOPBACK}:${member.port}`;
  const process = `: up, process ${state.pid}${where}`;
  if (!listening) return [`${process}, no answer: ${error}`];
  const all = linked.length + missing.length;
  const gap = missing.length === 0 ? "" : `; not to ${missing.join(", ")}`;
  return [`${process}, connected to ${linked.length} of ${all}${gap}`];
}

/** All clusters of one state folder. */
export const clusterList: Command = defineCommand({
  name: "list",
  summary: "List the clusters on this machine",
  description: "Lists the clusters that were started and not removed, and how many of their " +
    "processes run.",
  flags: [STATE_FLAG, ...OUTPUT_FLAGS],
  exits: [{ status: EXIT.ok, means: "listed; there may be none" }, ...COMMON_EXITS],
}, async ({ flags, stdout }) => {
  refuseWindows();
  const output = makeOutput(flags, stdout);
  const root = stateRoot(flags["state-dir"]);
  const names = clusterNames(root);
  for (const name of names) {
    const folder = new ClusterFolder(name, flags["state-dir"]);
    try {
      await list(output, folder);
    } catch (error) {
      // One that is damaged must not hide the others.
      if (!(error instanceof OperatorError)) throw error;
      const record = { event: "cluster", cluster: name, up: 0, of: 0, folder: folder.path };
      output.emit({ ...record, complete: false, error: error.message }, [
        { paint: "red", text: name },
        `: ${error.message}`,
      ]);
    }
  }
  if (names.length === 0) output.say([`no clusters in ${root}`]);
  return EXIT.ok;
});

async function list(output: Output, folder: ClusterFolder): Promise<void> {
  const description = folder.describeOrNone();
  const members = description?.members ?? [];
  const up = (await statesOf(folder, members)).filter(({ kind }) => kind === "up").length;
  const record = { event: "cluster", cluster: folder.name, up, of: members.length };
  output.emit({ ...record, folder: folder.path, complete: description !== undefined }, [
    { paint: up === members.length && up > 0 ? "green" : "yellow", text: folder.name },
    description === undefined
      ? ": being started, or its start was cut short"
      : `: ${up} of ${members.length} up; ${description.promise}`,
  ]);
}
