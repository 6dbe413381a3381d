/**
 * Time does not run backwards without a word.
 *
 * @module
 */

import { assertEquals, assertThrows } from "@std/assert";
import { ballotTime } from "../../lib/core/ballot_time.ts";
import { type Input, newInstance, step } from "../../lib/core/instance.ts";
import { InvariantError } from "../../lib/core/invariant.ts";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { newProposer, stepProposer } from "../../lib/core/proposer.ts";
import { addMs, type Timestamp } from "../../lib/core/types.ts";
import { thresholds } from "../../lib/sim/graphs.ts";
import { acceptorMessage, hashOf, identify, proposalOf } from "../../lib/sim/ids.ts";

const GRAPH = makeLearnerGraph(thresholds(4, [3], "TECHNICAL_REPORT"));
const LIMITS = {
  inboxRefsPerPeerMax: 100,
  inboxWaitMsMax: 1_000,
  futureProposalsMax: 10,
  clockSkewMsMax: 10_000,
};
const NOW: Timestamp = { seconds: 1_000, nanos: 500_000_000 };
const BACKOFF = { backoffMsMin: 100, backoffMsMax: 1_000, clockSkewMsMax: 10_000 };
const WINDOWS = { members: 1, position: 0, windowMsMin: 300, clockSkewMsMax: 10_000 };

function start() {
  const context = { graph: GRAPH, limits: LIMITS, self: 0 };
  const state = newInstance(context, identify);
  return { state, take: (input: Input) => step(context, state, input) };
}

Deno.test("time: an input from before the one before is a fault of ours", () => {
  const inputs: ((now: Timestamp) => Input)[] = [
    (now) => ({ kind: "tick", now }),
    (now) => ({ kind: "vote", allowed: true, now }),
    (now) => ({
      kind: "restore",
      message: proposalOf({ ...NOW, valueHash: hashOf("red"), proposer: 0 }),
      now,
    }),
    (now) => ({
      kind: "message",
      message: proposalOf({ ...NOW, valueHash: hashOf("red"), proposer: 0 }),
      source: "peer",
      now,
    }),
  ];
  for (const input of inputs) {
    const { take } = start();
    take({ kind: "tick", now: NOW });
    take(input(NOW));
    assertThrows(() => take(input(addMs(NOW, -0.001))), InvariantError, "time-runs-forward");
    take({ kind: "tick", now: addMs(NOW, -3_600_000), setBack: true });
    take(input(addMs(NOW, -3_600_000)));
  }
});

Deno.test("time: a proposer's step from before the one before is a fault of ours", () => {
  for (const pace of [BACKOFF, WINDOWS]) {
    const { state, take } = start();
    const proposer = newProposer(hashOf("own"), 1n, 0);
    const look = (now: Timestamp) => stepProposer(GRAPH, state, proposer, pace, now, 0.5);
    const offers = (now: Timestamp) => look(now).filter(({ kind }) => kind === "propose").length;
    assertEquals([offers(NOW), offers(NOW)], [1, 0]);
    const earlier = addMs(NOW, -3_600_000);
    assertThrows(() => look(earlier), InvariantError, "time-runs-forward");
    take({ kind: "tick", now: earlier, setBack: true });
    assertEquals([offers(earlier), offers(earlier)], [1, 0], "timed anew");
  }
});

Deno.test("time: a message waits no longer than it may because the clock was set back", () => {
  const { state, take } = start();
  const message = acceptorMessage(1, undefined, [hashOf("unknown") as never]);
  take({ kind: "message", message, source: "peer", now: addMs(NOW, 3_600_000) });
  const kinds = (now: Timestamp, setBack = false) =>
    take({ kind: "tick", now, setBack }).map(({ kind }) => kind);
  assertEquals(kinds(NOW, true), ["wake"]);
  assertEquals(kinds(addMs(NOW, 999)), ["wake"]);
  assertEquals(kinds(addMs(NOW, 1_000)), ["reject"]);
  assertEquals(state.inbox.waiting.size, 0);
});

Deno.test("time: nothing waits for a 1a that the clock has not reached", () => {
  const { take } = start();
  const offered = (ballot: Timestamp, value: string) => {
    const message = proposalOf({ ...ballot, valueHash: hashOf(value), proposer: 1 });
    return take({ kind: "message", message, source: "peer", now: NOW }).map(({ kind }) => kind);
  };
  assertEquals(offered(addMs(NOW, 5_000), "early"), ["wake"]);
  assertEquals(offered(addMs(NOW, -1), "timely"), ["deliver", "send", "wake"]);
});

Deno.test("time: a ballot is just above what somebody has taken, if that can be outdone", () => {
  const { state, take } = start();
  const time = (now: Timestamp) => ballotTime(state, undefined, 10_000, now);
  const takenAt = (ms: number, signer: number) => {
    const proposal = proposalOf({ ...addMs(NOW, ms), valueHash: hashOf("red"), proposer: 0 });
    const message = acceptorMessage(signer, undefined, [proposal.id]);
    const now = addMs(NOW, 60_000);
    take({ kind: "message", message: proposal, source: "peer", now });
    take({ kind: "message", message, source: "peer", now });
  };
  assertEquals(time(NOW), NOW);
  takenAt(2_000, 1);
  assertEquals(time(NOW), addMs(NOW, 2_000.001));
  takenAt(30_000, 2);
  // The acceptor itself has answered both.
  assertEquals(time(NOW), addMs(NOW, 2_000.001), "not above what is refused");
  assertEquals(ballotTime(state, undefined, undefined, NOW), addMs(NOW, 30_000.001));
  assertEquals(time(addMs(NOW, 25_000)), addMs(NOW, 30_000.001));
  assertEquals(time(addMs(NOW, 31_000)), addMs(NOW, 31_000));
  const own = { ...addMs(NOW, 9_000), valueHash: hashOf("own"), proposer: 0 };
  assertEquals(ballotTime(state, own, 10_000, NOW), addMs(NOW, 9_000.001));
});
