/**
 * Faults of nodes and their links: what a peer names costs too much, and what one peer has, or has
 * not, holds up everything.
 *
 * @module
 */

import type { Fault } from "./campaign.ts";
import { edit } from "./edits.ts";

const LOOKUPS = "tests/node/lookups_test.ts";
const OFFERS = "tests/node/fetcher_offers_test.ts";
const REFUSED = "tests/node/refused_past_test.ts";
const SHARE = "who names much that is in the journal only costs no more than its share";

/** In what links make of envelopes, and nodes of offers. */
export const CONVERSATIONS: readonly Fault[] = [
  {
    name: "what a peer has is followed into the past without bound",
    origin: "this program: 40 names, 1.4 kB, stopped an acceptor for 4.9 s",
    edits: [
      edit("link/peer_knowledge.ts", "(this.#mayRead() ? this.#ledger", "(true ? this.#ledger"),
    ],
    caughtBy: { path: LOOKUPS, test: `${SHARE}: have` },
  },
  {
    name: "what a peer wants is looked for without bound",
    origin: "this program: the same by another list",
    edits: [
      edit("link/feed.ts", "=== undefined && !this.#mayRead()) {", "=== undefined && false) {"),
    ],
    caughtBy: { path: LOOKUPS, test: `${SHARE}: want` },
  },
  {
    name: "what a peer offers is looked for without bound",
    origin: "this program: the same by another list",
    edits: [edit("link/offered.ts", "if (!this.#options.mayRead()) {", "if (false) {")],
    caughtBy: { path: LOOKUPS, test: `${SHARE}: offers` },
  },
  {
    name: "announcements pile up for a peer that does not read",
    origin: "this program: 50,000 kept, then one envelope with 48,976 ids",
    edits: [edit("link/haves.ts", "this.#waiting.size > IDS_MAX", "false")],
    caughtBy: {
      path: LOOKUPS,
      test: "announcements to a peer that does not read do not pile up",
    },
  },
  {
    name: "a supplier that brings a little all the time is never passed over",
    origin: "this program: it kept an acceptor from catching up and voting for hours",
    edits: [edit("node/offers.ts", "nowMs - askedMs >= PATIENCE_MS_MAX ||", "")],
    caughtBy: {
      path: OFFERS,
      test: "one that brings a little all the time holds nobody up for long, nor a second time",
    },
  },
  {
    name: "a slow supplier is asked first again",
    origin: "easily done: it costs every stretch the same patience",
    edits: [edit("node/offers.ts", "this.#slow.add(supplier);", "")],
    caughtBy: {
      path: OFFERS,
      test: "one that brings a little all the time holds nobody up for long, nor a second time",
    },
  },
  {
    name: "a spoilt copy counts as dealt with for everybody",
    origin: "easily done: one liar keeps a message from all who fetch it",
    edits: [edit("node/fetcher.ts", "else if (OF_THE_COPY.has(code))", "else if (false)")],
    caughtBy: {
      path: OFFERS,
      test: "a spoilt copy keeps nobody from getting a good one from others",
    },
  },
  {
    name: "what is refused for good keeps a stretch open",
    origin: "this program: a ballot by clocks an hour ahead, and nothing was decided for an hour",
    edits: [
      edit(
        "node/fetcher.ts",
        "else this.hopeless(id);",
        "else lack.isRefused = true;",
      ),
    ],
    caughtBy: {
      path: REFUSED,
      test: "a ballot by clocks that were ahead keeps nobody from voting after a restart",
    },
  },
  {
    name: "what waits for something refused keeps a stretch open",
    origin: "easily done: only the refused message itself is seen",
    edits: [
      edit("node/outcomes.ts", "if (current !== undefined) this.#giveUpIfHopeless(", "void ("),
    ],
    caughtBy: {
      path: REFUSED,
      test: "a value too large for one member keeps it from nothing else",
    },
  },
  {
    name: "a message too large for us has no name",
    origin: "this program: it was refused before it was named, and waited for for ever",
    edits: [edit("node/taking.ts", "source, this.#nameOf(message));", "source);")],
    caughtBy: {
      path: REFUSED,
      test: "a value too large for one member keeps it from nothing else",
    },
  },
  {
    name: "an acceptor votes where messages of its own wait to be taken in",
    origin: "easily done: what counts as dealt with is not known for that",
    edits: [
      edit(
        "node/voting.ts",
        "return this.#hasStarted && !this.#lost.has(instance) && this.#maySign(instance);",
        "return this.#hasStarted && this.#maySign(instance);",
      ),
    ],
    caughtBy: {
      path: REFUSED,
      test: "who is shown messages of its own that it cannot take in does not vote there",
    },
  },
  {
    name: "an acceptor answers what a message of its own waits for",
    origin: "this program: it had forgotten that it had, and equivocated; found by simulation",
    edits: [edit("core/instance.ts", "  doubt(state.acceptor, message);\n", "")],
    caughtBy: {
      path: "tests/core/doubt_test.ts",
      test: "an acceptor signs nothing while a message of its own, which it does not know, waits",
    },
  },
];
