/**
 * A proposer at work in one instance of a node.
 *
 * @module
 */

import { newProposer, type Pace, type ProposerState } from "../core/proposer.ts";
import { stepProposer } from "../core/proposer.ts";
import type { LearnerSet, ValueHash } from "../core/types.ts";
import type { Node } from "./node.ts";
import type { RunningInstance } from "./node_types.ts";

/** A value being offered until its learners have decided. */
export interface Proposing {
  /** The core's part, changed in place by `stepProposer`. */
  readonly state: ProposerState;
  /** By what it times its ballots. */
  readonly pace: Pace;
  /** Settles when the learners have decided (true) or it is stopped (false). */
  readonly finished: Promise<boolean>;
  /** Settles `finished`; only the first call counts. */
  finish(decided: boolean): void;
}

/**
 * Prepares to offer a value until the learners in `serves` have decided, or `forever`, as the
 * reference does.
 */
export function newProposing(
  own: ValueHash,
  serves: LearnerSet,
  pace: Pace,
  forever = false,
): Proposing {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  return {
    state: newProposer(own, serves, forever),
    pace,
    finished: promise,
    finish: resolve,
  };
}

/** Lets all proposers of an instance look at what is known now. */
export function drive(node: Node, running: RunningInstance): void {
  const { instances: { trace }, options: { clock, random, log } } = node;
  for (const proposing of running.proposers) {
    const { state, pace } = proposing;
    const now = clock.now();
    const entropy = random();
    const before = trace && { ...state };
    const effects = stepProposer(
      node.context.graph,
      running.state,
      state,
      pace,
      now,
      entropy,
    );
    if (before) {
      trace?.propose(running.id, { before, settings: { ...pace }, now, entropy, effects });
    }
    for (const effect of effects) {
      if (effect.kind === "wake") {
        node.wake(running, effect.at);
      } else if (effect.kind === "done") {
        stopProposing(running, proposing, true);
      } else if (effect.kind === "propose") {
        const { ballot } = effect;
        log("debug", `offering ballot ${state.ballots} in instance ${running.id}`);
        const value = node.ledger.value(ballot.valueHash);
        node.offer(running, { kind: "1a", instance: running.id, ballot, value });
      }
    }
  }
}

/** Ends a proposer. */
export function stopProposing(
  running: RunningInstance,
  proposing: Proposing,
  decided = false,
): void {
  running.proposers.delete(proposing);
  proposing.finish(decided);
}
