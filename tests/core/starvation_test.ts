/** Who may still vote, and is easily overlooked. */
import { assertEquals } from "@std/assert";
import { newInstance, step } from "../../lib/core/instance.ts";
import { hasDecided } from "../../lib/core/learner.ts";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { findStarved } from "../../lib/core/starvation.ts";
import type { Message } from "../../lib/core/types.ts";
import { thresholds } from "../../lib/sim/graphs.ts";
import { acceptorMessage, hashOf, identify, proposalOf } from "../../lib/sim/ids.ts";
import { UNMET_LIMITS } from "./unmet_limits.ts";

Deno.test("starved: a liar may still complete a known ballot of those who trust it", () => {
  const graph = makeLearnerGraph(thresholds(4, [3], "TECHNICAL_REPORT"));
  const context = { graph, limits: UNMET_LIMITS, self: undefined };
  const observer = newInstance(context, identify);
  const now = { seconds: 1_000, nanos: 0 };
  const learn = (...messages: Message[]) => {
    for (const message of messages) {
      step(context, observer, { kind: "message", message, source: "", now });
    }
    assertEquals(messages.filter(({ id }) => !observer.dag.has(id)), []);
  };
  const offer = (seconds: number) =>
    proposalOf({ seconds, nanos: 0, valueHash: hashOf("red"), proposer: 0 });
  const [alice, bob, carol, liar] = [0, 1, 2, 3] as const;
  const [first, second, third] = [offer(1), offer(2), offer(3)];
  const fork = [first, second].map(({ id }) => acceptorMessage(liar, undefined, [id]));
  const ofAlice = acceptorMessage(alice, undefined, [third.id]);
  const ofBob = acceptorMessage(bob, undefined, [third.id]);
  // Carol alone knows of the fork when she takes the ballot.
  const ofCarol = acceptorMessage(carol, undefined, [third.id, ...fork.map(({ id }) => id)]);
  const three = [ofAlice.id, ofBob.id, ofCarol.id];
  learn(first, second, third, ...fork, ofAlice, ofBob, ofCarol);
  learn(acceptorMessage(alice, ofAlice.id, three), acceptorMessage(bob, ofBob.id, three));
  assertEquals([observer.view.caught, hasDecided(observer.learner, 0)], [0b1000n, false]);
  // The honest are silent; but who lies may take the ballot, and vote with those that trust it.
  assertEquals(findStarved(graph, observer, 0b0111n), 0n);
  const [branch] = fork;
  const late = acceptorMessage(liar, branch!.id, [branch!.id, third.id]);
  learn(late, acceptorMessage(liar, late.id, [late.id, ofAlice.id, ofBob.id]));
  assertEquals(hasDecided(observer.learner, 0), true);
});
