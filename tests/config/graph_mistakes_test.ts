import { assertEquals, assertThrows } from "@std/assert";
import { ValidityTooComplexError } from "../../lib/graph/validity.ts";
import { configOfJson } from "../../lib/config/parse.ts";
import { parseGraph } from "../../lib/config/graph.ts";
import { checkGraph } from "../../lib/config/validity.ts";
import { OperatorError } from "../../lib/wire/operator_error.ts";
import { Place } from "../../lib/wire/place.ts";
import { expectMessage, testAll } from "./mistakes.ts";
import { anyThree, sample } from "./sample.ts";

testAll([
  ["no learners", (c) => c.learners = {}, ": learners: has no learners"],
  [
    "a learner without quorums",
    (c) => c.learners.Eve = {},
    ": learners.Eve.quorums: is empty; list",
  ],
  [
    "a learner without a name",
    (c) => c.learners[""] = anyThree(),
    ': learners: the learner name "" is empty',
  ],
  [
    "an unknown acceptor",
    (c) => c.learners.Eve.quorums[2].names[1] = "Alyce",
    ': learners.Eve.quorums[2].names[1]: "Alyce" is not an acceptor; did you mean "Alice"?',
  ],
  [
    "an acceptor like no other",
    (c) => c.learners.Eve.quorums[0].names[0] = "Zacharias",
    ': learners.Eve.quorums[0].names[0]: "Zacharias" is not an acceptor; the acceptors are Alice,',
  ],
  [
    "a client in a quorum",
    (c) => c.learners.Eve.quorums[0].names[0] = "client_0",
    ': learners.Eve.quorums[0].names[0]: "client_0" is a client, not an acceptor',
  ],
  [
    "a name twice in a quorum",
    (c) => c.learners.Eve.quorums[0].names.push("Alice"),
    ': learners.Eve.quorums[0].names[3]: "Alice" is named twice',
  ],
  [
    "a name twice in a threshold",
    (c) => c.learners.Eve.quorums = [{ threshold: 2, of: ["Alice", "Bob", "Alice"] }],
    ': learners.Eve.quorums[0].of[2]: "Alice" is named twice',
  ],
  [
    "an unknown acceptor in a nested threshold",
    (c) =>
      c.learners.Eve.quorums = [{ threshold: 1, of: ["Bob", { threshold: 1, of: ["Carla"] }] }],
    ': learners.Eve.quorums[0].of[1].of[0]: "Carla" is not an acceptor; did you mean "Carol"?',
  ],
  [
    "an empty quorum",
    (c) => c.learners.Eve.quorums[1] = { names: [] },
    ": learners.Eve.quorums[1]: is an empty quorum, which everybody would satisfy",
  ],
  [
    "an empty safe set",
    (c) => c.safetySets.Eve.safetySets.Eve.quorums[0] = {},
    ": safetySets.Eve.safetySets.Eve.quorums[0]: is an empty safe set",
  ],
  [
    "no safe sets in a pair",
    (c) => c.safetySets.Eve.safetySets.Frank.quorums = [],
    ": safetySets.Eve.safetySets.Frank.quorums: is empty; list at least one safe set, or leave",
  ],
  [
    "a threshold above its size",
    (c) => c.learners.Eve.quorums = [{ threshold: 3, of: ["Alice", "Bob"] }],
    ": learners.Eve.quorums[0].threshold: is 3; of 2, at least 1 and at most 2 can be",
  ],
  [
    "no threshold",
    (c) => c.learners.Eve.quorums = [{ of: ["Alice", "Bob"] }],
    ": learners.Eve.quorums[0].threshold: is missing or 0; of 2,",
  ],
  [
    "names and of",
    (c) => c.learners.Eve.quorums[0].of = ["Bob"],
    ': learners.Eve.quorums[0]: has "names" and "of"; use one of them',
  ],
  [
    "names with a threshold",
    (c) => c.learners.Eve.quorums[0].threshold = 2,
    ': learners.Eve.quorums[0].threshold: does not go with "names"',
  ],
  [
    "a number as an operand",
    (c) => c.learners.Eve.quorums = [{ threshold: 1, of: [7] }],
    ": learners.Eve.quorums[0].of[0]: is the number 7; a name or a threshold",
  ],
  [
    "safe sets of an unknown learner",
    (c) => c.safetySets.Evo = c.safetySets.Eve,
    ': safetySets.Evo: "Evo" is not a learner; did you mean "Eve"?',
  ],
  [
    "safe sets with an unknown learner",
    (c) => c.safetySets.Eve.safetySets.Grace = anyThree(),
    ': safetySets.Eve.safetySets.Grace: "Grace" is not a learner; the learners are Eve, Frank',
  ],
  [
    "disagreement of nobody",
    (c) => c.allowDisagreement = ["Evi"],
    ': allowDisagreement[0]: "Evi" is not a learner; did you mean "Eve"?',
  ],
  [
    "disagreement of one who agrees",
    (c) => c.allowDisagreement = ["Eve"],
    ': allowDisagreement: "Eve" has safe sets, so it must agree',
  ],
  [
    "a learner that agrees with nobody",
    (c) => c.safetySets = { Frank: { safetySets: { Frank: anyThree() } } },
    ': safetySets.Eve: the learner "Eve" has no safe sets, so nothing keeps even its own',
  ],
  [
    "a learner that would not agree with itself",
    (c) => c.learners.Frank = { quorums: [{ threshold: 2, of: ["Alice", "Bob", "Carol"] }] },
    ': safetySets.Eve.safetySets.Frank: invalid learner graph: the learners "Eve" and "Frank" ' +
    "would not agree though the safe set {",
  ],
]);

Deno.test("an invalid graph is explained by two quorums and a safe set", () => {
  const config = sample();
  config.learners = { Frank: { quorums: [{ names: ["Alice"] }, { names: ["Bob"] }] } };
  config.safetySets = { Frank: { safetySets: { Frank: anyThree() } } };
  expectMessage(
    JSON.stringify(config),
    'alice.json: safetySets.Frank.safetySets.Frank: invalid learner graph: the learner "Frank" ' +
      "would not agree with itself though the safe set {Bob, Carol, Dave} is safe, for the " +
      'quorum {Alice} of "Frank" and the quorum {Bob} of "Frank" have no acceptor of it in ' +
      "common; use larger quorums or larger safe sets",
  );
});

Deno.test("a promise that follows from others only is named as such", () => {
  const config = sample();
  const quorums = { quorums: [{ names: ["Alice", "Bob"] }] };
  config.learners = {
    A: quorums,
    B: { quorums: [{ names: ["Bob", "Carol"] }] },
    C: {
      quorums: [{ names: ["Carol", "Dave"] }],
    },
  };
  config.safetySets = {
    A: { safetySets: { B: { quorums: [{ names: ["Bob"] }] } } },
    B: { safetySets: { C: { quorums: [{ names: ["Carol"] }] } } },
  };
  expectMessage(
    JSON.stringify(config),
    'alice.json: safetySets.A.safetySets.C: invalid learner graph: the learners "A" and "C" ' +
      "would not agree though the safe set {Bob, Carol} is safe (their agreement follows from " +
      'that with other learners), for the quorum {Alice, Bob} of "A" and the quorum {Carol, ' +
      'Dave} of "C" have no acceptor',
  );
});

Deno.test("a graph too irregular to check is refused, and how to write it is said", () => {
  const root = new Place("alice.json");
  const { learners, safetySets } = sample();
  const config = configOfJson({ learners, safetySets }, root);
  const parsed = parseGraph(config, ["Alice", "Bob", "Carol", "Dave"], [], root);
  const tooComplex = () => {
    throw new ValidityTooComplexError("the learner graph is hard");
  };
  const error = assertThrows(() => checkGraph(parsed, root, tooComplex), OperatorError);
  assertEquals(
    error.message,
    "alice.json: safetySets: the learner graph is hard; make the rules of learners more alike: " +
      "groups of acceptors that stand in the same thresholds everywhere cost nothing",
  );
});
