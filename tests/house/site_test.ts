import { assert, assertEquals, assertMatch } from "@std/assert";
import { buildSite } from "../../scripts/site.ts";
import { completePage, deadLinks, renderMarkdown } from "../../scripts/site/pages.ts";

Deno.test("every page of docs is on the site, and in the navigation of the first", async () => {
  const site = await buildSite();
  const first = site.get("index.html")!;
  for await (const { name } of Deno.readDir(new URL("../../docs", import.meta.url))) {
    if (!name.endsWith(".md")) continue;
    const path = `docs/${name.replace(/\.md$/, ".html")}`;
    assert(site.has(path), path);
    assert(first.includes(`href="${path}"`), path);
  }
});

Deno.test("nothing on a page is fetched from elsewhere", async () => {
  for (const [path, html] of await buildSite()) {
    if (path.startsWith("source/")) continue;
    const fetched = [...html.matchAll(/<(?:img|script|link|source|iframe)\b[^>]*>/g)]
      .filter(([tag]) => /(?:src|srcset|href)="(?!data:)[a-z]+:/i.test(tag));
    assertEquals(fetched, [], path);
  }
});

Deno.test("links lead to pages, pictures to copies, headings have the names that links use", () => {
  const { path, title, body, linked } = renderMarkdown(
    "docs/A.md",
    "# A `b`\n\n## Two words\n\n## Two words\n\n[x](../lib/core) [y](B.md#c) [z](#two-words-1) " +
      '[w](https://example.com)\n\n![p](p.svg)\n\n<img src="q.svg">\n',
  );
  assertEquals([path, title], ["docs/A.html", "A b"]);
  assertEquals(linked, ["docs/B.md", "docs/p.svg", "docs/q.svg", "lib/core"]);
  for (
    const part of [
      'id="two-words"',
      'id="two-words-1"',
      'href="../source/lib/core.html"',
      'href="../docs/B.html#c"',
      'href="#two-words-1"',
      'href="https://example.com"',
      'src="../docs/p.svg"',
      'src="../docs/q.svg"',
    ]
  ) assert(body.includes(part), `${part} in ${body}`);
});

Deno.test("a link to a page or a heading that is not there is found", () => {
  const page = renderMarkdown("A.md", "# A\n\n[x](B.md) [y](#nowhere) [z](#a)\n");
  const files = new Map([["style.css", ""], [page.path, completePage(page, [])]]);
  assertEquals(deadLinks(files), ["A.html: #nowhere", "A.html: B.html"]);
});

Deno.test("what a file says cannot become markup of its page", () => {
  const page = { path: "source/x.ts.html", title: "<b>", body: "", linked: [] };
  assertMatch(completePage(page, [page]), /<title>&lt;b&gt;<\/title>/);
});
