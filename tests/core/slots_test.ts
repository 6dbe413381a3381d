/**
 * When a proposer offers in windows that acceptors keep.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { newInstance, step } from "../../lib/core/instance.ts";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { type KeptWindows, newProposer, stepProposer } from "../../lib/core/proposer.ts";
import type { Message, Proposal } from "../../lib/core/types.ts";
import { addMs, msBetween, type Timestamp } from "../../lib/core/types.ts";
import { nextTurn, type WindowRule } from "../../lib/core/windows.ts";
import { thresholds } from "../../lib/sim/graphs.ts";
import { Acceptor } from "./windows_stage.ts";
import { acceptorMessage, hashOf, identify, proposalOf } from "../../lib/sim/ids.ts";

const GRAPH = makeLearnerGraph(thresholds(4, [3], "TECHNICAL_REPORT"));
const LIMITS = {
  inboxRefsPerPeerMax: 100,
  inboxWaitMsMax: 500,
  futureProposalsMax: 3,
  clockSkewMsMax: 10_000,
};
/** Windows of 100, 200, 300, ... ms: of the first, 0, 1, 2, 3, others, 0, ... */
const RULE: WindowRule = { rotation: [0, 1, 2, 3], hasOthers: true, windowMsMin: 100 };
const START: Timestamp = { seconds: 1_000, nanos: 0 };

const at = (ms: number) => addMs(START, ms);

const offer = (proposer: number, ms: number): Proposal =>
  proposalOf({ ...at(ms), valueHash: hashOf(`value ${proposer}`), proposer });

Deno.test("windows: ballots of an owner are above whatever may still pass in its window", () => {
  const pace: KeptWindows = { rule: RULE, clockSkewMsMax: 10_000 };
  for (let index = 6; index < 400; index += 5) {
    const startMs = 100 * index * (index + 1) / 2;
    const lengthMs = 100 * (index + 1);
    const offers = offersOf(0, pace, startMs, startMs + lengthMs - 1);
    assertEquals(offers.length, 6);
    for (const ms of offers) assert(ms - startMs >= lengthMs / 4, `${ms} of window ${index}`);
    offers.slice(1).forEach((ms, i) => {
      assert(Math.abs(ms - offers[i]! - lengthMs / 8) <= 1, `${offers} of window ${index}`);
    });
  }
});

/** When a proposer offers, asked whenever it wants to be. The instance began at 0, with somebody else. */
function offersOf(self: number, pace: KeptWindows, fromMs: number, untilMs: number): number[] {
  const context = { graph: GRAPH, limits: LIMITS, self: undefined };
  const instance = newInstance(context, identify);
  const hear = (message: Message, ms: number) =>
    step(context, instance, { kind: "message", message, source: "", now: at(ms) });
  if (fromMs > 0) hear(offer(9, 0), 0);
  const proposer = newProposer(hashOf("own"), 1n, self);
  const offers: number[] = [];
  for (let ms: number | undefined = fromMs; ms !== undefined && ms <= untilMs;) {
    const effects = stepProposer(GRAPH, instance, proposer, pace, at(ms), 0.5);
    const before: number = ms;
    ms = undefined;
    for (const effect of effects) {
      if (effect.kind === "wake") ms = msBetween(START, effect.at);
      if (effect.kind !== "propose") continue;
      offers.push(before);
      hear(proposalOf(effect.ballot), before);
    }
    assert(ms === undefined || ms > before, `woken at ${before}, wants to be woken at ${ms}`);
  }
  return offers;
}

Deno.test("windows: a proposer offers at once where nobody has, then three times in each of its own, and six in long ones", () => {
  const pace: KeptWindows = { rule: RULE, clockSkewMsMax: 10_000 };
  // Of 1 are window 2, from 300 to 600 ms, and window 7, from 2800 to 3600 ms.
  assertEquals(offersOf(1, pace, 0, 3_599), [
    0,
    375,
    450,
    525,
    3_000,
    3_100,
    3_200,
    3_300,
    3_400,
    3_500,
  ]);
  // The open window of all others, a long one from 1500 to 2100 ms: each begins a little later than it may.
  const others = [8, 9].map((self) => offersOf(self, pace, 1, 2_099));
  for (const offers of others) {
    assertEquals(offers.length, 6);
    for (const ms of offers) assert(ms >= 1_650 && ms < 2_100, `${ms}`);
  }
  assert(others[0]![0] !== others[1]![0]);
});

Deno.test("windows: ballots are not closer than a ballot takes, but three where there is time", () => {
  const offers = (roundMs: number, untilMs: number) =>
    offersOf(1, { rule: RULE, clockSkewMsMax: 10_000, roundMs }, 1, untilMs).length;
  assertEquals([70, 100, 200, 9_000].map((roundMs) => offers(roundMs, 599)), [3, 2, 1, 0]);
  assertEquals(offers(500, 3_599) - offers(500, 599), 1);
  // Whatever is believed of ballots, windows get long enough.
  const startMs = windowOf1(100);
  assertEquals(
    offersOf(1, { rule: RULE, clockSkewMsMax: 10_000, roundMs: 1e9 }, startMs, startMs + 10_000)
      .length,
    3,
  );
});

Deno.test("windows: the only ballot that is known has more time, until there is another", () => {
  const pace: KeptWindows = { rule: RULE, clockSkewMsMax: 10_000, patienceMs: 3_150 };
  // Not before it has had its time, then in the slots of window 7.
  assertEquals(offersOf(1, pace, 0, 3_599), [0, 3_150, 3_200, 3_300, 3_400, 3_500]);
  const context = { graph: GRAPH, limits: LIMITS, self: undefined };
  const instance = newInstance(context, identify);
  const does = (proposer: ReturnType<typeof newProposer>, ms: number) =>
    stepProposer(GRAPH, instance, proposer, pace, at(ms), 0.5)[0]!.kind;
  const hear = (message: Message, ms: number) =>
    step(context, instance, { kind: "message", message, source: "", now: at(ms) });
  const [mine, forever] = [false, true].map((goesOn) => newProposer(hashOf("own"), 1n, 1, goesOn));
  const first = offer(9, 0);
  hear(first, 0);
  assertEquals(does(newProposer(hashOf("own"), 1n, 1), 376), "propose", "nobody has taken it");
  hear(acceptorMessage(2, undefined, [first.id]), 377);
  // Who waits for no decision gives it no time.
  assertEquals([does(mine!, 380), does(forever!, 380)], ["wake", "propose"]);
  hear(offer(3, 381), 381);
  assertEquals(does(mine!, 390), "propose");
});

Deno.test("windows: a ballot is not alone where another is held that somebody has taken", () => {
  const pace: KeptWindows = { rule: RULE, clockSkewMsMax: 10_000, patienceMs: 3_150 };
  const alice = new Acceptor();
  const mine = newProposer(hashOf("own"), 1n, 0);
  const offers = (ms: number) =>
    stepProposer(GRAPH, alice.state, mine, pace, at(ms), 0.5)
      .flatMap((effect) => effect.kind === "propose" ? [proposalOf(effect.ballot)] : []);
  alice.hear(0, ...offers(0));
  // Window 1, of 0, is from 100 to 300 ms: nothing newer than of 125 ms passes as belated.
  const other = offer(2, 140);
  alice.hear(141, other);
  assertEquals([alice.state.held.size, offers(155)], [1, []]);
  alice.hear(156, acceptorMessage(3, undefined, [other.id]));
  assertEquals([alice.state.held.size, offers(156).length], [1, 1]);
});

/** When the first window of 1 from `index` on begins. */
function windowOf1(index: number): number {
  const own = nextTurn(RULE, 9, 1, index);
  return 100 * own * (own + 1) / 2;
}
