/**
 * Checks the proofs in proofs/coq with Coq.
 *
 * @module
 */

import { ROOT } from "../lint/paths.ts";
import { type Ended, run } from "../run.ts";

/** Where the proofs are. */
export const COQ_FOLDER = `${ROOT}/proofs/coq`;

/** The files in the order in which each may use those before it. */
export const COQ_FILES = [
  ...["definitions", "basics", "safe_acceptors", "agreement", "log", "recursion"],
  ...["well_formed", "instance", "log_instance", "closed_graph", "highest_2a"],
] as const;

/** Text of the proofs by name of file, without `.v`. */
export type Proofs = ReadonlyMap<string, string>;

/** What became of one file. */
export interface Checked {
  /** Its name, without `.v`. */
  readonly file: string;
  /** The theorems that it proves. */
  readonly theorems: readonly string[];
  /** What is wrong; none if all of it is proved, without any assumption. */
  readonly faults: readonly string[];
}

/** What Coq prints of a theorem that rests on nothing. */
const CLOSED = "Closed under the global context";

/** Ways to leave something unproved. Variables and hypotheses of sections become premises. */
const GIVEN_UP =
  /\b(Admitted|admit|give_up|Axioms?|Conjectures?|Parameters?|Declare Module|Unset Guard Checking|bypass_check|Unset Universe Checking|Unset Positivity Checking|type_in_type)\b/g;

/** Reads the proofs as they stand. */
export async function readProofs(): Promise<Map<string, string>> {
  const texts = COQ_FILES.map(async (file) =>
    [file, await Deno.readTextFile(`${COQ_FOLDER}/${file}.v`)] as const
  );
  return new Map(await Promise.all(texts));
}

/** The theorems of a text, in its order. */
export function theoremsOf(text: string): string[] {
  return [...withoutComments(text).matchAll(/^\s*Theorem\s+(\w+)/gm)].map(([, name]) => name!);
}

/** What a text leaves unproved, one line each. */
export function givenUp(text: string): string[] {
  return [...withoutComments(text).matchAll(GIVEN_UP)].map(([word]) => `says ${word}`);
}

function withoutComments(text: string): string {
  return text.replace(/\(\*[^]*?\*\)/g, " ");
}

/**
 * Compiles proofs in a folder of their own, and has Coq print what each theorem assumes.
 *
 * @param proofs By name, in order.
 * @param report Called with each file as soon as it is known.
 * @returns One for each file, up to the first that is not proved.
 */
export async function checkProofs(
  proofs: Proofs,
  report: (checked: Checked) => void = () => {},
): Promise<Checked[]> {
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos-proofs-" });
  try {
    const results: Checked[] = [];
    for (const [file, text] of proofs) {
      const checked = await checkFile(folder, file, text);
      report(checked);
      results.push(checked);
      if (checked.faults.length > 0) break;
    }
    return results;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function checkFile(folder: string, file: string, text: string): Promise<Checked> {
  const theorems = theoremsOf(text);
  const faults = givenUp(text);
  await Deno.writeTextFile(`${folder}/${file}.v`, text);
  const compiled = await coqc(folder, file);
  if (compiled.code !== 0) faults.push(reasonOf(compiled));
  else if (theorems.length > 0) faults.push(...await assumptions(folder, file, theorems));
  return { file, theorems, faults };
}

/** What theorems of a compiled file rest on, one line each; none if on nothing. */
async function assumptions(
  folder: string,
  file: string,
  theorems: readonly string[],
): Promise<string[]> {
  const asked = theorems.map((name) => `Print Assumptions ${name}.\n`).join("");
  await Deno.writeTextFile(`${folder}/assumed.v`, `Require Import ${file}.\n${asked}`);
  const { code, output } = await coqc(folder, "assumed");
  const closed = output.split("\n").filter((line) => line === CLOSED).length;
  if (code === 0 && closed === theorems.length) return [];
  return [`${theorems.length - closed} theorems rest on assumptions: ${output.trim()}`];
}

/**
 * Lets Coq read several files as one, which is quicker.
 *
 * @param proofs By name, in order.
 * @returns The file in which it stops; undefined if all of it is proved.
 */
export async function firstUnproved(proofs: Proofs): Promise<string | undefined> {
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos-proofs-" });
  try {
    const texts = [...proofs.values()].map((text) => text.replace(/^Require Import .*$/gm, ""));
    await Deno.writeTextFile(`${folder}/all.v`, texts.join("\n"));
    const { code, output } = await coqc(folder, "all");
    if (code === 0) return undefined;
    let line = Number(/line (\d+), characters/.exec(output)![1]);
    for (const [index, file] of [...proofs.keys()].entries()) {
      line -= texts[index]!.split("\n").length;
      if (line <= 0) return file;
    }
    throw new Error(`a line beyond the end: ${output}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function coqc(folder: string, file: string): Promise<Ended> {
  return await run(["coqc", "-q", `${file}.v`], { cwd: folder });
}

/** Where and why it failed, on one line. */
function reasonOf({ code, output }: Ended): string {
  const text = output.replace(/\s+/g, " ").trim();
  return text === "" ? `coqc ended with status ${code}` : text.slice(0, 300);
}

/** Which Coq there is, or why it cannot be used. */
export async function findCoq(): Promise<
  { readonly version: string } | { readonly reason: string }
> {
  try {
    const { code, output } = await run(["coqc", "--print-version"]);
    if (code !== 0) return { reason: `coqc does not work here: ${output.trim()}` };
    return { version: output.trim().split(" ")[0]! };
  } catch {
    return { reason: "there is no coqc here: Debian's package is coq" };
  }
}
