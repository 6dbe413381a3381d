/**
 * Deliberate mistakes in lib/core that the comparison with the oracle must notice.
 *
 * Not among them, because no history can tell it from the right rule: burial by ballots `>=` instead
 * of `>` (a ballot contains its value, so equal ballots have equal values).
 *
 * @module
 */

import { type Edit, type Mutation, mutation } from "./mutation.ts";
import { STEPS } from "./mutations_of_steps.ts";

export type { Edit, Mutation };

const WELL_FORMEDNESS: readonly Mutation[] = [
  mutation(
    "1b: an earlier acceptor message of the same ballot is no obstacle",
    "facts.ts",
    "if (past.highestVoted === proposal) {",
    "if (false) {",
  ),
  mutation(
    "1b: any 1a that is referred to directly will do, not only the highest",
    "past.ts",
    "    past.refersTo1a = false;\n",
    "",
  ),
  mutation(
    "2a: the signer need not be in q",
    "facts.ts",
    "(signers & own) !== 0n && graph",
    "graph",
  ),
  mutation(
    "2a: may be repeated",
    "facts.ts",
    "if ((learners & ~before) === 0n) {",
    "if (false) {",
  ),
  mutation(
    "2a: never a second one in a ballot, not even for another learner",
    "facts.ts",
    "if ((learners & ~before) === 0n) {",
    "if (before !== 0n) {",
  ),
  mutation(
    "prev: need not be the latest",
    "facts.ts",
    "prev === undefined ? latest.length > 0 : latest[0] !== prev",
    "false",
  ),
  mutation(
    "prev: one of several latest is enough",
    "facts.ts",
    "if (latest.length > 1) {",
    "if (false) {",
  ),
  mutation(
    "prev: need not be among the refs",
    "facts.ts",
    "prevId !== undefined && !message.refs.includes(prevId)",
    "false",
  ),
];

const CAUGHT: readonly Mutation[] = [
  mutation(
    "Caught: only by messages referred to directly",
    "past.ts",
    "mergeTips(known, theirs)",
    'mergeTips(known, "signer" in entry.message && ' +
      "entry.message.signer === signer ? [entry] : [])",
  ),
  mutation(
    "Caught: of two branches only the later one is kept",
    "caught.ts",
    "return [...tips.filter((known) => !isAncestorOrSelf(known, tip)), tip];",
    "return [tip];",
  ),
  mutation(
    "Caught: ancestry jumps too far back",
    "dag.ts",
    "jumpDepth >= depth ? jump! : prev!",
    "jump ?? prev!",
  ),
  mutation(
    "Caught: the evidence is the tips, not the fork",
    "dag.ts",
    "  while (a.chain!.depth > b.chain!.depth) a = a.chain!.prev!;\n",
    "",
  ),
  mutation(
    "Caught: not by two messages that meet in this one",
    "past.ts",
    "if (merged.length > 1) past",
    "if (merged.length > 2) past",
  ),
  mutation(
    "Caught: two single tips are taken for one signer's chain",
    "caught.ts",
    "isAncestorOrSelf(b, a) ? a : undefined",
    "a",
  ),
  {
    mistake: "Con: by the open graph, not the closed one",
    edits: [
      {
        file: "connected.ts",
        from: "const joined = component[edge.a]! | component[edge.b]! |",
        to: "const joined =",
      },
      {
        file: "connected.ts",
        from: "component[learner] = joined;",
        to: "component[learner] = component[learner]! | joined;",
      },
    ],
  },
  mutation(
    "Con: whoever is caught",
    "fresh.ts",
    "graph.connected(x.caught).forEach(",
    "graph.connected(0n).forEach(",
  ),
];

const BURIED: readonly Mutation[] = [
  {
    mistake: "Buried: tested for the learner who asks, not the 2a's own",
    edits: [
      {
        file: "fresh.ts",
        from: "conflicts && isBuried(graph, m, x, learner) ? undefined : m",
        to: "m",
      },
      {
        file: "fresh.ts",
        from: "if ((connected & locked) === 0n) fresh",
        to: "if (!binding.some((m, b) => ((connected & locked) >> BigInt(b) & 1n) === 1n && " +
          "!isBuried(graph, m!, x, learner))) fresh",
      },
    ],
  },
  mutation(
    "Buried: w need not know m",
    "buried.ts",
    "w.facts.tips[signer]!.some((tip) => isAncestorOrSelf(m, tip))",
    "true",
  ),
  mutation(
    "Buried: TR's rule taken for HP2's",
    "buried.ts",
    'if (graph.burial === "HP2") return true;',
    "return true;",
  ),
  mutation(
    "Buried: HP2's rule taken for TR's",
    "buried.ts",
    'if (graph.burial === "HP2") return true;',
    "",
  ),
  mutation(
    "Buried: by a 2a of any ballot",
    "highest_2a.ts",
    "rival !== undefined && compareBallots(rival.facts.ballot, ballot) > 0",
    "rival !== undefined",
  ),
  mutation(
    "Buried: by a 2a of the same value",
    "highest_2a.ts",
    "highest.best.facts.ballot.valueHash === ballot.valueHash",
    "false",
  ),
  mutation(
    "Buried: the highest 2a of another value is forgotten when a higher one comes",
    "highest_2a.ts",
    "other: sameValue ? other : best };",
    "other: undefined };",
  ),
  mutation(
    "Buried: the highest 2a of another value may be one of the same value",
    "highest_2a.ts",
    "  if (sameValue) return highest;\n",
    "",
  ),
];

const FRESH: readonly Mutation[] = [
  mutation(
    "fresh: compares ballots, not values",
    "fresh.ts",
    "if (m !== undefined && m.facts.ballot.valueHash !== x.ballot.valueHash) {",
    "if (m !== undefined && m.facts.ballot !== x.ballot) {",
  ),
  mutation(
    "fresh: only 2as for the learner who asks bind, not those for connected learners",
    "fresh.ts",
    "if ((connected & locked) === 0n) fresh",
    "if (((connected & locked) >> BigInt(learner) & 1n) === 0n) fresh",
  ),
  mutation(
    "fresh: 2as for learners that are not connected bind, too",
    "fresh.ts",
    "if ((connected & locked) === 0n) fresh",
    "if (locked === 0n) fresh",
  ),
  mutation(
    "fresh: a 2a for one learner makes those for others forgotten",
    "facts.ts",
    "own2as.push(serves ? entry : prev?.facts.own2as[learner]);",
    "own2as.push(serves ? entry : undefined);",
  ),
  mutation(
    "q: counts 1bs that are not fresh",
    "facts.ts",
    "((facts.fresh >> BigInt(learner)) & 1n) === 1n ? own : 0n",
    "own",
  ),
  mutation(
    "q: counts 1bs of lower ballots",
    "past.ts",
    "  if (order > 0) {\n",
    "  if (false) {\n",
  ),
  mutation(
    "q: a message shares its own with the first that it refers to",
    "past.ts",
    "past.freshSigners = theirs.slice();",
    "past.freshSigners = theirs as AcceptorSet[];",
  ),
];

/** All mistakes. */
export const MUTATIONS: readonly Mutation[] = [
  ...WELL_FORMEDNESS,
  ...CAUGHT,
  ...BURIED,
  ...FRESH,
  ...STEPS,
];
