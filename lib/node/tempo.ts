/**
 * How long decisions take here and now, and so after how long a proposer may take a ballot of its own
 * for lost. A second ballot while the first is only slow makes everything slower: under load that
 * feeds on itself.
 *
 * @module
 */

import { msBetween, type Timestamp } from "../core/types.ts";
import type { Pace } from "../core/proposer.ts";

/** A ballot is lost when it has taken so many times as long as decisions do. */
const PATIENCE = 4;

/** Of the difference between a decision's time and what was expected, so much is believed. */
const GAIN = 1 / 8;

/** See the module. */
export class Tempo {
  /** What a decision takes, in milliseconds; undefined before there is one. */
  #expectedMs: number | undefined;

  /** A proposal that began then has been decided now. */
  decided(startedAt: Timestamp, now: Timestamp): void {
    const tookMs = Math.max(0, msBetween(startedAt, now));
    this.#expectedMs = this.#expectedMs === undefined
      ? tookMs
      : this.#expectedMs + GAIN * (tookMs - this.#expectedMs);
  }

  /**
   * A pace at which decisions can keep up: with back-off, the first pause is at least some times what
   * decisions take, but no longer than the longest. Windows are shared with others, and stay.
   */
  of(pace: Pace): Pace {
    if ("members" in pace || this.#expectedMs === undefined) return pace;
    const least = Math.min(pace.backoffMsMax, Math.round(PATIENCE * this.#expectedMs));
    return least <= pace.backoffMsMin ? pace : { ...pace, backoffMsMin: least };
  }
}
