/**
 * Scripts as commands: their flags are a table, as the programs' are, so that a misspelt one is
 * refused and `--help` helps.
 *
 * @module
 */

import { defineCommand, type Invocation } from "../cli/command.ts";
import { runMain } from "../cli/exit.ts";
import type { Flag, ProgramSpec } from "../cli/flags.ts";
import { refusalOf } from "../lib/wire/os_reason.ts";

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

/**
 * Does one piece of work after another, each of which says in a line what it made, up to the first
 * that throws: it is told, and what made it fail would mostly make the rest fail too.
 *
 * @returns How many were done, and how many have failed: none or one.
 */
export async function doUntilFailure(
  work: readonly (() => Promise<string>)[],
): Promise<{ readonly made: number; readonly failed: number }> {
  for (const [made, make] of work.entries()) {
    try {
      console.log(await make());
    } catch (error) {
      // Where it is the system that refuses, it is told as everywhere.
      if (refusalOf(error) !== undefined) throw error;
      console.error(error instanceof Error ? error.message : String(error));
      return { made, failed: 1 };
    }
  }
  return { made: work.length, failed: 0 };
}
