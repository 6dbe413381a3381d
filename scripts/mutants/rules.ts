/**
 * Faults in the rules of the protocol: who may vote for what, and which learner graphs are fit to run.
 *
 * @module
 */

import type { Fault } from "./campaign.ts";
import { core, edit } from "./edits.ts";

const PAPER = "tests/paper_test.ts";

/** In what acceptors and learners make of messages. */
export const VOTES: readonly Fault[] = [
  {
    name: "acceptors let every 1a pass at once",
    origin: "this program before: a liar with one 1a per window kept learners undecided",
    edits: [
      edit(
        "core/windows.ts",
        "if (origin === undefined) return true;",
        "if (first !== -1) return true;",
      ),
    ],
    caughtBy: {
      path: "tests/sim/spoiler_test.ts",
      test: "spoiler: while it goes on every learner decides within the bound",
    },
  },
  {
    name: "a 1a that goes with another is forgotten by one of two who know of it",
    origin: "this program before: it was never asked for again, and an acceptor never voted",
    edits: [
      edit(
        "core/held.ts",
        "return [...gone, { gone: arrived, rejection }];",
        "return [{ gone: arrived, rejection }];",
      ),
    ],
    caughtBy: {
      path: "tests/core/windows_test.ts",
      test: "windows: whatever has to go because of one 1a is refused, itself and others",
    },
  },
  {
    name: "a 1a that waits is refused when it comes again by a clock set back",
    origin: "this program before: the process ended when it was delivered",
    edits: [
      edit(
        "core/timing.ts",
        "if (held.has(proposal.id) || future.some((one) => one.proposal.id === proposal.id)) return;",
        "",
      ),
    ],
    caughtBy: {
      path: "tests/core/windows_test.ts",
      test: "windows: one that waits goes on waiting if it comes again after the clock is set back",
    },
  },
  {
    name: "a decision does not count the message that completes it",
    origin: "the reference: with exactly a quorum alive nothing is decided",
    edits: core("Decision: the message that completes the quorum does not count"),
    caughtBy: {
      path: PAPER,
      test: "Learner: after each delivery check Decision_a; the completing message counts",
    },
  },
  {
    name: "burial is tested for the learner who asks, not the 2a's own",
    origin: "the reference: learners starve",
    edits: core("Buried: tested for the learner who asks, not the 2a's own"),
    caughtBy: {
      path: PAPER,
      test: "Con2as_a(x): the b tested for burial is the 2a's own learner, not a",
    },
  },
  {
    name: "burial counts messages that do not know the 2a",
    origin: "a clause left out: m in Tran(w)",
    edits: core("Buried: w need not know m"),
    caughtBy: {
      path: PAPER,
      test: "Buried_b(m,y), TR: signers who know z but not m do not count",
    },
  },
  {
    name: "fresh compares ballots, not values",
    origin: "a slip: a 2a would bind against its own value, too",
    edits: core("fresh: compares ballots, not values"),
    caughtBy: { path: PAPER, test: "fresh_a(x): every m in Con2as_a(x) has V(m) = V(x)" },
  },
  {
    name: "a 2a is sent though the own 1b is not fresh",
    origin: "a clause left out: the signer is in q",
    edits: core("2a: the signer need not be in q"),
    caughtBy: { path: PAPER, test: "2a for a: x's signer is in q_a(x)" },
  },
  {
    name: "a 2a is repeated for every further 1b",
    origin: "the papers allow it, so that a liar's 1bs cost everybody signatures",
    edits: core("2a: may be repeated"),
    caughtBy: {
      path: PAPER,
      test: "WellFormed 2a: for one not already served by the same signer in this ballot",
    },
  },
  {
    name: "a 1b is accepted twice in a ballot",
    origin: "a clause left out: no other acceptor message of the ballot",
    edits: core("1b: an earlier acceptor message of the same ballot is no obstacle"),
    caughtBy: {
      path: PAPER,
      test: "WellFormed 1b: no other acceptor message in Tran(x) has ballot b(x)",
    },
  },
  {
    name: "a stale 1a stays recent",
    origin: "TR does not say that it is dropped; HP2 does",
    edits: core("acceptor: a stale 1a stays recent"),
    caughtBy: { path: PAPER, test: "otherwise the stale 1a is dropped from recent (HP2)" },
  },
  {
    name: "a message refers to all that was received since the one before",
    origin: "the papers: after a long outage of a quorum nobody takes what is signed, for good",
    edits: [
      ...core("refs: what is in another's past is referred to as well"),
      edit("core/acceptor.ts", "if (beside.length >= BRANCHES_MAX) return;", ""),
    ],
    caughtBy: {
      path: "tests/node/long_outage_test.ts",
      test: "after a long outage of a quorum the instance decides, with refsMax 64",
    },
  },
  {
    name: "branches that another liar's message has brought are not counted",
    origin: "easily done: each of them grows, and is referred to",
    edits: [edit("core/acceptor.ts", "if (beside.length >= BRANCHES_MAX) return;", "")],
    caughtBy: {
      path: "tests/core/refs_test.ts",
      test: "refs: whatever two liars do with their branches, no draft has more than the limit",
    },
  },
  {
    name: "only messages referred to directly are seen to equivocate",
    origin: "a slip: refs taken for Tran",
    edits: core("Caught: only by messages referred to directly"),
    caughtBy: {
      path: PAPER,
      test: "Caught(x): two messages of one signer, neither in the other's Tran",
    },
  },
  {
    name: "acceptors keep no windows",
    origin: "windows that proposers keep alone: one well-timed 1a per ballot spoils an instance",
    edits: [edit("core/timing.ts", "if (rule === undefined ||", "if (true ||")],
    caughtBy: {
      path: "tests/core/windows_test.ts",
      test:
        "windows: a second proposer's 1a waits for its window, and does not tear the first's down",
    },
  },
  {
    name: "acceptors send 2as at any time",
    origin: "this program before: a liar that times its votes kept learners undecided",
    edits: [edit("core/quiet.ts", "const QUIET = 1 / 4;", "const QUIET = 0;")],
    caughtBy: {
      path: "tests/core/quiet_test.ts",
      test:
        "quiet: a 2a that becomes due too late to be known is sent when it will be known in time",
    },
  },
  {
    name: "unknown refs are ignored",
    origin: "another implementation",
    edits: [
      edit(
        "core/instance.ts",
        "if (missing.length === 0) return deliver(",
        "return deliver(",
      ),
      edit(
        "core/facts.ts",
        "if (entry === undefined) violated(",
        "if (entry === undefined) continue;\n    if (false) violated(",
      ),
    ],
    caughtBy: {
      path: PAPER,
      test: "deliver(m): all refs known; until then it waits and missing refs are asked for",
    },
  },
  {
    name: "every 1b counts as fresh",
    origin: "the rule that the protocol stands on, left out: learners disagree",
    edits: [
      edit(
        "core/facts.ts",
        "freshFor(graph, facts, facts.own2as)",
        "(1n << BigInt(graph.learnerCount)) - 1n",
      ),
    ],
    caughtBy: { sim: 40 },
  },
];

/** In learner graphs. */
export const GRAPHS: readonly Fault[] = [
  {
    name: "a learner without a self-edge is accepted",
    origin: "the reference: one honest cluster can hand it two values",
    edits: [edit("config/validity.ts", "if (undeclared !== undefined) {", "if (false) {")],
    caughtBy: {
      path: "tests/config/graph_mistakes_test.ts",
      test: "refused: a learner that agrees with nobody",
    },
  },
  {
    name: "self-edges are ignored when learners are connected",
    origin: "a slip: pairs taken to be of two",
    edits: [
      edit(
        "core/connected.ts",
        "if (!edge.safe.satisfiedBy(safe)) continue;",
        "if (edge.a === edge.b || !edge.safe.satisfiedBy(safe)) continue;",
      ),
    ],
    caughtBy: {
      path: "tests/graph/graph_property_test.ts",
      test: "connected is a safe set of the closed graph without anybody caught",
    },
  },
  {
    name: "learners are connected by the open graph",
    origin: "a slip: the configuration taken for the closed graph",
    edits: core("Con: by the open graph, not the closed one"),
    caughtBy: {
      path: PAPER,
      test: "Con_a(x): a safe set of {a,b} in the closed graph without anybody in Caught(x)",
    },
  },
  {
    name: "validity is checked on the open graph",
    origin: "a slip: agreement that follows from two promises is not checked",
    edits: [
      edit(
        "graph/validity.ts",
        "if (!entangled(graph, a, b, all)) continue;",
        "if (!graph.spec.safety.some((edge) => edge.a === a && edge.b === b)) continue;",
      ),
    ],
    caughtBy: {
      path: "tests/config/graph_mistakes_test.ts",
      test: "a promise that follows from others only is named as such",
    },
  },
  {
    name: "who may starve whom is not said if it takes too long to find out",
    origin: "this program: given up silently, as if there were nobody",
    edits: [
      edit("graph/starvation.ts", 'stopped) return "unknown";', "stopped) return undefined;"),
    ],
    caughtBy: {
      path: "tests/graph/starvation_test.ts",
      test: "a search that is stopped says unknown, and leaves nobody out",
    },
  },
  {
    name: "an empty quorum is accepted",
    origin: "another implementation: it decides at once",
    edits: [
      edit("config/graph.ts", "if (of.length === 0) {", "if (false) {"),
      edit("config/graph.ts", "threshold < 1 || threshold > of", "threshold > of"),
      edit("core/quorum.ts", "threshold >= 1 && threshold <= of", "threshold <= of"),
    ],
    caughtBy: {
      path: "tests/config/graph_mistakes_test.ts",
      test: "refused: an empty quorum",
    },
  },
];
