/**
 * `hetpaxos cluster logs` and `config`: the files of a cluster.
 *
 * @module
 */

import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { quote } from "../../lib/wire/place.ts";
import { keepLast, LogReader, parseLine } from "../cluster/log_files.ts";
import {
  ClusterFolder,
  DEFAULT_NAME,
  type Member,
  NAME_POSITIONAL,
  STATE_EXIT,
  STATE_FLAG,
} from "../cluster/state.ts";
import { type Command, defineCommand } from "../command.ts";
import { makeOutput, type Output, OUTPUT_FLAGS } from "../output.ts";
import { memberNamed } from "./cluster_shared.ts";
import { STOP_SIGNALS } from "../stop_signals.ts";
import { COMMON_EXITS } from "./shared.ts";

/** What the members print. */
export const clusterLogs: Command = defineCommand({
  name: "logs",
  summary: "Show what the members of a cluster have printed",
  description: "Shows the last lines of each member: what has been decided, and the log.",
  flags: [
    {
      name: "lines",
      kind: "integer",
      value: "N",
      min: 0,
      max: 1_000_000,
      default: 20,
      help: "how many lines of each member",
    },
    { name: "follow", short: "f", kind: "boolean", help: "go on with what they print from now on" },
    STATE_FLAG,
    ...OUTPUT_FLAGS,
  ],
  positionals: [NAME_POSITIONAL, {
    name: "MEMBER",
    help: "an acceptor's name, or learner; all if it is left out",
    optional: true,
  }],
  examples: [{ args: "default Alice --follow", does: "watch Alice" }],
  exits: [
    { status: EXIT.ok, means: "shown; with --follow, stopped by a signal or by cluster down" },
    ...COMMON_EXITS,
    STATE_EXIT,
  ],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  const [name = DEFAULT_NAME, memberName] = positionals;
  const folder = new ClusterFolder(name, flags["state-dir"]);
  const { members } = folder.describe();
  const chosen = memberName === undefined ? members : [memberNamed(members, memberName)];
  const width = Math.max(...chosen.map((member) => member.name.length));
  const show = (member: Member, line: string) => printLine(output, member.name, width, line);
  // Begins to watch before it reads, so that nothing falls between.
  const watcher = flags.follow ? Deno.watchFs(folder.path) : undefined;
  const stop = () => watcher?.close();
  for (const signal of STOP_SIGNALS) Deno.addSignalListener(signal, stop);
  try {
    const readers = chosen.map((member) => ({ member, reader: new LogReader(folder, member) }));
    for (const { member, reader } of readers) {
      for (const line of keepLast(reader.lines(), flags.lines)) show(member, line);
    }
    for await (const _ of watcher ?? []) {
      for (const { member, reader } of readers) {
        for (const line of reader.lines()) show(member, line);
      }
      if (!folder.exists()) break;
    }
    return EXIT.ok;
  } finally {
    for (const signal of STOP_SIGNALS) Deno.removeSignalListener(signal, stop);
  }
});

/** A line of JSON gets the member's name; for people, only what they read. */
function printLine(output: Output, member: string, width: number, line: string): void {
  const record = parseLine(line);
  const { event, time, level, message, ...rest } = record;
  const head = { paint: "cyan", text: member.padEnd(width) } as const;
  const clock = typeof time === "string" ? `${time.slice(11, 23)} ` : "";
  const words = event === "output"
    ? String(rest.text)
    : typeof message === "string"
    ? `${clock}${String(level).padEnd(5)} ${message}`
    : `${event} ${JSON.stringify(rest)}`;
  output.emit({ ...record, member }, [head, ` ${words}`]);
}

/** Where a configuration file is. */
export const clusterConfig: Command = defineCommand({
  name: "config",
  summary: "Print the path of a configuration file of a cluster",
  description: "Prints the path of the configuration file of one identity: of an acceptor, of " +
    "learner, or of a client; of the first client unless told otherwise. It is text for the " +
    "shell, in a pipe too, unless --json is given.",
  flags: [STATE_FLAG, ...OUTPUT_FLAGS],
  positionals: [NAME_POSITIONAL, {
    name: "IDENTITY",
    help: "an acceptor, client_0, client_1 …, or learner; client_0 if it is left out",
    optional: true,
  }],
  examples: [{ args: "default client_0", does: "the file for a proposer or learner of yours" }],
  exits: [
    { status: EXIT.ok, means: "printed" },
    { status: EXIT.usage, means: "there is no such identity" },
    STATE_EXIT,
  ],
}, ({ flags, positionals, stdout }) => {
  const output = makeOutput({ json: flags.json, text: !flags.json }, stdout);
  const [name = DEFAULT_NAME, identity = "client_0"] = positionals;
  const folder = new ClusterFolder(name, flags["state-dir"]);
  const { members, clients } = folder.describe();
  const key = members.find((member) => member.name === identity)?.key ??
    clients.find((client) => client === identity);
  if (key === undefined) {
    const names = [...clients, ...members.map((member) => member.name)].join(", ");
    throw new OperatorError(EXIT.usage, `${quote(identity)} is none of ${names}`, "IDENTITY");
  }
  const file = folder.config(key);
  output.emit({ event: "config", cluster: name, identity, file }, [file]);
  return Promise.resolve(EXIT.ok);
});
