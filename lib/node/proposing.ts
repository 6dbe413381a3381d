/**
 * A proposer at work in one instance of a node.
 *
 * @module
 */

import { membersOf } from "../core/acceptor_set.ts";
import { newProposer, type Pace, stepProposer } from "../core/proposer.ts";
import type { LearnerSet, ValueHash } from "../core/types.ts";
import { EXIT, OperatorError } from "../wire/operator_error.ts";
import { quote } from "../wire/place.ts";
import type { Configuration } from "../config/configuration.ts";
import type { Node } from "./node.ts";
import type { Proposing, RunningInstance } from "./node_types.ts";

export type { Proposing } from "./node_types.ts";

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

/**
 * By what a proposer of this configuration times its ballots.
 *
 * @throws OperatorError if others share time in windows and this identity has no turn.
 */
export function paceOf({ proposer, limits, self, source }: Configuration): Pace {
  const { backoffMsMin, backoffMsMax, rotation, windowMsMin } = proposer;
  const { clockSkewMsMax } = limits;
  if (rotation.length === 0) return { backoffMsMin, backoffMsMax, clockSkewMsMax };
  const position = rotation.indexOf(self.name);
  if (position < 0) {
    throw new OperatorError(
      EXIT.configuration,
      `does not name ${
        quote(self.name)
      }, so this proposer would never have its turn; add it here ` +
        "and in the files of the other proposers",
      `${source}: proposer.rotation`,
    );
  }
  return { members: rotation.length, position, windowMsMin, clockSkewMsMax };
}

/** Lets all proposers of an instance look at what is known now. */
export function drive(node: Node, running: RunningInstance): void {
  const { instances: { trace }, options: { clock, random, log } } = node;
  for (const proposing of running.proposers) {
    const { state, pace } = proposing;
    let now = clock.now();
    if (running.setBacks !== clock.setBacks) now = node.tick(running);
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
      } else if (effect.kind === "starved") {
        const { learners } = node.context.graph.spec;
        const names = membersOf(effect.learners).map((learner) => learners[learner]!);
        log("info", `${names.join(", ")} starved in instance ${running.id}`);
      } else {
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
