/**
 * Material for benchmarks of the core: all messages of a cluster of honest acceptors.
 *
 * @module
 */

import { type CoreContext, newInstance, step } from "../lib/core/instance.ts";
import { type LearnerGraph, makeLearnerGraph } from "../lib/core/learner_graph.ts";
import { thresholdOf } from "../lib/core/quorum.ts";
import type { AcceptorContent, Message, MessageId, ValueHash } from "../lib/core/types.ts";

/** n = 3f + 1 acceptors, and learners that all want any 2f + 1 of them. */
export function bftGraph(acceptors: number, learners: number): LearnerGraph {
  const all = Array.from({ length: acceptors }, (_, i) => i);
  const most = thresholdOf(acceptors - Math.floor((acceptors - 1) / 3), all);
  const pairs = Array.from(
    { length: learners },
    (_, a) => Array.from({ length: learners - a }, (_, i) => ({ a, b: a + i, safe: most })),
  ).flat();
  return makeLearnerGraph({
    acceptors: all.map((i) => `acceptor_${String(i).padStart(3, "0")}`),
    learners: Array.from({ length: learners }, (_, i) => `learner_${i}`),
    quorums: Array.from({ length: learners }, () => most),
    safety: pairs,
    burial: "TECHNICAL_REPORT",
  });
}

/**
 * Runs one instance for so many ballots, all messages delivered in order. Every second ballot has
 * another value than the one before, so that 2as bind, conflict and are buried.
 *
 * @returns the messages of each ballot, in a causal order.
 */
export function runBallots(graph: LearnerGraph, ballots: number): Message[][] {
  const limits = {
    inboxRefsPerPeerMax: 1e9,
    inboxWaitMsMax: 1e9,
    futureProposalsMax: 1e9,
    clockSkewMsMax: 1e9,
  };
  const identify = makeIdentify();
  const nodes = graph.spec.acceptors.map((_, self) => {
    const context: CoreContext = { graph, limits, self };
    return { context, state: newInstance(context, identify) };
  });
  return Array.from({ length: ballots }, (_, ballot) => {
    const seconds = ballot + 1;
    const valueHash = String(ballot % 2).repeat(64) as ValueHash;
    const id = `f${seconds.toString(16).padStart(63, "0")}` as MessageId;
    const sent: Message[] = [{
      kind: "1a",
      id,
      ballot: { seconds, nanos: 0, valueHash, proposer: 0 },
    }];
    const now = { seconds: seconds + 1, nanos: 0 };
    for (const message of sent) {
      for (const { context, state } of nodes) {
        const effects = step(context, state, { kind: "message", message, source: "", now });
        for (const effect of effects) if (effect.kind === "send") sent.push(effect.entry.message);
      }
    }
    return sent;
  });
}

function makeIdentify(): (content: AcceptorContent) => MessageId {
  let count = 0;
  return () => (count++).toString(16).padStart(64, "0") as MessageId;
}
