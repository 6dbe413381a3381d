/**
 * Closings of instances in the window, by whoever made them, and what they show.
 *
 * @module
 */

import type { LearnerIndex } from "../../core/types.ts";
import type { Closing, Signed } from "../../log/statement.ts";
import type { Position } from "../../log/types.ts";

/** All that are known. One of each signer, learner and instance, so the window bounds them. */
export class LogClosings {
  readonly #known: Map<Position, Map<LearnerIndex, Map<number, Signed<Closing>>>> = new Map();

  /** Whether anything is known of an instance. */
  has(instance: Position): boolean {
    return this.#known.has(instance);
  }

  /** Whether it is known. */
  knows({ statement: { instance, learner, signer } }: Signed<Closing>): boolean {
    return this.#known.get(instance)?.get(learner)?.has(signer) ?? false;
  }

  /** Takes one. The first of a signer stands. */
  add(signed: Signed<Closing>): void {
    const { instance, learner, signer } = signed.statement;
    const byLearner = this.#known.get(instance) ?? new Map();
    this.#known.set(instance, byLearner);
    const bySigner = byLearner.get(learner) ?? new Map<number, Signed<Closing>>();
    byLearner.set(learner, bySigner);
    if (!bySigner.has(signer)) bySigner.set(signer, signed);
  }

  /** Those of an instance, by learner. */
  of(instance: Position): readonly [LearnerIndex, readonly Closing[]][] {
    return [...this.#known.get(instance) ?? []].map(([learner, bySigner]) =>
      [learner, [...bySigner.values()].map(({ statement }) => statement)] as const
    ).map(([learner, closings]) => [learner, closings]);
  }

  /** All of them. */
  all(): readonly Signed<Closing>[] {
    return [...this.#known.values()].flatMap((byLearner) =>
      [...byLearner.values()].flatMap((bySigner) => [...bySigner.values()])
    );
  }

  /** Lets go of those of instances below one. */
  forget(below: Position): void {
    for (const instance of this.#known.keys()) if (instance < below) this.#known.delete(instance);
  }
}
