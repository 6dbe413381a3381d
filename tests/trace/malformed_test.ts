/**
 * What is no trace: one clear line each, with the number of the line and the place within it.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { TraceError } from "../../lib/trace/field.ts";
import { LineSplitter } from "../../lib/trace/lines.ts";
import { replay, Replayer } from "../../lib/trace/replay.ts";
import { LINE_LENGTH_MAX } from "../../lib/trace/reader.ts";

const RULE = { kind: "threshold", threshold: 1, of: [{ kind: "acceptor", index: 0 }] };
const GRAPH = {
  acceptors: ["Alice"],
  learners: ["Eve"],
  quorums: [RULE],
  safety: [{ a: 0, b: 0, safe: RULE }],
  burial: "HP2",
};
const LIMITS = {
  inboxRefsPerPeerMax: 10,
  inboxWaitMsMax: 10,
  futureProposalsMax: 10,
  clockSkewMsMax: 10,
};
const HEADER = { trace: 2, node: "Alice", self: 0, graph: GRAPH, limits: LIMITS };
const OPEN = { node: "Alice", instance: "7", open: "votes" };
const NOW = { seconds: 1, nanos: 0 };
const TICK = { kind: "tick", now: NOW };
const MESSAGE = { kind: "acceptor", id: "m", signer: 0, refs: [] };
const DECISION = {
  learner: 0,
  ballot: { ...NOW, valueHash: "v", proposer: 0 },
  proposal: "p",
  signers: "0x1",
};

function step(input: unknown, effects: readonly unknown[] = []): object {
  return { node: "Alice", instance: "7", step: 0, input, effects };
}

function restore(message: unknown): object {
  return step({ kind: "restore", message, now: NOW });
}

function decide(decision: unknown): object {
  return step(TICK, [{ kind: "decide", decision }]);
}

function proposal(proposer: unknown, entropy: unknown): object {
  const rest = { settings: {}, now: NOW, entropy, effects: [] };
  return { node: "Alice", instance: "7", step: 0, proposer, ...rest };
}

let deepRule: object = { kind: "acceptor", index: 0 };
for (let i = 0; i < 40; i++) deepRule = { kind: "threshold", threshold: 1, of: [deepRule] };

/** Lines, and what is said of the last of them. */
const MALFORMED: readonly (readonly [readonly (object | string)[], string])[] = [
  [["{"], "$: not JSON"],
  [[""], "$: not JSON"],
  [["7"], "$: 7 is not an object"],
  [["[]"], "$: [] is not an object"],
  [[{}], '$: has no "node"'],
  [[{ ...HEADER, trace: 1 }], "$.trace: is 1; this program reads 2"],
  [[{ ...HEADER, more: 1 }], '$: has "more", which the format does not know'],
  [[{ ...HEADER, self: 1 }], "$.self: 1 is not a whole number from 0 to 0"],
  [[{ ...HEADER, node: "" }], "$.node: is empty"],
  [[{ ...HEADER, node: "x".repeat(5_000) }], "$.node: is longer than 4096 characters"],
  [[{ ...HEADER, limits: {} }], '$.limits: has no "inboxRefsPerPeerMax"'],
  [
    [{ ...HEADER, limits: { ...LIMITS, inboxWaitMsMax: -1 } }],
    "$.limits.inboxWaitMsMax: -1 is not a number from 0 to 9007199254740991",
  ],
  [
    [{ ...HEADER, graph: { ...GRAPH, quorums: [] } }],
    "$.graph.quorums: is not one rule for each learner",
  ],
  [
    [{ ...HEADER, graph: { ...GRAPH, quorums: [{ ...RULE, threshold: 2 }] } }],
    "$.graph.quorums[0].threshold: 2 is not a whole number from 1 to 1",
  ],
  [
    [{ ...HEADER, graph: { ...GRAPH, quorums: [{ ...RULE, of: [] }] } }],
    "$.graph.quorums[0].of: has fewer than 1 items",
  ],
  [
    [{ ...HEADER, graph: { ...GRAPH, quorums: [deepRule] } }],
    `$.graph.quorums[0]${".of[0]".repeat(33)}: is more than 32 rules deep`,
  ],
  [
    [{ ...HEADER, graph: { ...GRAPH, burial: "NEVER" } }],
    '$.graph.burial: "NEVER" is not one of "TECHNICAL_REPORT", "HP2"',
  ],
  [[OPEN], "$.node: no header of Alice comes before"],
  [[HEADER, { ...OPEN, open: true }], '$.open: true is not one of "votes", "asks", "forked"'],
  [[HEADER, { ...OPEN, instance: 7 }], "$.instance: 7 is not a text"],
  [
    [HEADER, { ...OPEN, instance: "18446744073709551616" }],
    "$.instance: is not a number from 0 to 18446744073709551615 in quotes",
  ],
  [[HEADER, OPEN, OPEN], "$.open: instance 7 of Alice is open already"],
  [[HEADER, step(TICK)], "$.instance: instance 7 of Alice is not open"],
  [
    [HEADER, OPEN, { ...step(TICK), step: 1 }],
    "$.step: is 1 where 0 is expected: lines are missing, or not in order",
  ],
  [
    [HEADER, OPEN, { ...step(TICK), step: -1 }],
    "$.step: -1 is not a whole number from 0 to 9007199254740991",
  ],
  [
    [HEADER, OPEN, { node: "Alice", instance: "7", step: 0, close: false }],
    "$.close: is not true",
  ],
  [
    [HEADER, OPEN, step({ kind: "tock" })],
    '$.input.kind: "tock" is not one of "message", "tick", "restore", "vote"',
  ],
  [[HEADER, OPEN, step({ kind: "tick" })], '$.input: has no "now"'],
  [
    [HEADER, OPEN, step({ kind: "tick", now: { seconds: 0.5, nanos: 0 } })],
    "$.input.now.seconds: 0.5 is not a whole number from -9007199254740991 to 9007199254740991",
  ],
  [
    [HEADER, OPEN, step({ kind: "tick", now: { seconds: 0, nanos: 1e9 } })],
    "$.input.now.nanos: 1000000000 is not a whole number from 0 to 999999999",
  ],
  [
    [HEADER, OPEN, step({ kind: "vote", allowed: 1, now: NOW })],
    "$.input.allowed: 1 is not true or false",
  ],
  [
    [HEADER, OPEN, restore({ ...MESSAGE, refs: ["a", "b", "c", 4] })],
    "$.input.message.refs[3]: 4 is not a text",
  ],
  [[HEADER, OPEN, restore({ ...MESSAGE, refs: {} })], "$.input.message.refs: {} is not an array"],
  [
    [HEADER, OPEN, restore({ ...MESSAGE, signer: 1 })],
    "$.input.message.signer: there are 1 acceptors, from 0 on",
  ],
  [[HEADER, OPEN, restore({ ...MESSAGE, prev: null })], "$.input.message.prev: null is not a text"],
  [
    [HEADER, OPEN, decide({ ...DECISION, signers: "0x01" })],
    "$.effects[0].decision.signers: is not a mask such as 0x5",
  ],
  [
    [HEADER, OPEN, decide({ ...DECISION, signers: 5 })],
    "$.effects[0].decision.signers: 5 is not a text",
  ],
  [
    [HEADER, OPEN, step(TICK, [{ kind: "caught", acceptor: 0, evidence: ["a", "b", "c"] }])],
    "$.effects[0].evidence: has more than 2 items",
  ],
  [[HEADER, OPEN, proposal({}, 0)], '$.proposer: has no "serves"'],
  [
    [HEADER, OPEN, proposal({ serves: "0x1", starved: "0x0", caught: "0x0", forGood: "0x0" }, 2)],
    "$.entropy: 2 is not a number from 0 to 1",
  ],
];

Deno.test("what is no line of a trace is told by number and place", async (t) => {
  for (const [lines, what] of MALFORMED) {
    await t.step(what.slice(0, 100), () => {
      const texts = lines.map((line) => typeof line === "string" ? line : JSON.stringify(line));
      const error = assertThrows(() => replay(texts), TraceError);
      assertEquals(error.message, `line ${lines.length}: ${what}`);
    });
  }
});

Deno.test("what the core itself cannot take is a difference, not a crash", () => {
  const lines = [HEADER, OPEN, restore({ ...MESSAGE, refs: ["unknown"] })];
  const difference = replay(lines.map((line) => JSON.stringify(line)))!;
  const { line, node, instance, effect, expected } = difference;
  assertEquals({ line, node, instance, effect, expected }, {
    line: 3,
    node: "Alice",
    instance: 7n,
    effect: 0,
    expected: undefined,
  });
  assertEquals(
    difference.message,
    "line 3: Alice, instance 7, effect 0: recorded nothing more, now an exception: " +
      "refs-known: a message is judged only when all it refers to is known; but m refers to unknown",
  );
});

Deno.test("lines are cut wherever the bytes are", () => {
  const bytes = new TextEncoder().encode("één\n\n🎉 two\nrest €");
  for (let size = 1; size <= bytes.length; size++) {
    const splitter = new LineSplitter();
    const lines: string[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      lines.push(...splitter.push(bytes.subarray(at, at + size)));
    }
    assertEquals(lines, ["één", "", "🎉 two"]);
    assertEquals(splitter.rest, "rest €");
  }
});

Deno.test("a line without end is refused before it fills the memory", () => {
  const splitter = new LineSplitter();
  assertEquals(splitter.push(new TextEncoder().encode("one\n")), ["one"]);
  const megabyte = new Uint8Array(1024 * 1024).fill(0x20);
  const error = assertThrows(() => {
    for (let i = 0; i < 1_000; i++) splitter.push(megabyte);
  }, TraceError);
  assertEquals(error.message, `line 2: $: is longer than ${LINE_LENGTH_MAX} characters`);
});

Deno.test("a last line without its end is taken if it is whole, else said to be cut off", () => {
  const replayer = new Replayer();
  assertEquals(replayer.takeRest(""), undefined);
  assertEquals(replayer.takeRest(JSON.stringify(HEADER).slice(0, -1)), "cut off");
  assertEquals(replayer.lines, 0);
  assertEquals(replayer.takeRest(JSON.stringify(HEADER)), undefined);
  assertEquals(replayer.lines, 1);
});
