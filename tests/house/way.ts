/**
 * The way of a message, as ARCHITECTURE draws it.
 *
 * @module
 */

import { readSource } from "../../scripts/sources.ts";

/** What ARCHITECTURE says. */
export interface Way {
  /** Files that a message passes, in order, from the root of the repository. */
  readonly passed: readonly string[];
  /** Numbers beside them. */
  readonly numbers: readonly number[];
  /** Further files that the section names. */
  readonly asked: readonly string[];
}

/** Reads the section. */
export async function wayOfAMessage(): Promise<Way> {
  const text = await readSource("docs/ARCHITECTURE.md");
  const [, section = ""] = /\n## The way of a message\n([^]*?)\n## /.exec(text) ?? [];
  const rows = [...section.matchAll(/^\| +(\d+) \| \[[^\]]+\]\(\.\.\/([^)]+)\) +\| \S/gm)];
  const passed = rows.map(([, , file]) => file!);
  const named = [...section.matchAll(/\]\(\.\.\/([^)#]+\.ts)\)/g)].map(([, file]) => file!);
  return {
    passed,
    numbers: rows.map(([, number]) => Number(number)),
    asked: [...new Set(named)].filter((file) => !passed.includes(file)),
  };
}
