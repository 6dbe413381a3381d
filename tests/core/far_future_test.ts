/**
 * A 1a from the far future is refused by those who only observe, too.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { newInstance, step } from "../../lib/core/instance.ts";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { newProposer, stepProposer } from "../../lib/core/proposer.ts";
import { thresholds } from "../../lib/sim/graphs.ts";
import { hashOf, identify, proposalOf } from "../../lib/sim/ids.ts";

const GRAPH = makeLearnerGraph(thresholds(4, [3], "TECHNICAL_REPORT"));
const LIMITS = {
  inboxRefsPerPeerMax: 100,
  inboxWaitMsMax: 1_000,
  futureProposalsMax: 10,
  clockSkewMsMax: 10_000,
};
const NOW = { seconds: 1_000, nanos: 0 };

Deno.test("a proposer does not offer above a ballot that no acceptor takes", () => {
  const context = { graph: GRAPH, limits: LIMITS, self: undefined };
  const instance = newInstance(context, identify);
  const take = (seconds: number) => {
    const message = proposalOf({ seconds, nanos: 0, valueHash: hashOf("a value"), proposer: 0 });
    return step(context, instance, { kind: "message", message, source: "peer", now: NOW })
      .map((effect) => effect.kind === "reject" ? effect.rejection.rejected : effect.kind);
  };
  assertEquals(take(1_011), ["FAR_FUTURE"]);
  assertEquals(take(250_000_000_000), ["FAR_FUTURE"]);
  assertEquals(take(1_010), ["deliver"]);
  const pace = { backoffMsMin: 100, backoffMsMax: 1_000 };
  const proposer = newProposer(hashOf("another"), 1n, 0);
  stepProposer(GRAPH, instance, proposer, pace, NOW, 0);
  const later = { seconds: 1_001, nanos: 0 };
  const [offer] = stepProposer(GRAPH, instance, proposer, pace, later, 0);
  assert(offer?.kind === "propose");
  assertEquals(offer.ballot.seconds, 1_001, "what nobody has taken is not in the way");
});
