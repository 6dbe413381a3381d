/**
 * Faults of keeping by need: something is sent, told or forgotten because it is not kept yet.
 *
 * @module
 */

import type { Fault } from "./campaign.ts";
import { edit } from "./edits.ts";

const PRESSING = "tests/node/pressing_test.ts";

/** In nodes and links. */
export const KEEPING: readonly Fault[] = [
  {
    name: "a peer that asks gets what is not kept yet",
    origin: "this program, when what others have signed began to wait for the next commit",
    edits: [
      edit(
        "link/feed.ts",
        "if (record !== undefined && !this.#ledger.isKept(record)) continue;",
        "",
      ),
    ],
    caughtBy: {
      path: "tests/node/keeping_test.ts",
      test: "what is asked for before it is kept goes when it is, and not before",
    },
  },
  {
    name: "an instance comes back without what waits to be kept",
    origin: "what any cache in front of a journal invites: what it said last is forgotten",
    edits: [edit("node/ledger.ts", "if (record.instance === instance) records.push(record);", "")],
    caughtBy: {
      path: "tests/node/keeping_test.ts",
      test: "an instance that comes back has what waits to be kept, too",
    },
  },
  {
    name: "a decision that the journal passed over moves those after it",
    origin: "what following from memory invites: positions that are not those of the journal",
    edits: [
      edit(
        "node/recent_decisions.ts",
        "this.#decisions = isAll ?",
        "this.#decisions = count > 0 ?",
      ),
      edit(
        "node/recent_decisions.ts",
        "this.#first = count - this.#decisions.length;",
        "",
      ),
    ],
    caughtBy: {
      path: "tests/node/recent_decisions_test.ts",
      test: "a decision that the journal passes over does not move those after it",
    },
  },
  {
    name: "an own message waits for the disk as others' do",
    origin: "what a commit by need invites: nothing of it is urgent, or nothing is durable",
    edits: [
      edit(
        "node/outcomes.ts",
        "this.#isLasting = true;\n    this.#isUrgent = true;",
        "this.#isUrgent = true;",
      ),
    ],
    caughtBy: {
      path: "tests/node/cost_test.ts",
      test: "a decision costs two signatures and two synced commits at each acceptor",
    },
  },
  {
    name: "Propose is answered before the decision is kept",
    origin: "this program, when decisions began to be kept at the end of a turn",
    edits: [
      edit(
        "node/keeping.ts",
        'if (this.#options.urgency() === "none") callback();\n    else this.#waiting.push(callback);',
        "callback();",
      ),
    ],
    caughtBy: {
      path: "tests/node/keeping_test.ts",
      test: "who waits until all is kept is told then, and at once if it is",
    },
  },
  {
    name: "what does not press waits for ever",
    origin: "what any wait for company invites: nobody comes along",
    edits: [edit("link/feed.ts", "? 0 : nowMs + this.#patienceMs;", "? 0 : Infinity;")],
    caughtBy: {
      path: PRESSING,
      test: "what does not press goes with what does, in order, or after a while",
    },
  },
  {
    name: "a 2a presses for acceptors, and not for learners",
    origin: "what a wait for company invites: whoever is waited for waits",
    edits: [edit("link/pressing.ts", '(vote.kind === "1b") === isAcceptor', "isAcceptor")],
    caughtBy: { path: PRESSING, test: "a vote presses for those who wait for it" },
  },
];
