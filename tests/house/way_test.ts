import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { dirname, join, normalize } from "node:path/posix";
import { readSource } from "../../scripts/sources.ts";
import { wayOfAMessage } from "./way.ts";

const FILES_MAX = 40;

/** The files of ours that a file imports. */
async function importsOf(file: string): Promise<string[]> {
  const text = await readSource(file);
  return [...text.matchAll(/ from "(\.{1,2}\/[^"]+)"/g)]
    .map(([, path]) => normalize(join(dirname(file), path!)));
}

Deno.test("a message passes at most 40 files from bytes to printed decision, and they are named", async () => {
  const { passed, numbers } = await wayOfAMessage();
  assert(passed.length > 20, "the table was not found");
  assertLessOrEqual(passed.length, FILES_MAX);
  assertEquals(numbers, passed.map((_, i) => i + 1));
  assertEquals(new Set(passed).size, passed.length, "a file is counted twice");
  const [first, last] = [passed[0]!, passed.at(-1)!];
  assert(first.startsWith("lib/net/") && last.startsWith("cli/"), `${first} to ${last}`);
});

Deno.test("each file on the way of a message is imported by another, or imports one", async () => {
  const { passed } = await wayOfAMessage();
  const imports = new Map<string, string[]>();
  for (const file of passed) imports.set(file, await importsOf(file));
  for (const file of passed) {
    const isJoined = passed.some((other) =>
      other !== file && (imports.get(other)!.includes(file) || imports.get(file)!.includes(other))
    );
    assert(isJoined, `${file} has nothing to do with the others`);
  }
});
