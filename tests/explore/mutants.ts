/**
 * Copies of lib/core with deliberate mistakes, for the tests that explore them.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { type Core, loadCore } from "../core/core_under_test.ts";
import type { Edit } from "../core/mutations.ts";

const CORE_URL = new URL("../../lib/core/", import.meta.url);

/** Writes a copy of lib/core with some edits into an empty directory, and loads it. */
export async function loadMutant(directory: string, edits: readonly Edit[]): Promise<Core> {
  for await (const { name } of Deno.readDir(CORE_URL)) {
    let text = await Deno.readTextFile(new URL(name, CORE_URL));
    for (const { file, from, to } of edits) {
      if (file !== name) continue;
      const parts = text.split(from);
      assertEquals(parts.length, 2, `exactly one place in ${file} must read: ${from}`);
      text = parts.join(to);
    }
    await Deno.writeTextFile(`${directory}/${name}`, text);
  }
  return await loadCore(new URL(`file://${directory}/`));
}
