/**
 * Which version this is: of the program, of the sources, of Deno, of the conversation.
 *
 * @module
 */

import configuration from "../deno.json" with { type: "json" };
import { PROTOCOL_VERSION } from "../lib/wire/protocol_version.ts";
import { BUILD_COMMIT } from "./build_info.ts";

/** The version of all programs. */
export const VERSION: string = configuration.version;

/** What is said where nobody knows the commit. */
const UNKNOWN = "unknown";

/** Digits of a commit that are shown to people. */
const COMMIT_DIGITS = 12;

/** What `--version` says, of a program that is called so. */
export function versionOf(program: string): {
  readonly text: string;
  readonly record: Readonly<Record<string, string | number>>;
} {
  const commit = BUILD_COMMIT === "" ? commitOfSources() : BUILD_COMMIT;
  const deno = Deno.version.deno;
  const parts = [`commit ${commit.slice(0, COMMIT_DIGITS)}`, `Deno ${deno}`];
  return {
    text: `${program} ${VERSION} (${[...parts, `protocol ${PROTOCOL_VERSION}`].join(", ")})\n`,
    record: {
      event: "version",
      program,
      version: VERSION,
      commit,
      deno,
      protocol: PROTOCOL_VERSION,
    },
  };
}

/**
 * The commit that is checked out where the sources are; "unknown" if they are in no repository, or
 * Deno does not permit to look.
 *
 * @param root The folder of the sources.
 */
export function commitOfSources(root: URL = new URL("../", import.meta.url)): string {
  if (root.protocol !== "file:") return UNKNOWN;
  const { state } = Deno.permissions.querySync({ name: "read", path: root });
  if (state !== "granted") return UNKNOWN;
  try {
    const git = gitFolder(root);
    const head = readLine(new URL("HEAD", git));
    return head.startsWith("ref: ") ? commitOf(git, head.slice(5)) : head;
  } catch {
    return UNKNOWN;
  }
}

/** The folder with HEAD: `.git`, or what a file `.git` of a linked work tree names. */
function gitFolder(root: URL): URL {
  const plain = new URL(".git", root);
  if (Deno.statSync(plain).isDirectory) return new URL(".git/", root);
  return new URL(`${readLine(plain).replace(/^gitdir: /, "")}/`, root);
}

function commitOf(git: URL, ref: string): string {
  let common = git;
  try {
    common = new URL(`${readLine(new URL("commondir", git))}/`, git);
  } catch {
    // Not a linked work tree: everything is in one folder.
  }
  try {
    return readLine(new URL(ref, common));
  } catch {
    const packed = Deno.readTextFileSync(new URL("packed-refs", common));
    return packed.split("\n").find((line) => line.endsWith(` ${ref}`))?.split(" ")[0] ?? UNKNOWN;
  }
}

function readLine(file: URL): string {
  return Deno.readTextFileSync(file).split("\n", 1)[0]!.trim();
}
