/**
 * Faults in how a node keeps a log.
 *
 * @module
 */

import type { Fault } from "./campaign.ts";
import { edit } from "./edits.ts";

const DURABLE = {
  path: "tests/node/log_durable_test.ts",
  test: "log: statements are durable before they are sent, floors before anything is deleted",
};

/** In keeping, deleting, and at the border. */
export const LOG_NODES: readonly Fault[] = [
  {
    name: "a node tells what it states before that is durable",
    origin: "easy to get wrong: outcomes need no sync, for messages show them",
    edits: [
      edit("node/log/log_keeping.ts", '["checkpoint", "closing", "floor"', '["closing", "floor"'),
    ],
    caughtBy: DURABLE,
  },
  {
    name: "a node deletes messages before its floor is durable",
    origin: "what a floor invites: after a loss of power the messages are gone and the floor too",
    edits: [
      edit("node/log/log_keeping.ts", '"closing", "floor", "snapshot"', '"closing", "snapshot"'),
    ],
    caughtBy: DURABLE,
  },
  {
    name: "a node deletes messages above its floor",
    origin: "a border by one",
    edits: [
      edit(
        "node/log/log_forgetting.ts",
        "this.#journal.forget(BigInt(this.#below)",
        "this.#journal.forget(BigInt(this.#below + 1)",
      ),
    ],
    caughtBy: {
      path: "tests/node/log_test.ts",
      test: "log: what all have certified is forgotten, on disk too; entries stay as retained",
    },
  },
  {
    name: "a node takes in messages of any instance",
    origin: "a window that nobody checks at the border: a peer fills any disk",
    edits: [
      edit(
        "node/taking.ts",
        "if (outside !== undefined) return this.refuse(outside, source, id);",
        "",
      ),
    ],
    caughtBy: {
      path: "tests/node/rejection_codes_test.ts",
      test: "OUTSIDE_WINDOW is counted, and the acceptors go on deciding",
    },
  },
  {
    name: "followers of decisions count those that are forgotten",
    origin: "this program: a follower turned for ever once the first decisions were deleted",
    edits: [edit("process/follow.ts", "next = Math.max(next, book.first)", "next")],
    caughtBy: {
      path: "tests/process/follow_test.ts",
      test: "who follows from the start begins at the first decision that is not forgotten",
    },
  },
];
