/**
 * Makes each program into one script in dist/ that needs nothing but Deno:
 * `deno run --allow-net … dist/hetpaxos-acceptor.js`. Names are kept, so that a stack trace can be
 * read, and the commit that was bundled is written into it.
 *
 * @module
 */

import { resolve } from "node:path";
import { commitOfSources } from "../cli/version.ts";
import { doUntilFailure, runScript } from "./command.ts";
import { makePage } from "./console_page.ts";
import { ROOT } from "./lint/paths.ts";
import { type Program, PROGRAMS } from "./programs.ts";
import { run } from "./run.ts";

/** How long a bundle may take to answer `--version`. */
const ANSWER_MS_MAX = 60_000;

/** How a bundle says that it knows no commit (cli/build_info.ts). */
const NO_COMMIT = 'BUILD_COMMIT = "";';

/** How one that has a console says that it has no page (cli/build_page.ts). */
const NO_PAGE = 'BUILD_PAGE = "";';

/** Made once, however many bundles have it. */
let page: Promise<string> | undefined;

/**
 * Bundles one program into one file.
 *
 * @param output Where, relative to the repository.
 * @throws Error if it cannot be bundled.
 */
export async function bundleInto(program: Program, output: string): Promise<void> {
  const made = await run([
    ...["deno", "bundle", "--quiet", "--platform=deno", "--output", output],
    program.entry,
  ]);
  if (made.code !== 0) throw new Error(`${output}: deno bundle failed:\n${made.output}`);
  const path = resolve(ROOT, output);
  const parts = (await Deno.readTextFile(path)).split(NO_COMMIT);
  if (parts.length !== 2) throw new Error(`${output}: has no place for the commit`);
  const commit = commitOfSources().replace(/[^0-9a-z]/g, "");
  const script = parts.join(`BUILD_COMMIT = "${commit}";`);
  const rest = script.split(NO_PAGE);
  if (rest.length === 1) return await Deno.writeTextFile(path, script);
  page ??= makePage();
  await Deno.writeTextFile(path, rest.join(`BUILD_PAGE = ${JSON.stringify(await page)};`));
}

/**
 * Bundles one program into dist/ and asks the result for its version.
 *
 * @returns A line that says what was made.
 * @throws Error if it cannot be bundled, or the bundle does not run.
 */
export async function bundle(program: Program): Promise<string> {
  const output = `dist/${program.name}.js`;
  await bundleInto(program, output);
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

if (import.meta.main) {
  await runScript({
    name: "bundle",
    summary: "Make single-file scripts that need only Deno",
    description: "Makes each program into one script in dist that needs nothing but Deno, and " +
      "asks each for its version.",
    flags: [],
  }, async () => {
    await Deno.mkdir(`${ROOT}/dist`, { recursive: true });
    const { made, failed } = await doUntilFailure(PROGRAMS.map((program) => () => bundle(program)));
    console.log(`${made} scripts made, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  });
}
