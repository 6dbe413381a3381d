import { assertEquals } from "@std/assert";
import { brokenLinks, brokenLinksOfRepository } from "../../scripts/links.ts";

const FILES: Readonly<Record<string, string>> = {
  "README.md": "# A project\n\n## Status, honestly\n\n## Twice\n\n## Twice\n",
  "docs/LIMITS.md": "# Limits\n",
  "docs": "",
};

async function problems(file: string, markdown: string): Promise<string[]> {
  const broken = await brokenLinks(file, markdown, (path) => Promise.resolve(FILES[path]));
  return broken.map(({ line, problem }) => `${line}: ${problem}`);
}

Deno.test("every relative link of the repository leads somewhere", async () => {
  assertEquals(await brokenLinksOfRepository(), []);
});

Deno.test("links to files, folders and headings that exist pass", async () => {
  assertEquals(
    await problems(
      "docs/HACKING.md",
      `# Here
[a](LIMITS.md) [b](../README.md#status-honestly) [c](#here) [d](../docs) [e](./LIMITS.md "title")
[f](../README.md#twice-1) [g](https://example.com/nope.md) ![h](<LIMITS.md>)
[i]: LIMITS.md#limits
\`[not a link](nowhere.md)\`
\`\`\`sh
[not a link](nowhere.md)
\`\`\`
`,
    ),
    [],
  );
});

Deno.test("links that lead nowhere are reported with their line", async () => {
  assertEquals(
    await problems(
      "docs/HACKING.md",
      "[a](NOWHERE.md)\n[b](../README.md#nope) and [c](README.md)\n\n[d]: ../nope.md\n[e](#nope)\n" +
        "[f](../README.md#twice-2)",
    ),
    [
      "1: no file docs/NOWHERE.md",
      "2: no heading #nope in README.md",
      "2: no file docs/README.md",
      "4: no file nope.md",
      "5: no heading #nope in docs/HACKING.md",
      "6: no heading #twice-2 in README.md",
    ],
  );
});
