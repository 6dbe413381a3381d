/**
 * Makes each program into one executable that needs nothing at all, in dist/:
 * `hetpaxos-acceptor-0.1.0-x86_64-unknown-linux-gnu`.
 *
 * `deno task compile [--target TARGET | --all | --check]`, for this machine unless told otherwise.
 * Deno fetches a base executable for each target once. `--check` makes nothing: it only tries the
 * packing, with Deno's own executable as the base, which needs no download.
 *
 * @module
 */

import { VERSION } from "../cli/version.ts";
import { bundleInto, kilobytes } from "./bundle.ts";
import { doUntilFailure, runScript } from "./command.ts";
import { ROOT } from "./lint/paths.ts";
import { type Program, PROGRAMS } from "./programs.ts";
import { type Ended, run } from "./run.ts";

/** What executables can be made for. */
export const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
] as const;

/** The name of a program's executable: with version and target. */
export function executableName(program: string, target: string): string {
  return `${program}-${VERSION}-${target}${target.includes("windows") ? ".exe" : ""}`;
}

/**
 * Why `deno compile` failed, in its own words and one line: what it says of causes, but for those
 * that another contains; without causes, its last line.
 */
export function causeOf(words: string): string {
  const told = words.split(/^Stack backtrace:/m, 1)[0]!.replace(/ \(os error \d+\)/g, "");
  const causes = [...told.matchAll(/^ +\d+: (.+)$/gm)].map((match) => match[1]!.trim());
  const [, single] = /^Caused by:\n +(?![\s\d])(.+)$/m.exec(told) ?? [];
  const all = single === undefined ? causes : [single.trim()];
  const telling = all.filter((cause, i) =>
    !all.some((other, j) => i !== j && other.includes(cause) && (other !== cause || j < i))
  );
  const last = told.trim().split("\n").at(-1)?.trim() ?? "";
  return telling.length > 0 ? telling.join(" ") : last || "it does not say why";
}

/**
 * Compiles one program into dist/.
 *
 * @returns A line that says what was made.
 * @throws Error of one line that says why it was not.
 */
export async function compile(program: Program, target: string): Promise<string> {
  const output = `dist/${executableName(program.name, target)}`;
  const { code, output: words } = await pack(program, output, ["--target", target]);
  if (code !== 0) throw new Error(`${output}: not made: ${causeOf(words)}`);
  return `${output}: ${kilobytes((await Deno.stat(at(output))).size)}`;
}

/**
 * Packs a program onto Deno's own executable; what that makes does not run, and is removed.
 *
 * @returns A line that says how many bytes were added.
 * @throws Error of one line that says why it cannot be packed.
 */
export async function tryPacking(program: Program): Promise<string> {
  const trial = `dist/${program.name}.trial`;
  try {
    const env = { DENORT_BIN: Deno.execPath() };
    const { code, output } = await pack(program, trial, [], env);
    if (code !== 0) throw new Error(`${program.name}: cannot be packed: ${causeOf(output)}`);
    const size = (await Deno.stat(at(trial))).size - (await Deno.stat(Deno.execPath())).size;
    return `${program.name}: the packing works (${kilobytes(size)})`;
  } finally {
    await Deno.remove(at(trial)).catch(() => {});
  }
}

/** Bundles made by this run, by program; a program is bundled once for all targets. */
const bundled = new Map<Program, Promise<string>>();

/** Where a program's bundle is, which is made if need be. */
function bundleOf(program: Program): Promise<string> {
  let script = bundled.get(program);
  if (script === undefined) {
    const path = `dist/${program.name}.compile.js`;
    script = bundleInto(program, path).then(() => path);
    bundled.set(program, script);
  }
  return script;
}

/** Packs a program's bundle: what runs compiled is what runs as a script. */
async function pack(
  program: Program,
  output: string,
  flags: readonly string[],
  env?: Readonly<Record<string, string>>,
): Promise<Ended> {
  const script = await bundleOf(program);
  return await run([
    ...["deno", "compile", "--quiet", "--no-check", "--no-prompt", ...program.permissions],
    ...[...flags, "--output", output, script],
  ], { env });
}

function at(path: string): string {
  return `${ROOT}/${path}`;
}

const FLAGS = [
  {
    name: "target",
    kind: "choice",
    value: "TARGET",
    choices: TARGETS,
    excludes: ["all", "check"],
    help: "what to make executables for; this machine if not given",
  },
  { name: "all", kind: "boolean", excludes: ["check"], help: "make them for all targets" },
  {
    name: "check",
    kind: "boolean",
    help: "make nothing: only try the packing, without a download",
  },
] as const;

if (import.meta.main) {
  await runScript({
    name: "compile",
    summary: "Make executables that need nothing",
    description: "Makes each program into one executable in dist, named with version and target. " +
      "Deno downloads a base executable for each target the first time.",
    flags: FLAGS,
    exits: [
      { status: 0, means: "all were made (--check: can be packed)" },
      { status: 1, means: "at least one was not" },
    ],
  }, async ({ flags: { target, all, check } }) => {
    await Deno.mkdir(at("dist"), { recursive: true });
    const targets = all ? TARGETS : [target ?? Deno.build.target];
    const work = check
      ? PROGRAMS.map((program) => () => tryPacking(program))
      : targets.flatMap((wanted) => PROGRAMS.map((program) => () => compile(program, wanted)));
    const { made, failed } = await doUntilFailure(work);
    for (const { name } of PROGRAMS) {
      await Deno.remove(at(`dist/${name}.compile.js`)).catch(() => {});
    }
    const left = work.length - made - failed;
    const rest = left > 0 ? `, ${left} not tried` : "";
    console.log(
      `${made} ${check ? "packed on trial" : "executables made"}, ${failed} failed${rest}`,
    );
    return failed === 0 ? 0 : 1;
  });
}
