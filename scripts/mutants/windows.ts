/**
 * Faults in the windows that acceptors keep, and in what proposers make of them.
 *
 * @module
 */

import type { Fault } from "./campaign.ts";
import { edit } from "./edits.ts";

const WINDOWS = "tests/core/windows_test.ts";
const SECOND =
  "windows: a second proposer's 1a waits for its window, and does not tear the first's down";
const NEWEST = "windows: of each proposer the newest waits, and those for which something waits";

/** Whose 1a is delivered when, and who waits for whom. */
export const KEPT_WINDOWS: readonly Fault[] = [
  {
    name: "whose window it is is not looked at",
    origin: "a slip: then everybody's 1as pass, in everybody's window",
    edits: [edit("core/windows.ts", ": owner === proposer;", ": true;")],
    caughtBy: { path: WINDOWS, test: SECOND },
  },
  {
    name: "what is held is dropped for ever",
    origin: "a slip: nobody looks at it again when its window comes",
    edits: [edit("core/timing.ts", "  deliverHeld(timing);\n}", "}")],
    caughtBy: { path: WINDOWS, test: SECOND },
  },
  {
    name: "a held 1a that somebody has taken gives way to a newer one",
    origin: "a slip: what its takers say then waits for ever",
    edits: [
      edit("core/held.ts", "if (inbox.waitingFor.has(older.proposal.id)) continue;", ""),
    ],
    caughtBy: { path: WINDOWS, test: NEWEST },
  },
  {
    name: "held 1as are never bounded",
    origin: "a slip: strangers' ballots fill the memory until their windows come",
    edits: [edit("core/held.ts", "if (!hasRoomFor(accounts, limits, arrived)) {", "if (false) {")],
    caughtBy: { path: WINDOWS, test: NEWEST },
  },
  {
    name: "each 1a that is delivered begins the windows anew",
    origin: "a slip: a liar's next 1a is a first one again, and passes",
    edits: [
      edit(
        "core/windows.ts",
        "if (windows.origin !== undefined) return;\n  windows.first",
        "windows.first",
      ),
    ],
    caughtBy: { path: WINDOWS, test: "windows: whoever was first has no more windows for it" },
  },
  {
    name: "the first proposer's 1as pass in every window",
    origin: "a slip: the liar that opened an instance tears down every ballot in it",
    edits: [
      edit(
        "core/windows.ts",
        "if (index === 0) return first;",
        "if (first !== undefined) return first;",
      ),
    ],
    caughtBy: { path: WINDOWS, test: "windows: whoever was first has no more windows for it" },
  },
  {
    name: "others' ballots put back-off off without a bound",
    origin: "this program before: 11 ballots a second silenced a proposer",
    edits: [
      edit(
        "core/proposer.ts",
        "const until = compareTimestamps(wished, latest) < 0 ? wished : latest;",
        "const until = wished;",
      ),
    ],
    caughtBy: {
      path: "tests/node/proposing_test.ts",
      test: "a proposer holds back when it sees another's ballots, but not beyond its own bound",
    },
  },
  {
    name: "a starved learner is not looked at again when somebody is caught",
    origin: "this program before: it was given up though a liar's being caught had freed it",
    edits: [
      edit(
        "core/proposer.ts",
        "if (state.caught !== instance.view.caught) state.starved = state.forGood;",
        "",
      ),
    ],
    caughtBy: {
      path: "tests/node/starvation_test.ts",
      test: "a proposer rests when all others have decided, until somebody is caught",
    },
  },
  {
    name: "a ballot that is only slow is followed by another",
    origin: "this program before: under load every second instance had two",
    edits: [edit("core/slots.ts", "isAlone(instance, state)", "false")],
    caughtBy: {
      path: "tests/node/cost_test.ts",
      test: "when everything becomes slow at once, each decision still takes one ballot",
    },
  },
  {
    name: "a ballot counts as alone while another is held that somebody has taken",
    origin: "found by attacking real processes: the victim of two ballots at once waited for 2 s",
    edits: [
      edit(
        "core/slots.ts",
        "if (held.keys().some((id) => inbox.waitingFor.has(id))) return false;",
        "",
      ),
    ],
    caughtBy: {
      path: "tests/core/slots_test.ts",
      test: "windows: a ballot is not alone where another is held that somebody has taken",
    },
  },
];
