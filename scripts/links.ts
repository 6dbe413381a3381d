/**
 * Checks that relative links in Markdown files lead somewhere, headings included.
 *
 * Run as a program it checks the repository and prints what is wrong.
 *
 * @module
 */

import { runScript } from "./command.ts";
import { resolveFrom } from "./lint/paths.ts";
import { listFiles, readSource } from "./sources.ts";

/** A link that leads nowhere. */
export interface BrokenLink {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly target: string;
  readonly problem: string;
}

/**
 * The broken links of one file. Links with a scheme (`https:`) are not followed.
 *
 * @param file Its path relative to the repository.
 * @param markdown Its text.
 * @param read Text of another file, "" for a folder, undefined if there is none.
 */
export async function brokenLinks(
  file: string,
  markdown: string,
  read: (path: string) => Promise<string | undefined>,
): Promise<BrokenLink[]> {
  const broken: BrokenLink[] = [];
  for (const { line, target } of linksIn(markdown)) {
    if (hasScheme(target)) continue;
    const [path = "", heading] = target.split("#");
    const resolved = path === "" ? file : resolveFrom(file, path);
    const text = path === "" ? markdown : await read(resolved);
    if (text === undefined) broken.push({ file, line, target, problem: `no file ${resolved}` });
    else if (heading !== undefined && !headingsOf(text).has(heading)) {
      broken.push({ file, line, target, problem: `no heading #${heading} in ${resolved}` });
    }
  }
  return broken;
}

/** Whether a link names a scheme (`https:`), and so leads out of the repository. */
export function hasScheme(link: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(link);
}

function linksIn(markdown: string): { line: number; target: string }[] {
  const links: { line: number; target: string }[] = [];
  proseLines(markdown).forEach((prose, index) => {
    const inline = prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g);
    const defined = prose.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)>?/g);
    for (const match of [...inline, ...defined]) links.push({ line: index + 1, target: match[1]! });
  });
  return links;
}

/** The lines of a text with code blanked out. */
function proseLines(markdown: string): string[] {
  let fence: string | undefined;
  return markdown.split("\n").map((line) => {
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1];
    if (fence === undefined && mark !== undefined) fence = mark;
    else if (fence !== undefined) {
      if (mark?.startsWith(fence)) fence = undefined;
    } else return line.replace(/`[^`]*`/g, (code) => " ".repeat(code.length));
    return "";
  });
}

/** Names under which the headings of a text can be linked to, as code hosts make them. */
function headingsOf(markdown: string): Set<string> {
  const names = new Set<string>();
  for (const line of markdown.replace(/^```[\s\S]*?^```/gm, "").split("\n")) {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (heading === undefined) continue;
    names.add(anchorOf(heading, names));
  }
  return names;
}

/** The name under which a heading can be linked to, as code hosts make it; none of those `taken`. */
export function anchorOf(heading: string, taken: ReadonlySet<string>): string {
  const name = heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
  let unique = name;
  for (let again = 1; taken.has(unique); again++) unique = `${name}-${again}`;
  return unique;
}

/** The broken links of the whole repository. */
export async function brokenLinksOfRepository(): Promise<BrokenLink[]> {
  const read = async (path: string) => {
    try {
      return await readSource(path);
    } catch (error) {
      return error instanceof Deno.errors.IsADirectory ? "" : undefined;
    }
  };
  const broken: BrokenLink[] = [];
  for (const file of await listFiles(["."], [".md"])) {
    broken.push(...await brokenLinks(file, await readSource(file), read));
  }
  return broken;
}

if (import.meta.main) {
  await runScript({
    name: "links",
    summary: "Check the links of the Markdown files",
    description: "Check the links of the Markdown files.",
    flags: [],
  }, async () => {
    const broken = await brokenLinksOfRepository();
    for (const { file, line, target, problem } of broken) {
      console.error(`${file}:${line}: ${target}: ${problem}`);
    }
    return broken.length > 0 ? 1 : 0;
  });
}
