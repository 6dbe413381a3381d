/**
 * `hetpaxos log`: the ordered log of a cluster.
 *
 * @module
 */

import { type Command, defineGroup } from "./command.ts";
import { logAppend } from "./commands/log_append.ts";
import { logProof, logVerify } from "./commands/log_proof.ts";
import { logRead } from "./commands/log_read.ts";
import { logStatus } from "./commands/log_status.ts";

/** The group. */
export const logCommand: Command = defineGroup({
  name: "log",
  summary: "Append to the log, read it, prove what is in it",
  description: "A cluster whose configuration has `log` keeps, for every learner, a log: records " +
    "in an order on which learners that are to agree agree, certified by acceptors, of bounded size.",
}, [logAppend, logRead, logProof, logVerify, logStatus]);
