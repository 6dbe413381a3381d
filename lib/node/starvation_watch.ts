/**
 * Says when a learner is starved in an instance (PROTOCOL section 6).
 *
 * @module
 */

import { membersOf, setOf } from "../core/acceptor_set.ts";
import type { Effect } from "../core/effects.ts";
import { findStarvedForGood } from "../core/freeing.ts";
import { hasDecided } from "../core/learner.ts";
import { findStarved } from "../core/starvation.ts";
import type { LearnerSet } from "../core/types.ts";
import type { Cancel } from "./clock.ts";
import { BoundedCache } from "./bounded_cache.ts";
import type { Node } from "./node.ts";

/** What becomes known of a learner in an instance. */
export type StarvationNews =
  /** It cannot decide unless somebody else is caught. */
  | "starved"
  /** Nor then: nothing that may still happen frees it. */
  | "starved for good"
  /** Somebody has been caught: it may decide after all. */
  | "freed";

/** What has been said of the learners of an instance and holds. */
interface Told {
  readonly starved: LearnerSet;
  readonly forGood: LearnerSet;
}

/** Instances remembered as told to have starved learners, at most. */
const TOLD_MAX = 10_000;

/**
 * An instance is examined so long after a message, in milliseconds: where ballots of several values
 * are open it costs more than the message itself, and messages come in bursts.
 */
const DELAY_MS_MIN = 100;

/** How many times as long as the last examinations took, at least: a long history costs more. */
const REST = 19;

/**
 * Follows what a node delivers, and tells of each starved learner of an instance once, and again
 * when that changes.
 */
export class StarvationWatch {
  readonly #node: Node;
  readonly #tell: (instance: bigint, learner: string, news: StarvationNews) => void;
  readonly #told: BoundedCache<bigint, Told> = new BoundedCache(TOLD_MAX);

  readonly #changed: Set<bigint> = new Set();
  readonly #unobserve: () => void;
  #delayMs = DELAY_MS_MIN;
  #cancel: Cancel = () => {};

  /** Begins with the next message. */
  constructor(
    node: Node,
    tell: (instance: bigint, learner: string, news: StarvationNews) => void,
  ) {
    this.#node = node;
    this.#tell = tell;
    this.#unobserve = node.observe({
      stepped: (instance, effects) => {
        if (effects.some(matters)) this.#note(instance);
      },
    });
  }

  /** Examines an instance now, from the journal if it is not in memory. */
  look(instance: bigint): void {
    if (this.#node.instances.get(instance) === undefined) this.#node.bringBack(instance);
    this.#examine(instance);
  }

  /** Examines nothing by itself any more: to be called before the node's journal is closed. */
  close(): void {
    this.#unobserve();
    this.#cancel();
  }

  #note(instance: bigint): void {
    if (this.#changed.size === 0) {
      const { clock } = this.#node.options;
      this.#cancel = clock.after(this.#delayMs, () => {
        const changed = [...this.#changed];
        this.#changed.clear();
        const startMs = clock.elapsedMs();
        for (const each of changed) this.#examine(each);
        this.#delayMs = Math.max(DELAY_MS_MIN, REST * (clock.elapsedMs() - startMs));
      });
    }
    this.#changed.add(instance);
  }

  #examine(instance: bigint): void {
    const running = this.#node.instances.get(instance);
    if (running === undefined) return;
    const { graph } = this.#node.context;
    const told = this.#told.get(instance) ?? { starved: 0n, forGood: 0n };
    const starved = findStarved(graph, running.state);
    if (starved === 0n && told.starved === 0n) return;
    const forGood = told.forGood |
      findStarvedForGood(graph, running.state, starved & ~told.forGood);
    this.#told.set(instance, { starved, forGood }, 1);
    const tell = (learners: LearnerSet, news: StarvationNews) => {
      for (const learner of membersOf(learners)) {
        this.#tell(instance, graph.spec.learners[learner]!, news);
      }
    };
    tell(starved & ~told.starved & ~forGood, "starved");
    tell(forGood & ~told.forGood, "starved for good");
    const decided = setOf(graph.quorums.keys().filter((a) => hasDecided(running.state.learner, a)));
    tell(told.starved & ~starved & ~forGood & ~decided, "freed");
  }
}

/** A 1a changes nothing: it binds nobody. */
function matters(effect: Effect): boolean {
  return (effect.kind === "deliver" || effect.kind === "send") && effect.entry.facts.kind !== "1a";
}
