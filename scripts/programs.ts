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
const NODE = [
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-env=TERM,COLUMNS",
] as const;

const STATE_PLACES = "--allow-env=HOME,XDG_STATE_HOME,HETPAXOS_STATE_DIR,TERM,COLUMNS";

/** All programs. The tasks in deno.json grant the same permissions: tests/house sees to that. */
export const PROGRAMS: readonly Program[] = [
  { name: "hetpaxos-acceptor", entry: "cli/acceptor.ts", permissions: NODE },
  { name: "hetpaxos-learner", entry: "cli/learner.ts", permissions: NODE },
  { name: "hetpaxos-proposer", entry: "cli/proposer.ts", permissions: NODE },
  // Its demonstration and cluster start processes; the latter looks where its state is to be.
  { name: "hetpaxos", entry: "cli/main.ts", permissions: [...NODE, "--allow-run", STATE_PLACES] },
];
