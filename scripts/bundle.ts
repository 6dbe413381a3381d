/**
 * Makes each program into one script in dist/ that needs nothing but Deno:
 * `deno run --allow-net … dist/hetpaxos-acceptor.js`.
 *
 * @module
 */

import { ROOT } from "./lint/paths.ts";
import { type Program, PROGRAMS } from "./programs.ts";
import { run } from "./run.ts";

/** How long a bundle may take to answer `--version`. */
const ANSWER_MS_MAX = 60_000;

/**
 * Bundles one program into dist/ and asks the result for its version.
 *
 * @returns A line that says what was made.
 * @throws Error if it cannot be bundled, or the bundle does not run.
 */
export async function bundle(program: Program): Promise<string> {
  const output = `dist/${program.name}.js`;
  const made = await run([
    ...["deno", "bundle", "--quiet", "--platform=deno", "--minify", "--output", output],
    program.entry,
  ]);
  if (made.code !== 0) throw new Error(`${output}: deno bundle failed:\n${made.output}`);
  const answer = await run(
    ["deno", "run", "--quiet", "--no-prompt", ...program.permissions, output, "--version"],
    { signal: AbortSignal.timeout(ANSWER_MS_MAX) },
  );
  if (answer.code !== 0) throw new Error(`${output}: does not run:\n${answer.output}`);
  const { size } = await Deno.stat(`${ROOT}/${output}`);
  return `${output}: ${kilobytes(size)}; says ${answer.output.trim()}`;
}

/** A size in bytes as text in kB, rounded up. */
export function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1000).toLocaleString("en")} kB`;
}

async function main(): Promise<never> {
  await Deno.mkdir(`${ROOT}/dist`, { recursive: true });
  let failed = 0;
  for (const program of PROGRAMS) {
    try {
      console.log(await bundle(program));
    } catch (error) {
      failed++;
      console.error(error instanceof Error ? error.message : String(error));
    }
  }
  console.log(`${PROGRAMS.length - failed} scripts made, ${failed} failed`);
  Deno.exit(failed === 0 ? 0 : 1);
}

if (import.meta.main) await main();
