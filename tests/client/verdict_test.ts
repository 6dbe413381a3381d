/**
 * Verdicts on learners from what acceptors say of themselves.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { StatusAnswer } from "../../lib/client/types.ts";
import { outlookOf, verdicts } from "../../lib/client/verdict.ts";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { thresholdOf } from "../../lib/core/quorum.ts";
import { gone, NAMES, well } from "./answers.ts";

const graph = makeLearnerGraph({
  acceptors: NAMES,
  learners: ["Eve", "Frank"],
  quorums: [thresholdOf(2, [0, 1, 2]), thresholdOf(3, [0, 1, 2, 3])],
  safety: [],
  burial: "TECHNICAL_REPORT",
});
const CONTEXT = { graph, clockSkewMsMax: 10_000 };
const CAN = [
  "Eve can decide; nothing is proposed now",
  "Frank can decide; nothing is proposed now",
];

/** All four well, but for those given. */
function sentences(...others: StatusAnswer[]): string[] {
  const answers = NAMES.map((name) => others.find((one) => one.acceptor === name) ?? well(name));
  return verdicts(CONTEXT, answers).map(({ sentence }) => sentence);
}

Deno.test("learners can decide as long as a quorum of theirs is well", () => {
  assertEquals(sentences(), CAN);
  assertEquals(sentences(gone("Dave")), CAN);
});

Deno.test("who does not answer is named where it matters", () => {
  assertEquals(sentences(gone("Carol"), gone("Dave")), [
    CAN[0],
    "Frank cannot decide: needs any 3 of Alice, Bob, Carol, Dave; Carol does not answer " +
    "(connection refused); Dave does not answer (connection refused)",
  ]);
  assertEquals(
    sentences(gone("Bob"), gone("Carol"))[0],
    "Eve cannot decide: needs any 2 of Alice, Bob, Carol; Bob does not answer (connection " +
      "refused); Carol does not answer (connection refused)",
  );
});

Deno.test("who does not vote yet is named with those it waits for", () => {
  const recovering = well("Carol", NAMES, { votes: false, waitsFor: ["Bob", "Dave"] });
  assertEquals(
    sentences(gone("Dave"), recovering)[1],
    "Frank cannot decide: needs any 3 of Alice, Bob, Carol, Dave; Carol does not vote yet: it " +
      "waits to hear from Bob, Dave; Dave does not answer (connection refused)",
  );
});

Deno.test("a clock that is off is told if it surely is; behind it is of no use, ahead it is", () => {
  const off = (name: string, offsetMs: number, uncertaintyMs: number) =>
    well(name, NAMES, { clock: { offsetMs, uncertaintyMs } });
  assertEquals(
    sentences(off("Carol", -3_600_000, 20), off("Bob", -7_200_000, 20)),
    [
      "Eve cannot decide: needs any 2 of Alice, Bob, Carol; the clock of Bob is 7200 s behind " +
      "ours; the clock of Carol is 3600 s behind ours",
      "Frank cannot decide: needs any 3 of Alice, Bob, Carol, Dave; the clock of Bob is 7200 s " +
      "behind ours; the clock of Carol is 3600 s behind ours",
    ],
  );
  const ahead = "the clock of Bob is 7200 s ahead of ours, and others refuse what it proposes: " +
    "set it";
  assertEquals(sentences(off("Bob", 7_200_000, 20)), [
    `Eve can decide, but ${ahead}`,
    `Frank can decide, but ${ahead}`,
  ]);
  assertEquals(sentences(off("Carol", -10_500, 600), off("Bob", 9_000, 1)), CAN);
});

Deno.test("if most clocks are off alike it is ours that is", () => {
  const off = (name: string, offsetMs: number) =>
    well(name, NAMES, { clock: { offsetMs, uncertaintyMs: 5 } });
  const three = ["Alice", "Bob", "Carol"];
  assertEquals(
    sentences(...three.map((name) => off(name, -3_600_000)), gone("Dave"))[0],
    "Eve can decide, but our clock is 3600 s ahead of those of Alice, Bob, Carol, so that they " +
      "refuse what is proposed here: set it",
  );
  assertEquals(
    sentences(...three.map((name) => off(name, 3_600_000)), off("Dave", 0))[1],
    "Frank can decide, but our clock is 3600 s behind those of Alice, Bob, Carol, so that what " +
      "they say is refused here: set it",
  );
  const late = [off("Bob", 3_600_000), off("Carol", 3_600_000), off("Alice", 3_600_000)];
  assertEquals(
    outlookOf(CONTEXT, [...late, off("Dave", 0)]).unable.get("Dave"),
    ["the clock of Dave is 3600 s behind most others'"],
  );
});

Deno.test("what is refused lately is told by whose it is and why; what was long ago is not", () => {
  const refusing = (agoMs: bigint) =>
    ["Alice", "Bob"].map((name) =>
      well(name, NAMES, {
        refusedFrom: [
          { name: "client_1", code: "FAR_FUTURE", count: 3n, agoMs, detail: "far" },
          { name: "Dave", code: "INBOX_FULL", count: 2n, agoMs, detail: "full" },
          { name: "client_0", code: "CONFIG_MISMATCH", count: 1n, agoMs, detail: "rules differ" },
          { name: "client_0", code: "OVERTAKEN", count: 1n, agoMs, detail: "as it goes" },
        ],
      })
    );
  assertEquals(
    sentences(...refusing(10n))[0],
    [
      "Eve can decide, but Alice, Bob refuse what client_0 sends: rules differ",
      "Alice, Bob refuse what client_1 sends: ballots are further ahead of their clocks than " +
      "clockSkewMsMax: compare its clock (FAR_FUTURE, 6 times)",
      "Alice, Bob refuse what Dave sends: more waits for other messages than their " +
      "inboxRefsPerPeerMax (INBOX_FULL, 4 times)",
    ].join("; "),
  );
  assertEquals(sentences(...refusing(120_000n)), CAN);
});

Deno.test("a refused link is not told once something that came over a later one was refused", () => {
  const refused = (code: string, agoMs: bigint) => (
    { name: "Erin", code, count: 1n, agoMs, detail: "configurations differ" }
  );
  const says = (mismatchMs: bigint) =>
    sentences(well("Alice", NAMES, {
      refusedFrom: [refused("CONFIG_MISMATCH", mismatchMs), refused("INBOX_FULL", 1_000n)],
    }))[0]!;
  assertStringIncludes(says(900n), "configurations differ");
  assertStringIncludes(says(900n), "INBOX_FULL");
  assert(!says(1_500n).includes("configurations differ"));
  assertStringIncludes(says(1_500n), "INBOX_FULL");
});

Deno.test("another configuration, another version, last words, and who signs nothing", () => {
  assertEquals(
    sentences(
      well("Alice", NAMES, {
        peers: [{
          ...{ name: "Dave", role: "acceptor", connected: false, lastError: "connection refused" },
          lastWords: "its journal cannot be written",
        }],
      }),
      well("Carol", NAMES, { configMismatch: "the rules differ" }),
      gone("Dave"),
    )[1],
    "Frank cannot decide: needs any 3 of Alice, Bob, Carol, Dave; the configuration of Carol is " +
      "not ours: the rules differ; Dave does not answer (connection refused; it said last to " +
      "Alice: its journal cannot be written)",
  );
  const open = {
    ...{ instance: 7n, highest: undefined, waiting: 0n, windowOwner: "", windowLeftMs: 0n },
    ...{ held: [], silent: true, why: [{ learner: "Frank", cause: "starved", text: "so it is" }] },
  };
  assertEquals(
    sentences(
      well("Bob", NAMES, { protocolVersion: 1 }),
      well("Dave", NAMES, { open: [open] }),
      gone("Carol"),
    )[1],
    "Frank cannot decide: needs any 3 of Alice, Bob, Carol, Dave; Bob speaks version 1 of the " +
      "conversation, and we 2: update Bob; Carol does not answer (connection refused)",
  );
  assertEquals(sentences(well("Dave", NAMES, { open: [open] })), [
    "Eve can decide",
    "Frank can decide, but instance 7 waits: so it is",
  ]);
  const answers = NAMES.map((name) => well(name, NAMES, name === "Dave" ? { open: [open] } : {}));
  assertEquals([...outlookOf(CONTEXT, answers, 7n).unable], [
    ["Dave", ["Dave signs nothing in instance 7"]],
  ]);
  assertEquals(outlookOf(CONTEXT, answers, 8n).unable.size, 0);
});

Deno.test("sides without a link between them are told apart; one link in either direction is one", () => {
  const sides = [["Alice", "Bob"], ["Carol", "Dave"]];
  const split = sides.flatMap((side) => side.map((name) => well(name, side)));
  assertEquals(sentences(...split), [
    CAN[0],
    "Frank cannot decide: needs any 3 of Alice, Bob, Carol, Dave; no links between Alice, Bob | " +
    "Carol, Dave",
  ]);
  assertEquals(
    sentences(...split.slice(0, 2), ...split.slice(3), well("Carol", ["Bob", "Dave"])),
    CAN,
  );
});
