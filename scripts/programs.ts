/**
 * The programs that are shipped, and what each is allowed to do.
 *
 * @module
 */

import configuration from "../deno.json" with { type: "json" };

/** A program that is shipped. */
export interface Program {
  /** As operators call it. */
  readonly name: string;
  /** Where it begins, relative to the repository. */
  readonly entry: string;
  /** The set of permissions in deno.json that it works with. */
  readonly set: PermissionSet;
  /** The same as flags of Deno's, for what has no deno.json beside it. */
  readonly permissions: readonly string[];
}

/** Name of a set of permissions in deno.json. */
export type PermissionSet = keyof typeof configuration.permissions;

/** A set of permissions as flags: `--allow-net`, `--allow-env=TERM,COLUMNS`. */
export function flagsOf(set: PermissionSet): readonly string[] {
  const kinds: Readonly<Record<string, boolean | readonly string[]>> =
    configuration.permissions[set];
  return Object.entries(kinds).map(([kind, allowed]) =>
    Array.isArray(allowed) ? `--allow-${kind}=${allowed.join(",")}` : `--allow-${kind}`
  );
}

/** How Deno runs a bundled script: with nothing of a project around it, and asking nobody. */
export const SCRIPT_FLAGS = [
  ...["--quiet", "--no-prompt", "--no-config", "--no-remote", "--no-npm"],
] as const;

function program(name: string, entry: string, set: PermissionSet): Program {
  return { name, entry, set, permissions: flagsOf(set) };
}

/** All programs. The tasks in deno.json grant the same permissions: tests/house sees to that. */
export const PROGRAMS: readonly Program[] = [
  program("hetpaxos-acceptor", "cli/acceptor.ts", "node"),
  program("hetpaxos-learner", "cli/learner.ts", "node"),
  program("hetpaxos-proposer", "cli/proposer.ts", "node"),
  // Its demonstration and its local clusters start processes.
  program("hetpaxos", "cli/main.ts", "starter"),
];
