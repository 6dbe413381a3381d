/**
 * Makes lib/wire/gen from proto/, and deno.jsr.json from deno.json; with `--check`, into a temporary folder, and fails if what is
 * committed differs.
 *
 * @module
 */

import { runScript } from "./command.ts";
import { FROM_JSR, withStdFromJsr } from "./jsr.ts";
import { ROOT } from "./lint/paths.ts";
import { run } from "./run.ts";

const GENERATED = "lib/wire/gen";

/**
 * The tools for protocol buffers have a configuration and a lock file of their own. Deno fetches
 * all that a lock file names: these weigh 130 MB, all the rest 15 MB, and who only runs the
 * programs does not need them.
 */
export const BUF = [
  ...["deno", "run", "-A", "--quiet", "--config", "proto/deno.json", "@bufbuild/buf"],
] as const;

/** What differs between two trees of files, one line each; empty if nothing does. */
export function differences(
  committed: ReadonlyMap<string, string>,
  fresh: ReadonlyMap<string, string>,
): string[] {
  const paths = [...new Set([...committed.keys(), ...fresh.keys()])].sort();
  return paths.flatMap((path) => {
    if (!fresh.has(path)) return [`${path}: generated from nothing`];
    if (!committed.has(path)) return [`${path}: missing`];
    return committed.get(path) === fresh.get(path) ? [] : [`${path}: differs`];
  });
}

/** Generates into `folder`, in which the paths of the repository are repeated. */
async function generateInto(folder: string): Promise<void> {
  const { code, output } = await run([...BUF, "generate", "-o", folder]);
  if (code !== 0) throw new Error(`buf generate failed:\n${output}`);
  const configuration = await Deno.readTextFile(`${ROOT}/deno.json`);
  await Deno.writeTextFile(`${folder}/${FROM_JSR}`, withStdFromJsr(configuration));
}

/** What is stale in the generated code, one line each; empty if nothing is. */
export async function staleGenerated(): Promise<string[]> {
  const folder = await Deno.makeTempDir({ prefix: "hetpaxos-generate-" });
  try {
    await generateInto(folder);
    return differences(await readTree(ROOT), await readTree(folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function readTree(root: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const visit = async (path: string) => {
    for await (const { name, isDirectory } of Deno.readDir(`${root}/${path}`)) {
      const inner = `${path}/${name}`;
      if (isDirectory) await visit(inner);
      else files.set(inner, await Deno.readTextFile(`${root}/${inner}`));
    }
  };
  await visit(GENERATED);
  files.set(FROM_JSR, await Deno.readTextFile(`${root}/${FROM_JSR}`));
  return files;
}

if (import.meta.main) {
  await runScript({
    name: "deno task generate",
    summary: "Make lib/wire/gen from proto, and deno.jsr.json",
    description: "Makes the code for messages, lib/wire/gen, from the files in proto, and " +
      "deno.jsr.json, which takes @std from JSR, from deno.json.",
    flags: [{ name: "check", kind: "boolean", help: "only see whether it is fresh" }],
    exits: [{ status: 1, means: "it is not fresh" }],
  }, async ({ flags }) => {
    if (!flags.check) return await generateInto(ROOT);
    const stale = await staleGenerated();
    for (const line of stale) console.error(line);
    if (stale.length === 0) return 0;
    console.error("run `deno task generate`");
    return 1;
  });
}
