/**
 * Subtle faults of nodes, links, journals and the log: what is lost is missed late, or by one who does
 * not complain.
 *
 * @module
 */

import type { Fault } from "./campaign.ts";
import { edit } from "./edits.ts";
import { PUT_IN, UNSEEN } from "./subtle_core.ts";

/** Of nodes. */
const NODES: readonly Fault[] = [
  {
    name: "an acceptor votes when the first of several messages that it has lost is here",
    origin: UNSEEN,
    edits: [
      edit("node/voting.ts", "!known.delete(id) || known.size > 0", "!known.delete(id)"),
    ],
    caughtBy: {
      path: "tests/node/voting_test.ts",
      test: "who has been shown several messages of its own votes when the last of them is here",
    },
  },
  {
    name: "what was refused counts as taken in, and is never offered again",
    origin: PUT_IN,
    edits: [edit("node/offers.ts", "      stretch.isAllHere &&= isHere;\n", "")],
    caughtBy: {
      path: "tests/node/fetcher_offers_test.ts",
      test: "what is refused whoever sends it has been dealt with, but not taken in",
    },
  },
  {
    name: "what came and had to go again counts as never supplied",
    origin: PUT_IN,
    edits: [
      edit("node/again.ts", "      known.unanswered = 0;\n      return;", "      return;"),
    ],
    caughtBy: {
      path: "tests/node/dropped_test.ts",
      test: "a message for which there was no room is asked for again, though nothing refers to it",
    },
  },
  {
    name: "who follows decisions is told of one that could not be kept",
    origin: UNSEEN,
    edits: [
      edit(
        "node/node.ts",
        "    const isLasting = lasting ||",
        "    if (decided) this.decisions.announce();\n    const isLasting = lasting ||",
      ),
    ],
    caughtBy: {
      path: "tests/node/disk_fault_test.ts",
      test: "a decision that cannot be kept is told to nobody",
    },
  },
  {
    name: "a value is forgotten with one instance, though another has it",
    origin: UNSEEN,
    edits: [
      edit(
        "node/ledger.ts",
        "    if (value !== undefined) this.#pending.values.set(record.valueHash!, value);\n",
        "",
      ),
    ],
    caughtBy: {
      path: "tests/node/ledger_test.ts",
      test:
        "a value stays as long as an instance has it, whatever is forgotten before that is kept",
    },
  },
  {
    name: "bytes of 1as that came too fast are counted for ever",
    origin: PUT_IN,
    edits: [edit("node/held.ts", "    this.#bytes -= sizeOf(wire);\n", "")],
    caughtBy: {
      path: "tests/node/held_test.ts",
      test: "of the 1as that came too fast a few bytes are kept, and the last 1a however large",
    },
  },
  {
    name: "only the first who refers to something is asked for it",
    origin: PUT_IN,
    edits: [edit("node/lack.ts", "lack.turns++ % referrers.length", "lack.turns++ * 0")],
    caughtBy: {
      path: "tests/node/fetcher_turns_test.ts",
      test: "those who should have it are asked in turn, with growing pauses",
    },
  },
  {
    name: "a debt is forgotten for many that are used less",
    origin: PUT_IN,
    edits: [
      edit("node/rates.ts", "    if (known !== undefined) this.#buckets.delete(key);\n", ""),
    ],
    caughtBy: {
      path: "tests/node/rates_test.ts",
      test: "rates: a key is not forgotten for thousands of others that are used less",
    },
  },
];

/** Of links, journals and the log. */
const OTHERS: readonly Fault[] = [
  {
    name: "each announcement puts off those before it",
    origin: `${PUT_IN}; a busy peer is never told, and sends everything`,
    edits: [edit("link/haves.ts", "this.#dueMs ??= nowMs", "this.#dueMs = nowMs")],
    caughtBy: {
      path: "tests/node/peer_knowledge_test.ts",
      test: "haves gather for a while, and leave out what others imply",
    },
  },
  {
    name: "what a slow peer did not get is passed over when it falls back to offers",
    origin: PUT_IN,
    edits: [
      edit(
        "link/feed.ts",
        "this.#cursor = Math.min(this.#cursor!, ...queued);",
        "this.#cursor = Math.max(this.#cursor!, ...queued);",
      ),
    ],
    caughtBy: {
      path: "tests/node/feed_test.ts",
      test: "going back to offers loses neither own messages nor others', nor repeats any",
    },
  },
  {
    name: "an old copy of a journal goes on where the lost one had been",
    origin: PUT_IN,
    edits: [edit("store/runs.ts", "runs[index + 1]?.start ?? length", "length")],
    caughtBy: {
      path: "tests/store/journal_property_test.ts",
      test: "a journal on disk says what one in memory says, restarts or not",
    },
  },
  {
    name: "a client that is heard of again stays the next to be forgotten",
    origin: UNSEEN,
    edits: [
      edit(
        "log/sessions.ts",
        "    this.#byClient.delete(client);\n    this.#byClient.set",
        "    this.#byClient.set",
      ),
    ],
    caughtBy: {
      path: "tests/log/sessions_test.ts",
      test: "sessions: what is admitted, whom they forget, and their bytes are a plain twin's",
    },
  },
  {
    name: "closings that a restart has interrupted are not sent again",
    origin: UNSEEN,
    edits: [
      edit(
        "log/restoring.ts",
        '    for (const signed of made.values()) effects.push({ kind: "send closing", signed });\n',
        "    void made;\n",
      ),
    ],
    caughtBy: {
      path: "tests/log/closing_test.ts",
      test: "log: a closing is told again after a restart: peers may not have heard of it",
    },
  },
  {
    name: "what a signer has stated is left out of what stands for its log",
    origin: `${PUT_IN}; after a restart it may state something else`,
    edits: [
      edit(
        "log/restoring.ts",
        "if (signed.statement.signer === self) kept",
        "if (signed.statement.signer !== self) kept",
      ),
    ],
    caughtBy: {
      path: "tests/log/log_property_test.ts",
      test: "log: prefix, chain, deliveries, statements, window, floor are what section 8 says",
    },
  },
  {
    name: "pauses of a learner grow though it gets on",
    origin: UNSEEN,
    edits: [
      edit(
        "log/progress.ts",
        "const times = before?.prefix === log.prefix ? before.times + 1 : 0;",
        "const times = (before?.times ?? -1) + 1;",
      ),
    ],
    caughtBy: {
      path: "tests/log/progress_test.ts",
      test:
        "progress: pauses double while a learner stands still, and begin anew when it has got on",
    },
  },
];

/** All of them. */
export const SUBTLE: readonly Fault[] = [...NODES, ...OTHERS];
