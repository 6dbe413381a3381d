/**
 * A proposer of the simulated world: the core's, with a value and its settings.
 *
 * @module
 */

import type { InstanceState } from "../core/instance.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import { newProposer, type Pace, type ProposerState, stepProposer } from "../core/proposer.ts";
import type { Ballot, LearnerSet, ProposerIndex, Timestamp, ValueHash } from "../core/types.ts";
import type { ProposerStep } from "../trace/writer.ts";
import type { Prng } from "./prng.ts";

/** See the module. */
export class Offering {
  readonly #graph: LearnerGraph;
  readonly #pace: Pace;
  readonly #state: ProposerState;

  /** It has offered nothing yet. */
  constructor(
    graph: LearnerGraph,
    value: ValueHash,
    serves: LearnerSet,
    self: ProposerIndex,
    pace: Pace,
  ) {
    this.#graph = graph;
    this.#pace = pace;
    this.#state = newProposer(value, serves, self);
  }

  /**
   * What it offers now, and when to ask again.
   *
   * @param tell Told of the step.
   */
  look(
    instance: InstanceState,
    now: Timestamp,
    prng: Prng,
    tell: (step: ProposerStep) => void,
  ): { ballots: Ballot[]; wakeAt: Timestamp | undefined } {
    const ballots: Ballot[] = [];
    let wakeAt: Timestamp | undefined;
    const entropy = prng.next() / 2 ** 32;
    const before = { ...this.#state };
    const effects = stepProposer(
      this.#graph,
      instance,
      this.#state,
      this.#pace,
      now,
      entropy,
    );
    tell({ before, settings: this.#pace, now, entropy, effects });
    for (const effect of effects) {
      if (effect.kind === "propose") ballots.push(effect.ballot);
      if (effect.kind === "wake") wakeAt = effect.at;
    }
    return { ballots, wakeAt };
  }
}
