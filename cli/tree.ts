/**
 * Everything that can be said to a program, as one tree: for those who explain or complete it.
 *
 * @module
 */

import type { Command } from "./command.ts";
import type { Flag, Positional, ProgramSpec } from "./flags.ts";
import { STANDARD_FLAGS } from "./help.ts";

/** A program, or a command of one. */
export interface Tree {
  /** Names from the program's on: `["hetpaxos", "evidence", "list"]`. */
  readonly path: readonly string[];
  /** One line. */
  readonly summary: string;
  /** One paragraph. */
  readonly description: string;
  /** What it accepts; undefined for one that has commands instead. */
  readonly spec: ProgramSpec | undefined;
  /** All flags, those of every program included. */
  readonly flags: readonly Flag[];
  /** What is not a flag. */
  readonly positionals: readonly Positional[];
  /** Its commands. */
  readonly children: readonly Tree[];
}

/** Describes a command and all below it, loading what is loaded lazily. */
export async function treeOf(command: Command, path: readonly string[]): Promise<Tree> {
  const described = await command.describe();
  const { summary } = command;
  if (described.kind === "program") {
    const { spec } = described;
    return {
      ...{ path, summary, spec, description: spec.description, children: [] },
      flags: [...spec.flags, ...STANDARD_FLAGS],
      positionals: spec.positionals ?? [],
    };
  }
  const { description, commands } = described;
  const children = await Promise.all(
    commands.map((child) => treeOf(child, [...path, child.name])),
  );
  return {
    ...{ path, summary, spec: undefined, description, positionals: [] },
    flags: STANDARD_FLAGS,
    children,
  };
}

/** The tree with a command `help` in each group, which can be followed by what it explains. */
export function withHelp(tree: Tree): Tree {
  if (tree.spec !== undefined) return tree;
  const help = helpNode(tree, [...tree.path, "help"]);
  return { ...tree, children: [...tree.children.map(withHelp), help] };
}

function helpNode(about: Tree, path: readonly string[]): Tree {
  return {
    ...{ path, description: "", spec: undefined, flags: [], positionals: [] },
    summary: path.at(-1) === "help" ? "Explain a command" : about.summary,
    children: about.children.map((child) => helpNode(child, [...path, child.path.at(-1)!])),
  };
}

/** A tree and all below it, parents first. */
export function nodesOf(tree: Tree): Tree[] {
  return [tree, ...tree.children.flatMap(nodesOf)];
}

/** Whether a flag is followed by a value. */
export function takesValue(flag: Flag): boolean {
  return "value" in flag;
}

/** Whether a flag may be given again. */
export function mayRepeat({ kind }: Flag): boolean {
  return kind === "list" || kind === "count";
}

/** The names of flags that a flag contradicts, whichever of the two says so. */
export function excludedBy(flag: Flag, flags: readonly Flag[]): string[] {
  const others = flags.filter(({ excludes }) => excludes?.includes(flag.name));
  return [...new Set([...flag.excludes ?? [], ...others.map(({ name }) => name)])];
}
