/**
 * Markdown pages and the files they link to, as web pages.
 *
 * @module
 */

import { Marked, type Tokens } from "marked";
import { resolveFrom } from "../lint/paths.ts";
import { anchorOf, hasScheme } from "../links.ts";

/** A page of the site. */
export interface Page {
  /** Where it stands on the site: `docs/LIMITS.html`. */
  readonly path: string;
  /** Of the window. */
  readonly title: string;
  /** HTML below the navigation. */
  readonly body: string;
  /** Files and folders of the repository that it links to and that are no pages yet. */
  readonly linked: readonly string[];
}

/** Where the page of a file of the repository stands; `README.md` is the first page. */
export function pathOf(file: string): string {
  if (file === "README.md") return "index.html";
  return file.endsWith(".md") ? file.replace(/\.md$/, ".html") : `source/${file}.html`;
}

/** The way from the page at `from` to the one at `to`, as a link writes it. */
export function linkBetween(from: string, to: string): string {
  return "../".repeat(from.split("/").length - 1) + to;
}

/** `text` as HTML shows it. */
export function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot" };
  return text.replace(/[&<>"]/g, (character) => `&${names[character]};`);
}

/**
 * A Markdown file as a page. Links to files of the repository lead to their pages, and pictures to
 * copies.
 *
 * @param file Relative to the repository.
 */
export function renderMarkdown(file: string, text: string): Page {
  const path = pathOf(file);
  const linked = new Set<string>();
  const anchors = new Set<string>();
  const isElsewhere = (href: string) => hasScheme(href) || href.startsWith("#");
  const target = (href: string): string => {
    if (isElsewhere(href)) return href;
    const [to = "", anchor] = href.split("#");
    const resolved = resolveFrom(file, to).replace(/\/$/, "");
    linked.add(resolved);
    return linkBetween(path, pathOf(resolved)) + (anchor === undefined ? "" : `#${anchor}`);
  };
  const picture = (href: string): string => {
    if (isElsewhere(href)) return href;
    const resolved = resolveFrom(file, href);
    linked.add(resolved);
    return linkBetween(path, resolved);
  };
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }: Tokens.Heading): string {
        const anchor = anchorOf(text, anchors);
        anchors.add(anchor);
        const words = this.parser.parseInline(tokens);
        return `<h${depth} id="${escapeHtml(anchor)}">${words}</h${depth}>\n`;
      },
      link({ href, tokens }: Tokens.Link): string {
        return `<a href="${escapeHtml(target(href))}">${this.parser.parseInline(tokens)}</a>`;
      },
      html({ text }: Tokens.HTML | Tokens.Tag): string {
        return text.replace(
          /\b(src|srcset|href)="([^"]+)"/g,
          (_, name: string, to: string) =>
            `${name}="${escapeHtml(name === "href" ? target(to) : picture(to))}"`,
        );
      },
      image({ href, text }: Tokens.Image): string {
        return `<img src="${escapeHtml(picture(href))}" alt="${escapeHtml(text)}">`;
      },
    },
  });
  const html = marked.parse(text, { async: false });
  const body = html.replaceAll("<table>", '<div class="wide"><table>')
    .replaceAll("</table>", "</table></div>");
  const title = /^#\s+(.+)$/m.exec(text)?.[1] ?? file;
  return { path, title: title.replaceAll("`", ""), body, linked: [...linked].sort() };
}

/** A file that is no Markdown, as a page that shows it. */
export function renderSource(file: string, text: string): Page {
  const body = `<h1>${escapeHtml(file)}</h1>\n<pre><code>${escapeHtml(text)}</code></pre>\n`;
  return { path: pathOf(file), title: file, body, linked: [] };
}

/**
 * A folder as a page that lists what is in it.
 *
 * @param names What is in it.
 */
export function renderFolder(folder: string, names: readonly string[]): Page {
  const path = pathOf(folder);
  const files = names.map((name) => `${folder}/${name}`);
  const items = files.map((file) =>
    `<li><a href="${escapeHtml(linkBetween(path, pathOf(file)))}">${escapeHtml(file)}</a></li>`
  );
  const body = `<h1>${escapeHtml(folder)}</h1>\n<ul>\n${items.join("\n")}\n</ul>\n`;
  return { path, title: folder, body, linked: files };
}

/** A page with the navigation around it, whole. */
export function completePage(
  page: Page,
  navigation: readonly Pick<Page, "path" | "title">[],
): string {
  const links = navigation.map(({ path, title }) => {
    const here = path === page.path ? ' aria-current="page"' : "";
    return `<a href="${escapeHtml(linkBetween(page.path, path))}"${here}>${escapeHtml(title)}</a>`;
  });
  return [
    "<!doctype html>",
    '<html lang="en">',
    '<head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(page.title)}</title>`,
    `<link rel="stylesheet" href="${linkBetween(page.path, "style.css")}"></head>`,
    "<body>",
    `<nav aria-label="Pages">${links.join("\n")}</nav>`,
    `<main>\n${page.body}</main>`,
    "</body></html>",
    "",
  ].join("\n");
}

/** How all pages look: light or dark as the reader's system is, on phones too. */
export const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; font: 1rem/1.6 system-ui, sans-serif; display: flex; }
nav { flex: 0 0 15rem; padding: 1.5rem 1rem; font-size: .875rem; display: flex;
  flex-direction: column; gap: .25rem; border-right: 1px solid var(--line); }
nav a { text-decoration: none; }
nav a[aria-current] { font-weight: 600; }
main { flex: 1; min-width: 0; padding: 1.5rem; overflow-wrap: break-word; }
h1, h2, h3 { line-height: 1.25; }
pre, .wide { overflow-x: auto; }
pre { padding: .75rem; border: 1px solid var(--line); border-radius: .375rem; }
code { font: .875em/1.5 ui-monospace, monospace; }
table { border-collapse: collapse; }
th, td { border: 1px solid var(--line); padding: .25rem .625rem; text-align: left;
  vertical-align: top; overflow-wrap: normal; }
img { max-width: 100%; }
@media (max-width: 48rem) {
  body { display: block; }
  nav { flex-direction: row; flex-wrap: wrap; gap: .25rem 1rem; border-right: 0;
    border-bottom: 1px solid var(--line); }
  main { padding: 1rem; }
}
`;

/**
 * Links of whole pages that lead nowhere, as `page: link`; sorted.
 *
 * @param files Everything on the site by path; text of pages, anything for the rest.
 */
export function deadLinks(files: ReadonlyMap<string, string>): string[] {
  const pages = [...files].filter(([path]) => path.endsWith(".html"));
  const anchors = new Map(pages.map(([path, html]) => [
    path,
    new Set([...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]!)),
  ]));
  const dead: string[] = [];
  for (const [path, html] of pages) {
    for (const [, href = ""] of html.matchAll(/ (?:href|src|srcset)="([^"]*)"/g)) {
      if (hasScheme(href)) continue;
      const [to = "", anchor] = href.split("#");
      const target = to === "" ? path : resolveFrom(path, to);
      const known = files.has(target) &&
        (anchor === undefined || anchors.get(target)?.has(anchor) === true);
      if (!known) dead.push(`${path}: ${href}`);
    }
  }
  return dead.sort();
}
