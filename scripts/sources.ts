/**
 * The files of this repository.
 *
 * @module
 */

import { ROOT } from "./lint/paths.ts";

/** Folders in which nothing is ours, or nothing is kept. */
const SKIPPED: ReadonlySet<string> = new Set([".git", "node_modules", "dist", "coverage", ".deno"]);

/**
 * Paths relative to the repository of all files below the given folders (and of the given files)
 * whose name ends in one of `endings`; sorted. What does not exist is left out.
 */
export async function listFiles(
  below: readonly string[],
  endings: readonly string[],
): Promise<string[]> {
  const found: string[] = [];
  const visit = async (path: string) => {
    for await (const entry of Deno.readDir(`${ROOT}/${path}`)) {
      const inner = path === "." ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory && !SKIPPED.has(entry.name)) await visit(inner);
      if (entry.isFile && endings.some((ending) => inner.endsWith(ending))) found.push(inner);
    }
  };
  for (const path of below) {
    const info = await Deno.stat(`${ROOT}/${path}`).catch(() => undefined);
    if (info?.isDirectory) await visit(path);
    else if (info?.isFile) found.push(path);
  }
  return found.sort();
}

/** Text of a file of this repository. */
export async function readSource(path: string): Promise<string> {
  return await Deno.readTextFile(`${ROOT}/${path}`);
}
