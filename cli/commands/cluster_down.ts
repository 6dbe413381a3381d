/**
 * `hetpaxos cluster down`: stops a cluster and removes it.
 *
 * @module
 */

import { EXIT, OperatorError } from "../../lib/wire/operator_error.ts";
import { stopMembers } from "../cluster/processes.ts";
import { ClusterFolder, DEFAULT_NAME, NAME_POSITIONAL, STATE_FLAG } from "../cluster/state.ts";
import { type Command, defineCommand } from "../command.ts";
import { makeOutput, OUTPUT_FLAGS } from "../output.ts";
import { exclusively } from "./cluster_shared.ts";
import { COMMON_EXITS } from "./shared.ts";

/** Stops the processes of a cluster and removes its files. */
export const clusterDown: Command = defineCommand({
  name: "down",
  summary: "Stop a cluster and remove it",
  description: "Stops the processes of a cluster, those that do not end in time by force, and " +
    "removes its folder with keys, journals and logs. What is not there is down already: that is " +
    "no mistake. A process that has been given the number of one of the cluster's since is left " +
    "alone.",
  flags: [
    { name: "keep", kind: "boolean", help: "keep the folder: cluster restart starts it again" },
    {
      name: "grace",
      kind: "duration",
      value: "TIME",
      min: 0,
      max: 600_000,
      default: 5_000,
      help: "how long the processes may take to end by themselves; 0ms kills them at once",
    },
    STATE_FLAG,
    ...OUTPUT_FLAGS,
  ],
  positionals: [NAME_POSITIONAL],
  examples: [{ args: "", does: "stop the cluster default, and remove it" }],
  exits: [
    { status: EXIT.ok, means: "it is down, or there was none" },
    ...COMMON_EXITS,
    { status: EXIT.timeout, means: "a process could not even be killed" },
  ],
}, async ({ flags, positionals, stdout }) => {
  const output = makeOutput(flags, stdout);
  const folder = new ClusterFolder(positionals[0] ?? DEFAULT_NAME, flags["state-dir"]);
  const { keep } = flags;
  const killed = folder.exists() ? await stop(folder, flags.grace, keep) : undefined;
  if (killed === undefined) {
    folder.removeIfEmpty();
    const record = { event: "down", cluster: folder.name, existed: false, killed: [], kept: false };
    output.emit(record, [`cluster ${folder.name}: there is none, so nothing to stop`]);
    return EXIT.ok;
  }
  output.emit({ event: "down", cluster: folder.name, existed: true, killed, kept: keep }, [
    { paint: "bold", text: `cluster ${folder.name} is down` },
    killed.length === 0 ? "" : `; killed: ${killed.join(", ")}`,
    keep ? `; ${folder.path} is kept` : `; ${folder.path} is removed`,
  ]);
  return EXIT.ok;
});

/** Names of those that had to be killed; undefined if another command has removed it meanwhile. */
async function stop(
  folder: ClusterFolder,
  graceMs: number,
  keep: boolean,
): Promise<string[] | undefined> {
  try {
    return await exclusively(folder, async () => {
      // Without a description no process has been started.
      const members = folder.describeOrNone()?.members ?? [];
      const killed = await stopMembers(folder, members, graceMs);
      if (!keep) folder.remove();
      return killed.map(({ name }) => name);
    });
  } catch (error) {
    if (error instanceof OperatorError && error.exitStatus === EXIT.clusterState) return undefined;
    throw error;
  }
}
