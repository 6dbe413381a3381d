/**
 * Verdicts on learners from what acceptors say of themselves.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { ClientError } from "../../lib/client/errors.ts";
import type { AcceptorStatus } from "../../lib/client/status.ts";
import type { StatusAnswer } from "../../lib/client/types.ts";
import { verdicts } from "../../lib/client/verdict.ts";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { thresholdOf } from "../../lib/core/quorum.ts";

const NAMES = ["Alice", "Bob", "Carol", "Dave"];
const graph = makeLearnerGraph({
  acceptors: NAMES,
  learners: ["Eve", "Frank"],
  quorums: [thresholdOf(2, [0, 1, 2]), thresholdOf(3, [0, 1, 2, 3])],
  safety: [],
  burial: "TECHNICAL_REPORT",
});
const CONTEXT = { graph, clockSkewMsMax: 10_000 };
const CAN = ["Eve can decide", "Frank can decide"];

/** What an acceptor says that is well and talks to some others. */
function well(name: string, others = NAMES, but: Partial<AcceptorStatus> = {}): StatusAnswer {
  const peers = NAMES.filter((other) => other !== name).map((other) => ({
    name: other,
    role: "acceptor",
    connected: others.includes(other),
    lastError: "",
  }));
  const status: AcceptorStatus = {
    agent: "test",
    uptimeMs: 1n,
    configDigest: "",
    instances: 0n,
    messagesKnown: 0n,
    messagesWaiting: 0n,
    messagesSigned: 0n,
    peers,
    rejections: {},
    caught: [],
    caughtCount: 0n,
    votes: true,
    waitsFor: [],
    decisionCount: 0n,
    clock: { offsetMs: 0, uncertaintyMs: 1 },
    certificateNotAfter: undefined,
    ...but,
  };
  return { acceptor: name, status };
}

function gone(acceptor: string): StatusAnswer {
  return { acceptor, error: new ClientError("UNREACHABLE", "connection refused") };
}

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
    "Eve can decide",
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

Deno.test("a clock that is off is told if it surely is", () => {
  const off = (name: string, offsetMs: number, uncertaintyMs: number) =>
    well(name, NAMES, { clock: { offsetMs, uncertaintyMs } });
  assertEquals(
    sentences(off("Carol", -3_600_000, 20), off("Bob", 7_200_000, 20)),
    [
      "Eve cannot decide: needs any 2 of Alice, Bob, Carol; the clock of Bob is 7200 s ahead of " +
      "ours; the clock of Carol is 3600 s behind ours",
      "Frank cannot decide: needs any 3 of Alice, Bob, Carol, Dave; the clock of Bob is 7200 s " +
      "ahead of ours; the clock of Carol is 3600 s behind ours",
    ],
  );
  assertEquals(sentences(off("Carol", -10_500, 600), off("Bob", 9_000, 1)), CAN);
});

Deno.test("sides without a link between them are told apart; one link in either direction is one", () => {
  const sides = [["Alice", "Bob"], ["Carol", "Dave"]];
  const split = sides.flatMap((side) => side.map((name) => well(name, side)));
  assertEquals(sentences(...split), [
    "Eve can decide",
    "Frank cannot decide: needs any 3 of Alice, Bob, Carol, Dave; no links between Alice, Bob | " +
    "Carol, Dave",
  ]);
  assertEquals(
    sentences(...split.slice(0, 2), ...split.slice(3), well("Carol", ["Bob", "Dave"])),
    CAN,
  );
});
