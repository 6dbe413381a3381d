/**
 * Prints what the changelog says of this version: the text of a release.
 *
 * `deno task changelog [--tag TAG] [--out FILE]`
 *
 * @module
 */

import { VERSION } from "../cli/version.ts";
import { EXIT, OperatorError } from "../lib/wire/operator_error.ts";
import { runScript } from "./command.ts";
import { readSource } from "./sources.ts";

const CHANGELOG = "CHANGELOG.md";

/** What is said of changes that no version has yet. */
export const UNRELEASED = "Unreleased";

/**
 * The section of a version, without its heading; undefined if there is none.
 *
 * @param text A changelog in the format of Keep a Changelog.
 */
export function sectionOf(text: string, version: string): string | undefined {
  const sections = text.split(/^## /m).slice(1);
  const section = sections.find((one) => one.startsWith(`[${version}]`));
  return section?.slice(section.indexOf("\n") + 1).replace(/^\[.*\]: .*$/gm, "").trim();
}

/**
 * The text of the release that a tag names; without a tag, of this version or, until it has a section
 * of its own, of what is unreleased.
 *
 * @throws OperatorError (resource) if the tag is not this version's, or nothing is said of it.
 */
export function releaseNotes(text: string, version: string, tag?: string): string {
  if (tag !== undefined && tag !== `v${version}`) {
    const what = `is ${JSON.stringify(version)}, and the tag is ${JSON.stringify(tag)}, not ` +
      JSON.stringify(`v${version}`);
    throw new OperatorError(EXIT.resource, what, "deno.json: version");
  }
  const notes = sectionOf(text, version) ??
    (tag === undefined ? sectionOf(text, UNRELEASED) : undefined);
  if (notes === undefined || notes === "") {
    const what = `says nothing under ${JSON.stringify(`## [${version}]`)}`;
    throw new OperatorError(EXIT.resource, what, CHANGELOG);
  }
  return `${notes}\n`;
}

if (import.meta.main) {
  await runScript({
    name: "deno task changelog",
    summary: "Print what the changelog says of this version",
    description: "Prints the changelog's section of this version, without its heading; until " +
      "there is one, what is unreleased.",
    flags: [
      {
        name: "tag",
        kind: "text",
        value: "TAG",
        help: "refuse unless this is the version's tag and it has a section",
      },
      {
        name: "out",
        kind: "text",
        value: "FILE",
        offers: "file",
        help: "write to a file instead",
      },
    ],
    exits: [{ status: EXIT.resource, means: "nothing is said of this version" }],
  }, async ({ flags: { tag, out } }) => {
    const notes = releaseNotes(await readSource(CHANGELOG), VERSION, tag);
    if (out === undefined) console.log(notes.trimEnd());
    else await Deno.writeTextFile(out, notes);
  });
}
