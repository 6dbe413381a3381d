/**
 * The newest decisions, which followers want as soon as they are kept: not read back from the disk.
 *
 * @module
 */

import type { JournalDecision } from "../store/journal.ts";

/** How many stay in memory: more than are kept at once, mostly. */
const DECISIONS_MAX = 512;

/** The end of a journal's decisions, without gaps. */
export class RecentDecisions {
  /** Position of the first that is here. */
  #first: number;
  #decisions: JournalDecision[] = [];

  /** @param count How many the journal has now, none of which is here. */
  constructor(count: number) {
    this.#first = count;
  }

  /**
   * Some have been handed to the journal. If it has passed over any, for it had them, it is not known
   * here which: then none is here.
   *
   * @param count How many the journal has now.
   */
  kept(decisions: readonly JournalDecision[], count: number): void {
    const isAll = this.#first + this.#decisions.length + decisions.length === count;
    this.#decisions = isAll ? [...this.#decisions, ...decisions].slice(-DECISIONS_MAX) : [];
    this.#first = count - this.#decisions.length;
  }

  /** Up to `count` from a position on; undefined if not all of them are here. */
  from(position: number, count: number): JournalDecision[] | undefined {
    const start = position - this.#first;
    return start < 0 ? undefined : this.#decisions.slice(start, start + count);
  }
}
