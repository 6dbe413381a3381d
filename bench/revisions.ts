/**
 * Bundles of this checkout, and of another revision that it is held against.
 *
 * @module
 */

import { EXIT, OperatorError } from "../lib/wire/operator_error.ts";
import { run } from "../scripts/run.ts";
import { ROOT } from "../scripts/lint/paths.ts";
import type { Launcher } from "../tests/e2e/program.ts";

/** What is measured: a bundle and its name. */
export interface Revision {
  /** For the table. */
  readonly name: string;
  /** Path of `cli/main.ts` as one script. */
  readonly script: string;
}

/**
 * Bundles what is to be measured into a folder: the other revision first, if one is named.
 *
 * @param against A folder with a checkout, or a revision of this repository.
 * @throws OperatorError (usage) if it is neither, or cannot be bundled.
 */
export async function bundleRevisions(
  folder: string,
  against: string | undefined,
): Promise<Revision[]> {
  const here = { name: "here", script: `${folder}/here.js` };
  await bundleMain(ROOT, here.script);
  if (against === undefined) return [here];
  const other = { name: against, script: `${folder}/other.js` };
  const isFolder = await Deno.stat(against).then(({ isDirectory }) => isDirectory, () => false);
  if (isFolder) await bundleMain(await Deno.realPath(against), other.script);
  else await bundleCommit(against, `${folder}/checkout`, other.script);
  return [other, here];
}

async function bundleCommit(revision: string, checkout: string, output: string): Promise<void> {
  const added = await run(["git", "worktree", "add", "--quiet", "--detach", checkout, revision]);
  if (added.code !== 0) {
    const detail = "is neither a folder nor a revision of this repository";
    throw new OperatorError(EXIT.usage, detail, `--against ${revision}`);
  }
  try {
    await bundleMain(checkout, output);
  } finally {
    await run(["git", "worktree", "remove", "--force", checkout]);
  }
}

async function bundleMain(cwd: string, output: string): Promise<void> {
  const command = ["deno", "bundle", "--quiet", "--platform=deno", "--output", output];
  const made = await run([...command, "cli/main.ts"], { cwd });
  if (made.code === 0) return;
  throw new OperatorError(EXIT.usage, `cannot be bundled: ${made.output.trim()}`, cwd);
}

/** Starts programs from a bundle, with something done before them in the same process. */
export function fromBundle({ script }: Revision, preload: string): Launcher {
  return (program) => [
    ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--no-config", "-A"],
    ...[`--preload=${preload}`, script, program],
  ];
}
