/**
 * Faults of journals: what is missing or damaged is not told, or what is neither is.
 *
 * @module
 */

import type { Fault } from "./campaign.ts";
import { edit } from "./edits.ts";

/** In files on disk. */
export const JOURNALS: readonly Fault[] = [
  {
    name: "a damaged log is an older journal",
    origin: "this program, and whoever leaves it to SQLite: a log ends where a frame does not fit",
    edits: [edit("store/sqlite_journal.ts", "this.#mark.require(counts);", "void counts;")],
    caughtBy: {
      path: "tests/store/mark_test.ts",
      test: "a byte turned, a page zeroed, a log cut short or deleted is damage, wherever it is",
    },
  },
  {
    name: "the mark tells of what is not certain yet",
    origin: "this program: an end that a loss of power has torn would count as damage",
    edits: [edit("store/sqlite_journal.ts", "if (durable) this.#mark.write", "this.#mark.write")],
    caughtBy: {
      path: "tests/store/mark_test.ts",
      test: "a log whose end a loss of power has torn is read up to there, whatever of it was lost",
    },
  },
  {
    name: "a journal taken away from beside its mark is made anew",
    origin: "this program: the acceptor has forgotten all it said, and nobody is told",
    edits: [edit("store/sqlite_file.ts", "new Mark(path).require(undefined);", "")],
    caughtBy: {
      path: "tests/store/mark_test.ts",
      test: "a journal taken away from beside its mark is missed, and none made in its place",
    },
  },
];
