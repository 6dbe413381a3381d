/**
 * The programs that are shipped, and what each is allowed to do.
 *
 * @module
 */

/** A program that is shipped. */
export interface Program {
  /** As operators call it. */
  readonly name: string;
  /** Where it begins, relative to the repository. */
  readonly entry: string;
  /** The least that it works with. */
  readonly permissions: readonly string[];
}

// The network for its peers; files for the configuration, the journal and what it is told to write;
// what kind of terminal there is.
const PEER = ["--allow-net", "--allow-read", "--allow-write"] as const;
const NODE = [...PEER, "--allow-env=TERM,COLUMNS"] as const;

// And processes; and where the state of those that stay is to be.
const STARTER = [
  ...PEER,
  "--allow-run",
  "--allow-env=HOME,XDG_STATE_HOME,HETPAXOS_STATE_DIR,TERM,COLUMNS",
] as const;

/** All programs. The tasks in deno.json grant the same permissions: tests/house sees to that. */
export const PROGRAMS: readonly Program[] = [
  { name: "hetpaxos-acceptor", entry: "cli/acceptor.ts", permissions: NODE },
  { name: "hetpaxos-learner", entry: "cli/learner.ts", permissions: NODE },
  { name: "hetpaxos-proposer", entry: "cli/proposer.ts", permissions: NODE },
  // Its demonstration and its local clusters start processes.
  { name: "hetpaxos", entry: "cli/main.ts", permissions: STARTER },
];
