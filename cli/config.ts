/**
 * `hetpaxos config`: makes configurations, checks them, and tells whether they belong together.
 *
 * @module
 */

import { configCheck } from "./config_check.ts";
import { configDigest } from "./config_digest.ts";
import { configGenerate } from "./config_generate.ts";
import { configJoin } from "./config_join.ts";
import { type Command, defineGroup } from "./command.ts";
import { explainFailure } from "./exit.ts";
import { type Sink, writeText } from "./output.ts";

/** The command, to be run by itself or as a sub-command. */
export const configCommand: Command = defineGroup({
  name: "config",
  summary: "Make and check configuration files",
  description: "Makes the configuration of a cluster from the cards of its members (join), or a " +
    "whole cluster to try things out (generate), checks a file before a process meets it, and " +
    "shows the digest that all members of a cluster must have in common.",
}, [configJoin, configGenerate, configCheck, configDigest]);

/**
 * Runs the command and reports a mistake of the operator's in one line.
 *
 * @param args Arguments after `config`.
 * @returns One of `EXIT`.
 */
export async function configMain(
  args: readonly string[],
  stdout: Sink = Deno.stdout,
  stderr: Sink = Deno.stderr,
): Promise<number> {
  const program = "hetpaxos config";
  try {
    return await configCommand.run(program, args, stdout, stderr);
  } catch (error) {
    const { status, words } = explainFailure(program, error);
    writeText(stderr, words);
    return status;
  }
}
