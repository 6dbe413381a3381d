/**
 * Makes each program into one executable that needs nothing at all, in dist/.
 *
 * `deno task compile [--target TARGET | --all]`, for this machine unless told otherwise. Deno
 * fetches a base executable for each target once; where that cannot be had, the packing itself is
 * checked instead with Deno's own executable in its place, and one line says so.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { kilobytes } from "./bundle.ts";
import { ROOT } from "./lint/paths.ts";
import { type Program, PROGRAMS } from "./programs.ts";
import { type Ended, run } from "./run.ts";

/** What executables can be made for. */
export const TARGETS: readonly string[] = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
];

/** What came of compiling one program. */
export interface Compiled {
  /** False if only the packing was checked, for want of a base executable. */
  readonly made: boolean;
  /** What was made, or what was missing, in one line. */
  readonly line: string;
}

/**
 * Compiles one program into dist/.
 *
 * @param target One of {@linkcode TARGETS}; undefined for this machine.
 * @throws Error if the program cannot be packed.
 */
export async function compile(program: Program, target: string | undefined): Promise<Compiled> {
  const windows = target?.includes("windows") ?? Deno.build.os === "windows";
  const suffix = (target === undefined ? "" : `-${target}`) + (windows ? ".exe" : "");
  const output = `dist/${program.name}${suffix}`;
  const { code, output: words } = await pack(program, output, target);
  if (code === 0) {
    return { made: true, line: `${output}: ${kilobytes((await Deno.stat(at(output))).size)}` };
  }
  const missing = missingBase(words);
  if (missing === undefined) throw new Error(`${output}: deno compile failed:\n${words}`);
  const size = kilobytes(await tryPacking(program));
  return { made: false, line: `${output}: not made: ${missing}; the packing works (${size})` };
}

/** Why the base executable is missing, or undefined if something else is wrong. */
export function missingBase(words: string): string | undefined {
  const archive = /denort[^\s/]*\.zip/.exec(words)?.[0];
  return archive === undefined ? undefined : `cannot download Deno's base executable ${archive}`;
}

const packed = new Map<Program, number>();

/** Packs a program onto Deno's own executable; what that makes does not run. Bytes added to it. */
async function tryPacking(program: Program): Promise<number> {
  const known = packed.get(program);
  if (known !== undefined) return known;
  const trial = `dist/${program.name}.trial`;
  try {
    const { code, output } = await pack(program, trial, undefined, { DENORT_BIN: Deno.execPath() });
    if (code !== 0) throw new Error(`${program.name}: cannot be packed:\n${output}`);
    const size = (await Deno.stat(at(trial))).size - (await Deno.stat(Deno.execPath())).size;
    packed.set(program, size);
    return size;
  } finally {
    await Deno.remove(at(trial)).catch(() => {});
  }
}

function pack(
  { permissions, entry }: Program,
  output: string,
  target: string | undefined,
  env?: Readonly<Record<string, string>>,
): Promise<Ended> {
  return run([
    ...["deno", "compile", "--quiet", "--bundle", "--minify", "--no-prompt", ...permissions],
    ...(target === undefined ? [] : ["--target", target]),
    ...["--output", output, entry],
  ], { env });
}

function at(path: string): string {
  return `${ROOT}/${path}`;
}

async function main(): Promise<never> {
  const flags = parseArgs(Deno.args, { string: ["target"], boolean: ["all"] });
  const target = typeof flags.target === "string" ? flags.target : undefined;
  if (target !== undefined && !TARGETS.includes(target)) {
    console.error(`--target: one of ${TARGETS.join(", ")}`);
    Deno.exit(2);
  }
  await Deno.mkdir(at("dist"), { recursive: true });
  const count = { made: 0, packed: 0, failed: 0 };
  for (const wanted of flags.all ? TARGETS : [target]) {
    for (const program of PROGRAMS) {
      try {
        const { made, line } = await compile(program, wanted);
        count[made ? "made" : "packed"]++;
        console.log(line);
      } catch (error) {
        count.failed++;
        console.error(error instanceof Error ? error.message : String(error));
      }
    }
  }
  const { made, packed, failed } = count;
  console.log(`${made} executables made, ${packed} only packed on trial, ${failed} failed`);
  Deno.exit(failed === 0 ? 0 : 1);
}

if (import.meta.main) await main();
