/**
 * The worlds that TLC visits, and what must come of each.
 *
 * @module
 */

import { BYZANTINE, INVALID, MAJORITY } from "../../lib/explore/graphs.ts";
import { NESTED, OVERLAPPING, PAIR, withHp2 } from "../../lib/explore/graphs.ts";
import type { LearnerGraphSpec } from "../../lib/core/learner_graph.ts";
import { thresholdOf } from "../../lib/core/quorum.ts";
import type { Scenario } from "../../lib/explore/types.ts";
import type { Model } from "./models.ts";

type World = Omit<Scenario, "name">;

function world(
  spec: LearnerGraphSpec,
  values: readonly string[],
  more: Partial<World> = {},
): World {
  const offers = values.map((value, index) => ({ seconds: index + 1, value }));
  return { spec, byzantine: [], offers, ...more };
}

function overlapping(messages: number, refs: number, states: number): Model {
  return {
    name: `overlapping, ${messages} messages of the liar with ${refs} refs`,
    scenario: world(OVERLAPPING, ["v1"], {
      byzantine: [2],
      bounds: { messages, refs },
      skipFinished: true,
    }),
    states,
    sometimes: messages >= 2 && refs >= 2 ? ["decides", "for some learners only"] : [],
  };
}

/** Worlds in which everything must hold. The numbers are those of the explorer, with names. */
export const MODELS: readonly Model[] = [
  {
    name: "pair, three ballots",
    scenario: world(PAIR, ["v1", "v2", "v1"]),
    states: 2_810,
    sometimes: ["decides", "not fresh"],
  },
  {
    name: "nested, one ballot",
    scenario: world(NESTED, ["v1"]),
    states: 1_658,
    sometimes: ["all decide", "for some learners only", "second 2a in a ballot"],
  },
  {
    name: "equivocation, 1 message of the liar with 1 ref",
    scenario: world(BYZANTINE, ["v1"], { byzantine: [3], bounds: { messages: 1, refs: 1 } }),
    states: 6_313,
    sometimes: ["all decide"],
  },
  overlapping(1, 1, 1_167),
  overlapping(2, 1, 5_010),
  overlapping(2, 2, 11_424),
  overlapping(3, 1, 18_366),
  { ...overlapping(3, 2, 104_856), deep: true },
];

const ONE_OF_A = thresholdOf(1, [0]);
const TWO_OF_AB = thresholdOf(2, [0, 1]);

/** X needs A, Y and Z need A and B; X agrees with Y, Y with Z, while A is safe. */
const CHAIN: LearnerGraphSpec = {
  acceptors: ["A", "B"],
  learners: ["X", "Y", "Z"],
  quorums: [ONE_OF_A, TWO_OF_AB, TWO_OF_AB],
  safety: [{ a: 0, b: 1, safe: ONE_OF_A }, { a: 1, b: 2, safe: ONE_OF_A }],
  burial: "TECHNICAL_REPORT",
};

/** X needs A, Z needs A and B; they agree while A is safe. */
const ENDS: LearnerGraphSpec = {
  ...CHAIN,
  learners: ["X", "Z"],
  quorums: [ONE_OF_A, TWO_OF_AB],
  safety: [{ a: 0, b: 1, safe: ONE_OF_A }],
};

/** Faults in the definitions, and promises that no protocol can keep: each must be noticed. */
export const FAULTY_MODELS: readonly Model[] = [
  {
    name: "every 1b is fresh",
    scenario: world(PAIR, ["v1", "v2"]),
    fault: {
      from: "  \\A m \\in Binding(F, a, own, S, signer, caught) : ",
      to: "  \\A m \\in {} : ",
    },
    breaks: "Agreement",
  },
  {
    name: "freshness looks at one's own learner only",
    scenario: world(ENDS, ["v1", "v2"]),
    fault: {
      from: "\\E b \\in F[m].learners2a \\cap Connected(a, caught) :",
      to: "\\E b \\in F[m].learners2a \\cap {a} :",
    },
    breaks: "Agreement",
  },
  {
    name: "learners are connected by the graph as configured, not closed",
    scenario: world(CHAIN, ["v1", "v2"]),
    fault: {
      from: "\\E s \\in ClosedGraph[<<a, b>>] : s \\cap caught = {}}",
      to: "\\E s \\in Safety[<<a, b>>] : s \\cap caught = {}}",
    },
    breaks: "Agreement",
  },
  {
    name: "a 2a needs no quorum of fresh 1bs",
    scenario: world(withHp2(MAJORITY), ["v1", "v2", "v2"]),
    fault: {
      from: "  HasQuorum(a, FreshSigners(F, a, b, S)) /\\ signer \\in FreshSigners(F, a, b, S)",
      to: "  signer \\in FreshSigners(F, a, b, S)",
    },
    breaks: "Agreement",
  },
  {
    name: "a safe acceptor does not refer to its previous message",
    scenario: world(PAIR, ["v1", "v2"]),
    fault: { from: "recent |-> {x}, prev |-> x]", to: "recent |-> {}, prev |-> None]" },
    breaks: "SafeChain",
  },
  {
    name: "the message that completes a quorum does not count",
    scenario: world(PAIR, ["v1", "v2"]),
    fault: {
      from: "Decides(l, b) == HasQuorum(l, Voters(l, b))",
      to: "Decides(l, b) == \\E p \\in Voters(l, b) : HasQuorum(l, Voters(l, b) \\ {p})",
    },
    never: ["decides"],
  },
  {
    name: "quorums meet, but not in the safe set",
    scenario: world(INVALID, ["v1", "v2"]),
    breaks: "Agreement",
  },
];
