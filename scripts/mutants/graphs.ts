/**
 * Faults in what is said of learner graphs before they run.
 *
 * @module
 */

import type { Fault } from "./campaign.ts";
import { edit } from "./edits.ts";

const BY_ENUMERATION = "tests/graph/enumeration_test.ts";
const SETS = {
  path: BY_ENUMERATION,
  test: "quorums, blocking and splitting sets are those of enumeration",
};
const VALIDITY = {
  path: BY_ENUMERATION,
  test: "each pair of the closed graph is valid exactly if enumeration says so",
};

/** In the analysis of learner graphs. */
export const ANALYSIS: readonly Fault[] = [
  {
    name: "one acceptor in two quorums needs no liar",
    origin: "a slip: the last of a kind was taken not to be shared",
    edits: [edit("graph/split.ts", "if (common < 0) return;", "if (common < 1) return;")],
    caughtBy: SETS,
  },
  {
    name: "acceptors that demand different things are of one kind",
    origin: "a clause left out: what they demand belongs to them",
    edits: [edit("graph/symmetry.ts", '${home.join()} ${texts[index] ?? ""}', "${home.join()}")],
    caughtBy: SETS,
  },
  {
    name: "groups that look alike are taken to be alike",
    origin: "a short cut: their places are compared, the rules are not",
    edits: [
      edit(
        "graph/symmetry.ts",
        "return follows && rules.every((rule, i) => texts[i] === ruleText(rule, rename));",
        "return follows && rules.every((rule, i) => texts[i] === ruleText(rule, rename) || true);",
      ),
    ],
    caughtBy: SETS,
  },
  {
    name: "sets of like groups are counted once",
    origin: "a clause left out: which of the groups it is",
    edits: [edit("graph/minimal.ts", "sets *= binomial(left, same);", "")],
    caughtBy: SETS,
  },
  {
    name: "a threshold that can still just be met is taken for failed",
    origin: "a slip by one",
    edits: [
      edit("graph/solver.ts", "of.length - failed - need;", "of.length - failed - need - 1;"),
    ],
    caughtBy: VALIDITY,
  },
  {
    name: "a dead end is learned without the condition of a threshold",
    origin:
      "a clause left out: what follows from a rule only if it is used is taken to hold always",
    edits: [
      edit(
        "graph/solver.ts",
        "return guard === undefined || implied === not(guard) ? failed : [...failed, not(guard)];",
        "return failed;",
      ),
    ],
    caughtBy: SETS,
  },
  {
    name: "a learner is not joined to itself by an edge to another",
    origin: "a slip: only edges out of where it is are looked at",
    edits: [
      edit(
        "graph/validity.ts",
        "within(a) !== within(b) || itself(a) || itself(b)",
        "within(a) !== within(b)",
      ),
    ],
    caughtBy: VALIDITY,
  },
  {
    name: "what starves is looked for with one acceptor too few",
    origin: "a slip by one in what does not meet a threshold",
    edits: [
      edit(
        "graph/simplify.ts",
        "threshold: rule.of.length - rule.threshold + 1,",
        "threshold: Math.min(rule.of.length, rule.of.length - rule.threshold + 2),",
      ),
    ],
    caughtBy: {
      path: BY_ENUMERATION,
      test: "who may starve whom, and with how few, is that of enumeration",
    },
  },
  {
    name: "an edge is needless if others join its learners at all",
    origin: "easily done: where it alone holds is not looked for",
    edits: [
      edit(
        "graph/closure.ts",
        "if (walk === undefined) return true;",
        "if (walk === undefined) return false;",
      ),
    ],
    caughtBy: {
      path: BY_ENUMERATION,
      test: "what transitivity adds, and which edges add nothing, is that of enumeration",
    },
  },
  {
    name: "who is critical is judged as if liars helped",
    origin: "a slip: they may fall silent",
    edits: [
      edit("graph/what_if.ts", 'const left = decides === "yes" ? honest : up;', "const left = up;"),
    ],
    caughtBy: {
      path: BY_ENUMERATION,
      test: "what becomes of learners and pairs is that of enumeration",
    },
  },
  {
    name: "a repair is the first found, not the smallest",
    origin: "easily done: three changes are tried before one",
    edits: [edit("graph/repair.ts", "let depth = 0; depth <=", "let depth = EDITS_MAX; depth <=")],
    caughtBy: {
      path: "tests/graph/repair_test.ts",
      test: "a repair makes the graph valid, and no fewer edits do",
    },
  },
  {
    name: "derived safe sets promise by transitivity what cannot be kept",
    origin: "easily done: each pair by itself is right",
    edits: [
      edit(
        "graph/derive.ts",
        "if (violation === undefined) spec = wider;",
        'if (violation !== "unknown") spec = wider;',
      ),
    ],
    caughtBy: {
      path: "tests/graph/repair_test.ts",
      test: "derived safe sets are all that the quorums allow, and keep the graph valid",
    },
  },
];
