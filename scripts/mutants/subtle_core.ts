/**
 * Subtle faults, most of the core. The first six were seen by nothing once.
 *
 * @module
 */

import type { Fault } from "./campaign.ts";
import { edit } from "./edits.ts";

const SOURCES = {
  path: "tests/core/inbox_sources_test.ts",
  test: "inbox: whatever one peer sends, what others have sent goes on waiting, and all is counted",
};
const WAITING = {
  path: "tests/core/waiting_property_test.ts",
  test: "waiting: at every step all that waits is counted, and at the end nothing is",
};
/** How they came about. */
export const PUT_IN = "put in on purpose, to see who notices";
/** Likewise, of those that nothing noticed. */
export const UNSEEN = `${PUT_IN}: nothing did`;

/** Seen by nothing before all steps were looked at. */
const BLIND: readonly Fault[] = [
  {
    name: "an acceptor that takes back its own messages forgets what else it has heard",
    origin: UNSEEN,
    edits: [
      edit("core/acceptor.ts", "  for (const entry of others) remember(state, entry);\n", ""),
    ],
    caughtBy: WAITING,
  },
  {
    name: "a flooder pushes out what others have sent, too",
    origin: UNSEEN,
    edits: [edit("core/inbox_room.ts", "    if (waiting.sources.size > 0) continue;\n", "")],
    caughtBy: SOURCES,
  },
  {
    name: "what leaves the inbox is given back to one of its senders",
    origin: `${UNSEEN}; the others' room shrinks for ever`,
    edits: [
      edit(
        "core/inbox_room.ts",
        "    unplace(inbox, waiting, source);\n    credit(inbox.used, source, costOf(message));\n",
        "    unplace(inbox, waiting, source);\n    credit(inbox.used, source, costOf(message));\n" +
          "    break;\n",
      ),
    ],
    caughtBy: SOURCES,
  },
  {
    name: "who has lost its disk votes as soon as a quorum has answered",
    origin: `${UNSEEN}; the slow one alone may know its last message: it makes an equivocator`,
    edits: [edit("node/recovery.ts", "(!this.#patient && graph", "(graph")],
    caughtBy: { sim: 20 },
  },
  {
    name: "what is offered counts as had, with all that it refers to",
    origin: UNSEEN,
    edits: [
      edit(
        "link/peer_knowledge.ts",
        "  markOffered(id: MessageId): void {\n    this.#sent.add(id);",
        "  markOffered(id: MessageId): void {\n    const record = this.#ledger.recent(id);\n" +
          "    if (record !== undefined) this.mark(record);",
      ),
    ],
    caughtBy: {
      path: "tests/node/peer_knowledge_test.ts",
      test: "what is only offered is not had, nor what it refers to",
    },
  },
  {
    name: "who is caught is taken to be unable to vote in known ballots",
    origin: UNSEEN,
    edits: [edit("core/outlook.ts", "known.below = caught & active;", "known.below = 0n;")],
    caughtBy: {
      path: "tests/core/starvation_test.ts",
      test: "starved: a liar may still complete a known ballot of those who trust it",
    },
  },
];

/** Of the core. */
const CORE: readonly Fault[] = [
  {
    name: "what waits on keeps its place, and what waits behind it outstays its time",
    origin: UNSEEN,
    edits: [
      edit(
        "core/inbox.ts",
        "      inbox.waiting.delete(waiting.message.id);\n" +
          "      inbox.waiting.set(waiting.message.id, waiting);\n",
        "",
      ),
    ],
    caughtBy: SOURCES,
  },
  {
    name: "bytes of 1as that have waited are counted for ever",
    origin: `${UNSEEN}; in the end nobody's 1a may wait`,
    edits: [edit("core/future.ts", "  credit(futureBytes, source, bytes);\n", "")],
    caughtBy: WAITING,
  },
  {
    name: "what comes to those that wait for it counts as needed by nobody",
    origin: PUT_IN,
    edits: [
      edit(
        "core/inbox.ts",
        "waiting?.isNeeded ?? inbox.waitingFor.has(message.id)",
        "waiting?.isNeeded ?? false",
      ),
    ],
    caughtBy: {
      path: "tests/core/inbox_test.ts",
      test: "the way down to what is known is not given up for what comes on top",
    },
  },
  {
    name: "of two 1as that wait for a window the lower is taken first",
    origin: `${UNSEEN}; it costs a vote that leads nowhere`,
    edits: [
      edit(
        "core/timing.ts",
        "compareBallots(b.proposal.ballot, a.proposal.ballot)",
        "compareBallots(a.proposal.ballot, b.proposal.ballot)",
      ),
    ],
    caughtBy: {
      path: "tests/core/windows_test.ts",
      test: "windows: of two that wait for the same window the higher is taken, and costs one vote",
    },
  },
  {
    name: "who may vote again does not answer the 1a that came meanwhile",
    origin: UNSEEN,
    edits: [
      edit(
        "core/instance.ts",
        "const reply = highest1a === undefined\n",
        "const reply = highest1a !== undefined || true\n",
      ),
    ],
    caughtBy: {
      path: "tests/core/step_property_test.ts",
      test: "honest acceptors send, and observers report, what the literal rules say",
    },
  },
];

/** All of them. */
export const SUBTLE_CORE: readonly Fault[] = [...BLIND, ...CORE];
