/**
 * Makes the documentation as web pages: every Markdown page of the project, and the files that they
 * link to. Nothing on the pages comes from elsewhere, and a link that leads nowhere is a failure.
 *
 * `deno task site [--out DIR]`
 *
 * @module
 */

import { runScript } from "./command.ts";
import { makePage } from "./console_page.ts";
import { ROOT } from "./lint/paths.ts";
import {
  completePage,
  deadLinks,
  type Page,
  renderFolder,
  renderMarkdown,
  renderSource,
  STYLE,
} from "./site/pages.ts";
import { listFiles, readSource } from "./sources.ts";

/** Pages that the navigation begins with; the others in docs follow. */
const FIRST = ["README.md", "docs/OPERATIONS.md", "docs/CONFIGURATION.md"];

/** The console's page, which shows a demonstration where nobody serves it. */
const DEMONSTRATION = { path: "demonstration.html", title: "Try it in this browser" };

/** What becomes a page whether or not anybody links to it. */
const WRITTEN = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs"];

/**
 * All files of the site by path.
 *
 * @throws Error that names the links that lead nowhere.
 */
export async function buildSite(): Promise<Map<string, string>> {
  const pages = new Map<string, Page>();
  const copies = new Map<string, string>();
  const open = await listFiles(WRITTEN, [".md"]);
  for (let file = open.shift(); file !== undefined; file = open.shift()) {
    if (pages.has(file) || copies.has(file)) continue;
    if (/\.(svg|png)$/.test(file)) {
      copies.set(file, await readSource(file));
      continue;
    }
    const page = await pageOf(file);
    // What does not exist is found when the links are checked.
    if (page === undefined) continue;
    pages.set(file, page);
    open.push(...page.linked);
  }
  const files = new Map<string, string>([["style.css", STYLE], ...copies]);
  const inFolder = [...pages.keys()].filter((file) => /^(docs\/)?[^/]+\.md$/.test(file));
  const navigation = [...new Set([...FIRST, ...inFolder.sort()])].map((file) => pages.get(file)!);
  const [first, ...others] = navigation;
  const entries = [first!, DEMONSTRATION, ...others];
  for (const page of pages.values()) files.set(page.path, completePage(page, entries));
  files.set(DEMONSTRATION.path, await makePage());
  const dead = deadLinks(files);
  if (dead.length > 0) throw new Error(`links that lead nowhere:\n${dead.join("\n")}`);
  return files;
}

async function pageOf(file: string): Promise<Page | undefined> {
  const info = await Deno.stat(`${ROOT}/${file}`).catch(() => undefined);
  if (info === undefined) return undefined;
  if (info.isDirectory) {
    const names = (await listFiles([file], [""])).map((path) => path.slice(file.length + 1));
    return renderFolder(file, names);
  }
  const text = await readSource(file);
  return file.endsWith(".md") ? renderMarkdown(file, text) : renderSource(file, text);
}

if (import.meta.main) {
  await runScript({
    name: "site",
    summary: "Make the documentation as web pages",
    description:
      "Makes a page of every Markdown page of the project and of the files that they link " +
      "to, and checks that every link leads somewhere.",
    flags: [{
      name: "out",
      kind: "text",
      value: "DIR",
      default: `${ROOT}/dist/site`,
      help: "the folder to make them in; what was there before is overwritten",
    }],
  }, async ({ flags: { out } }) => {
    const files = await buildSite();
    for (const [path, text] of files) {
      await Deno.mkdir(`${out}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${out}/${path}`, text);
    }
    const pages = [...files.keys()].filter((path) => path.endsWith(".html")).length;
    console.log(`${out}/index.html: ${pages} pages, every link leads somewhere`);
  });
}
