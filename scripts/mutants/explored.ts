/**
 * Faults in what looks for faults: an exploration that leaves something out without saying so.
 *
 * @module
 */

import type { Fault } from "./campaign.ts";
import { edit } from "./edits.ts";

/** In the exploration. */
export const EXPLORED: readonly Fault[] = [
  {
    name: "the exploration leaves out a liar's replies to replies",
    origin:
      "seen here: refs with `prev` in their past were refused, three states of four not visited",
    edits: [
      edit(
        "explore/byzantine.ts",
        "candidate !== prev && (",
        "candidate !== prev && (prev === undefined || !pastOf(pools, candidate).has(prev)) && (",
      ),
    ],
    caughtBy: {
      path: "tests/explore/twins_test.ts",
      test: "twins: nothing else is left out of overlapping, 2 messages, 2 refs",
    },
  },
];
