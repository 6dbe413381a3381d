/**
 * When acceptors send no 2as.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { newInstance, step } from "../../lib/core/instance.ts";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { votesAt } from "../../lib/core/quiet.ts";
import { addMs, type Message, msBetween, type Timestamp } from "../../lib/core/types.ts";
import { newWindows, type WindowRule } from "../../lib/core/windows.ts";
import { thresholds } from "../../lib/sim/graphs.ts";
import { hashOf, identify, proposalOf } from "../../lib/sim/ids.ts";

const GRAPH = makeLearnerGraph(thresholds(4, [3], "TECHNICAL_REPORT"));
const LIMITS = {
  inboxRefsPerPeerMax: 100,
  inboxWaitMsMax: 500_000,
  futureProposalsMax: 3,
  clockSkewMsMax: 10_000,
};
/** Windows of 160, 320, 480, ... ms; the fifth, from 1600 to 2400 ms, is 4's and has parts of 100 ms. */
const RULE: WindowRule = { rotation: [0, 1, 2, 4], hasOthers: false, windowMsMin: 160 };
const START: Timestamp = { seconds: 1_000, nanos: 0 };

const at = (ms: number) => addMs(START, ms);

Deno.test("quiet: a 2a waits at the end of a part, and at its beginning unless its ballot is new", () => {
  const when = (ms: number, answeredMs: number) => {
    const windows = { ...newWindows(), origin: START, answeredAt: at(answeredMs) };
    return msBetween(START, votesAt(RULE, windows, at(ms)));
  };
  assertEquals(when(1_590, 0), 1_590, "short windows have no quiet times");
  assertEquals(when(1_610, 1_605), 1_610, "answered in this part");
  assertEquals(when(1_610, 1_590), 1_625, "answered before it");
  assertEquals(when(1_640, 1_590), 1_640);
  assertEquals(when(1_675, 1_605), 1_725, "the end of a part");
  assertEquals(when(2_399, 2_390), 2_430, "the parts of the next window are longer");
});

/** An acceptor that has answered a 1a of window 4 and lacks one 1b, and what completes the quorum. */
function almost() {
  const context = { graph: GRAPH, limits: LIMITS, self: 0, windows: RULE };
  const state = newInstance(context, identify);
  const sent: string[] = [];
  const wakes: number[] = [];
  const run = (input: Parameters<typeof step>[2]) => {
    for (const effect of step(context, state, input)) {
      if (effect.kind === "send") sent.push(effect.entry.facts.kind);
      if (effect.kind === "wake") wakes.push(msBetween(START, effect.at));
    }
  };
  const hear = (message: Message, ms: number) =>
    run({ kind: "message", message, source: "", now: at(ms) });
  const offer = (proposer: number, ms: number) =>
    proposalOf({ ...at(ms), valueHash: hashOf(`value ${proposer}`), proposer });
  const answer = (signer: number, id: Message["id"]): Message => {
    const content = { signer, prev: undefined, refs: [id] };
    return { kind: "acceptor", id: identify(content), ...content };
  };
  hear(offer(9, 0), 0);
  const offered = offer(RULE.rotation[3]!, 1_801);
  hear(offered, 1_801);
  hear(answer(1, offered.id), 1_810);
  return { sent, wakes, hear, late: answer(2, offered.id), run };
}

Deno.test("quiet: a 2a that becomes due too late to be known is sent when it will be known in time", () => {
  const early = almost();
  early.hear(early.late, 1_850);
  assertEquals(early.sent, ["1b", "1b", "2a"]);
  const { sent, wakes, hear, late, run } = almost();
  hear(late, 1_890);
  assertEquals(sent, ["1b", "1b"]);
  assert(wakes.includes(1_925), `it wants to be woken at ${wakes}`);
  run({ kind: "tick", now: at(1_910) });
  assertEquals(sent, ["1b", "1b"]);
  run({ kind: "tick", now: at(1_925) });
  assertEquals(sent, ["1b", "1b", "2a"]);
});
