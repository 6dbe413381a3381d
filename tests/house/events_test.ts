/**
 * What scripts go by is written down.
 *
 * @module
 */

import { assertEquals, assertGreater } from "@std/assert";
import { listFiles, readSource } from "../../scripts/sources.ts";

const PAGE = "docs/OPERATIONS.md";

Deno.test("every event that a line of JSON can have is in the table of events", async () => {
  const table = (await readSource(PAGE)).split("| `event` ")[1]!.split("\n\n")[0]!;
  const told = new Set([...table.matchAll(/`([a-z0-9]+)`/g)].map(([, name]) => name));
  const printed = new Set<string>();
  for (const file of await listFiles(["cli", "lib"], [".ts"])) {
    const text = await readSource(file);
    for (const [, name] of text.matchAll(/(?<!\()\bevent: "([a-z0-9]+)"/g)) printed.add(name!);
  }
  assertGreater(printed.size, 20);
  assertEquals([...printed].filter((name) => !told.has(name)), []);
});
