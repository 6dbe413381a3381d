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

/**
 * Does one piece of work after another, each of which says in a line what it made. One that throws
 * is told, and the rest is done all the same.
 *
 * @returns How many have failed.
 */
export async function doAll(work: readonly (() => Promise<string>)[]): Promise<number> {
  let failed = 0;
  for (const make of work) {
    try {
      console.log(await make());
    } catch (error) {
      failed++;
      console.error(error instanceof Error ? error.message : String(error));
    }
  }
  return failed;
}
