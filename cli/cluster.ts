/**
 * `hetpaxos cluster`: clusters on this machine that stay up.
 *
 * @module
 */

import { clusterDown } from "./commands/cluster_down.ts";
import { clusterKill, clusterRestart } from "./commands/cluster_kill.ts";
import { clusterConfig, clusterLogs } from "./commands/cluster_logs.ts";
import { clusterList, clusterStatus } from "./commands/cluster_status.ts";
import { clusterUp } from "./commands/cluster_up.ts";
import { type Command, defineGroup } from "./command.ts";

/** The command. */
export const clusterCommand: Command = defineGroup({
  name: "cluster",
  summary: "Run clusters on this machine that stay up, to try things out",
  description: "Starts whole clusters on this machine as processes that stay up until they are " +
    "stopped, to try things out, to test against, and to see what faults do.",
}, [
  clusterUp,
  clusterDown,
  clusterStatus,
  clusterLogs,
  clusterKill,
  clusterRestart,
  clusterList,
  clusterConfig,
]);
