/**
 * Known faults, put back one at a time into a copy of the repository: does the named test fail?
 *
 * @module
 */

import type { Edit } from "../../tests/core/mutations.ts";
import { run } from "../run.ts";
import { readOutcome } from "../test_report.ts";

/** What must notice a fault. */
export type Detector =
  /** One test, by its exact name, in a file. */
  | { readonly path: string; readonly test: string }
  /** Any of this many seeds of the simulator. */
  | { readonly sim: number };

/** Something that is wrong in other implementations, or would be easy to get wrong. */
export interface Fault {
  /** What is wrong then. */
  readonly name: string;
  /** Where it has been seen, or how it comes about. Markdown. */
  readonly origin: string;
  /** What makes it; paths are relative to the repository. */
  readonly edits: readonly Edit[];
  /** What must notice it. */
  readonly caughtBy: Detector;
}

/** What became of a fault. */
export interface Result {
  readonly fault: Fault;
  /** Why it is not caught; undefined if it is. */
  readonly survived: string | undefined;
  /** How long it took, the control included. */
  readonly seconds: number;
}

/** Which files to copy. */
export interface Source {
  /** Absolute. */
  readonly root: string;
  /** Relative to it. */
  readonly files: readonly string[];
}

/** How to run a campaign. */
export interface CampaignOptions {
  /** How many faults are tried at a time; 2 if absent. */
  readonly workers?: number;
  /** Seconds after which a detector has hung, which catches nothing; 60 if absent. */
  readonly secondsMax?: number;
  /** Told of each result, in the order of the faults. */
  readonly report?: (result: Result) => void;
}

/** The edits of which `from` does not occur exactly once in the file, in words. Empty if none. */
export async function unfitEdits(root: string, faults: readonly Fault[]): Promise<string[]> {
  const unfit: string[] = [];
  for (const { name, edits } of faults) {
    for (const { file, from } of edits) {
      const text = await Deno.readTextFile(`${root}/${file}`).catch(() => "");
      const count = text.split(from).length - 1;
      if (count !== 1) unfit.push(`${name}: ${file} has not one but ${count} of: ${from}`);
    }
  }
  return unfit;
}

/**
 * Tries each fault: its detector must pass without it and fail with it. The edits must fit, as
 * {@linkcode unfitEdits} tells.
 */
export async function runCampaign(
  faults: readonly Fault[],
  source: Source,
  { workers = 2, secondsMax = 60, report }: CampaignOptions = {},
): Promise<Result[]> {
  const results: Result[] = new Array(faults.length);
  let next = 0;
  let reported = 0;
  const work = async () => {
    const copy = await Deno.makeTempDir({ prefix: "hetpaxos-mutants-" });
    try {
      await copyFiles(source, copy);
      for (let index = next++; index < faults.length; index = next++) {
        results[index] = await tryFault(copy, faults[index]!, secondsMax);
        while (results[reported] !== undefined) report?.(results[reported++]!);
      }
    } finally {
      await Deno.remove(copy, { recursive: true });
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return results;
}

async function copyFiles({ root, files }: Source, to: string): Promise<void> {
  for (const file of files) {
    await Deno.mkdir(`${to}/${file}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.copyFile(`${root}/${file}`, `${to}/${file}`);
  }
}

async function tryFault(root: string, fault: Fault, secondsMax: number): Promise<Result> {
  const started = performance.now();
  const result = (survived?: string): Result => ({
    fault,
    survived,
    seconds: (performance.now() - started) / 1000,
  });
  const control = await detect(root, fault.caughtBy, secondsMax);
  if (control.kind !== "passed") return result(`without it, too, ${describe(control)}`);
  const originals = new Map<string, string>();
  for (const { file, from, to } of fault.edits) {
    const text = await Deno.readTextFile(`${root}/${file}`);
    if (!originals.has(file)) originals.set(file, text);
    await Deno.writeTextFile(`${root}/${file}`, text.split(from).join(to));
  }
  try {
    const outcome = await detect(root, fault.caughtBy, secondsMax);
    return result(outcome.kind === "failed" ? undefined : describe(outcome));
  } finally {
    for (const [file, text] of originals) await Deno.writeTextFile(`${root}/${file}`, text);
  }
}

/** How a detector came out. What does not run, or breaks, has noticed nothing. */
type Outcome =
  | { readonly kind: "passed" | "failed" }
  | { readonly kind: "hung" }
  | { readonly kind: "broken"; readonly output: string };

function describe(outcome: Outcome): string {
  if (outcome.kind !== "broken") return `the detector ${outcome.kind}`;
  const lines = outcome.output.split("\n").map((line) => line.trim());
  const telling = lines.find((line) => /error/i.test(line)) ?? lines.find((line) => line !== "");
  return `the detector broke: ${telling ?? "it said nothing"}`;
}

/** A mutant that is not a program fails every test, which proves nothing. */
const NO_PROGRAM = /\b(?:Reference|Syntax|Type)Error: /;

async function detect(root: string, detector: Detector, secondsMax: number): Promise<Outcome> {
  const signal = AbortSignal.timeout(secondsMax * 1000);
  const judged = "sim" in detector
    ? await simulate(root, detector, signal)
    : await runTest(root, detector.path, detector.test, signal);
  return signal.aborted ? { kind: "hung" } : judged;
}

async function runTest(
  root: string,
  path: string,
  test: string,
  signal: AbortSignal,
): Promise<Outcome> {
  const report = `${root}/report.xml`;
  await Deno.remove(report).catch(() => {});
  const { output } = await run([
    ...["deno", "test", "--allow-all", "--no-check", `--junit-path=${report}`],
    ...[`--filter=/^${test.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$/`, path],
  ], { cwd: root, signal });
  const failure = readOutcome(await Deno.readTextFile(report).catch(() => ""), test);
  if (failure === undefined) return { kind: "broken", output };
  if (failure === "") return { kind: "passed" };
  return NO_PROGRAM.test(failure) ? { kind: "broken", output: failure } : { kind: "failed" };
}

/** The simulator has found something if it fails and says with which seed. */
async function simulate(
  root: string,
  { sim }: Extract<Detector, { readonly sim: number }>,
  signal: AbortSignal,
): Promise<Outcome> {
  const { code, output } = await run(
    ["deno", "run", "--allow-all", "scripts/sim.ts", "--seeds", `${sim}`],
    { cwd: root, signal },
  );
  if (code === 0) return { kind: "passed" };
  const found = /\bseed:? \d+/i.test(output) && !NO_PROGRAM.test(output);
  return found ? { kind: "failed" } : { kind: "broken", output };
}
