/**
 * What a browser would make of a door of the library.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { run } from "../../scripts/run.ts";

/** Bundles a door for a browser, and hands the file to `use`. */
export async function bundled(door: string, use: (file: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const output = `${folder}/bundle.js`;
    const made = await run(["deno", "bundle", "--platform=browser", "--output", output, door]);
    assertEquals(made.code, 0, made.output);
    await use(output);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs a module where there is nothing of Node and nothing of Deno; what it logs. */
export async function runAsInBrowser(code: string): Promise<string> {
  const script = `const { log } = console;
    delete globalThis.process; delete globalThis.Buffer; delete globalThis.Deno;\n${code}`;
  const { code: status, output } = await run(["deno", "eval", "--quiet", "--ext=js", script]);
  assertEquals(status, 0, output);
  return output.trim();
}
