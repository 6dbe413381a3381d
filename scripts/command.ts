/**
 * Scripts as commands: their flags are a table, as the programs' are, so that a misspelt one is
 * refused and `--help` helps.
 *
 * @module
 */

import { defineCommand, type Invocation } from "../cli/command.ts";
import { runMain } from "../cli/exit.ts";
import type { Flag, ProgramSpec } from "../cli/flags.ts";

/**
 * Runs a script, and ends the process.
 *
 * @param spec Its name is how it is called: `deno task sim`.
 * @param body Returns the exit status; nothing is 0.
 */
export async function runScript<const F extends readonly Flag[]>(
  spec: ProgramSpec<F>,
  body: (invocation: Invocation<F>) => number | void | Promise<number | void>,
): Promise<void> {
  const command = defineCommand(spec, async (invocation) => await body(invocation) ?? 0);
  await runMain(spec.name, (args) => command.run(spec.name, args));
}
