/**
 * Recordings of an observer, as long and as wide as wanted.
 *
 * @module
 */

import { type CoreContext, newInstance, step } from "../../lib/core/instance.ts";
import { makeLearnerGraph } from "../../lib/core/learner_graph.ts";
import { thresholdOf } from "../../lib/core/quorum.ts";
import type { Message } from "../../lib/core/types.ts";
import { hashOf, identify, proposalOf } from "../../lib/sim/ids.ts";
import { TraceWriter } from "../../lib/trace/writer.ts";
import { UNMET_LIMITS } from "../core/unmet_limits.ts";

/** What is recorded. */
export interface Recorded {
  /** Names of acceptors; a learner decides by more than two thirds of them. */
  readonly acceptors: readonly string[];
  /** Names of learners. */
  readonly learners: readonly string[];
  /** One after another, each a second later and answered by all. */
  readonly ballots: number;
}

/** Lines of what an observer sees: instance 0, every message at once. */
export function recordedLines({ acceptors, learners, ballots }: Recorded): string[] {
  const quorum = thresholdOf(
    acceptors.length - Math.floor((acceptors.length - 1) / 3),
    acceptors.map((_, index) => index),
  );
  const graph = makeLearnerGraph({
    ...{ acceptors, learners, burial: "TECHNICAL_REPORT" },
    quorums: learners.map(() => quorum),
    safety: learners.map((_, index) => ({ a: index, b: index, safe: quorum })),
  });
  const contexts: CoreContext[] = [...acceptors.keys(), undefined]
    .map((self) => ({ graph, limits: UNMET_LIMITS, self }));
  const nodes = contexts.map((context) => ({ context, state: newInstance(context, identify) }));
  const lines: string[] = [];
  const writer = new TraceWriter("observer", contexts.at(-1)!, (line) => lines.push(line));
  writer.open(0n, "votes");
  for (let ballot = 1; ballot <= ballots; ballot++) {
    const now = { seconds: ballot, nanos: 0 };
    const queue: Message[] = [proposalOf({ ...now, valueHash: hashOf("blue"), proposer: 0 })];
    for (const message of queue) {
      for (const { context, state } of nodes) {
        const input = { kind: "message", message, source: "all", now } as const;
        const effects = step(context, state, input);
        if (context.self === undefined) writer.step(0n, input, effects);
        for (const effect of effects) {
          if (effect.kind === "send") queue.push(effect.entry.message);
        }
      }
    }
  }
  return lines;
}
