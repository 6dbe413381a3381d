import { assert, assertEquals } from "@std/assert";
import { listFiles, readSource } from "../../scripts/sources.ts";

/** What nobody should have to read twice, and what to write instead. */
const WORDS: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\blest\b/i, "so that … not"],
  [/\*\s*See the module\./, "one sentence of what it is"],
  [/\bof so (many|much)\b/i, "how many, at most"],
  [/\bso (many|much) [^.;:]*\bof which\b/i, "how many, at most"],
  [
    /\b(cannot|can|to|must|should) stand \S*\d|\bcannot stand\b|\bstand (more|fewer) liars\b/,
    "tolerate",
  ],
];

/** The first of them in a text; undefined if there is none. */
function hardWord(text: string): string | undefined {
  for (const [pattern, instead] of WORDS) {
    const found = pattern.exec(text);
    if (found !== null) return `${found[0]}: write "${instead}"`;
  }
  return undefined;
}

Deno.test("hard words are noticed", () => {
  const hard = [
    ...["wait, lest it come", "/** See the module. */", "Of so many ids it is kept"],
    ...["so many ids are kept, of which", "4 acceptors cannot stand 1", "to stand 2 liars"],
  ];
  for (const text of hard) assert(hardWord(text) !== undefined, text);
  for (
    const text of ["celestial", "what stands here", "so many that none is left", "stand still"]
  ) {
    assertEquals(hardWord(text), undefined, text);
  }
});

Deno.test("code, comments and documents are without hard words", async () => {
  const found: string[] = [];
  const below = ["lib", "cli", "scripts", "docs", "examples", "mod.ts", "README.md"];
  const paths = await listFiles(below, [".ts", ".md"]);
  assert(paths.length > 300, `${paths.length} files only`);
  for (const path of paths) {
    (await readSource(path)).split("\n").forEach((line, i) => {
      const word = hardWord(line);
      if (word !== undefined) found.push(`${path}:${i + 1}: ${word}`);
    });
  }
  assertEquals(found, []);
});
