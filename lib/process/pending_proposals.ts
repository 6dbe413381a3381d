/**
 * Proposals that callers wait for, and whoever says why nothing becomes of them.
 *
 * @module
 */

import type { Node } from "../node/node.ts";

/** An instance, and a learner that has not decided there. */
export interface Awaited {
  /** The instance. */
  readonly instance: bigint;
  /** By name. */
  readonly learner: string;
}

/** A process that waits for decisions. */
export interface Waiting {
  readonly node: Node;
  readonly peers: { lost(): readonly { readonly name: string; readonly why: string }[] };
  /** Whether it speaks HTTP/2 without TLS. */
  readonly cleartext: boolean;
}

/** Begins to say, ever more rarely, why what is waited for is not decided; returns what ends it. */
export type SayWhy = (waiting: Waiting, awaited: () => readonly Awaited[]) => () => void;

/** Who waits for whom, in an instance. */
interface Pending {
  readonly instance: bigint;
  readonly learners: readonly string[];
}

/**
 * The proposals that are waited for. It is said why of the one that has waited longest: what comes
 * beside it does not begin its patience anew.
 */
export class PendingProposals {
  readonly #waiting: Waiting;
  readonly #sayWhy: SayWhy | undefined;
  readonly #pending: Set<Pending> = new Set();
  #end: (() => void) | undefined;

  /** @param sayWhy Nothing is said if it is left out. */
  constructor(waiting: Waiting, sayWhy: SayWhy | undefined) {
    this.#waiting = waiting;
    this.#sayWhy = sayWhy;
  }

  /** Somebody waits; to be ended in any case by what it returns. */
  add(instance: bigint, learners: readonly string[]): () => void {
    const pending = { instance, learners };
    this.#pending.add(pending);
    this.#end ??= this.#sayWhy?.(this.#waiting, () => this.#awaited());
    return () => {
      this.#pending.delete(pending);
      if (this.#pending.size > 0) return;
      this.#end?.();
      this.#end = undefined;
    };
  }

  #awaited(): Awaited[] {
    for (const { instance, learners } of this.#pending) {
      const decided = new Set(
        this.#waiting.node.decisionsIn(instance).map(({ learner }) => learner),
      );
      const open = learners.filter((learner) => !decided.has(learner));
      if (open.length > 0) return open.map((learner) => ({ instance, learner }));
    }
    return [];
  }
}
