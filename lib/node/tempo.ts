/**
 * How long decisions take here and now, and so after how long a proposer may take a ballot of its own
 * for lost. A second ballot while the first is only slow makes everything slower: under load that
 * feeds on itself.
 *
 * @module
 */

import { msBetween, type Timestamp } from "../core/types.ts";
import type { KeptWindows, Pace } from "../core/proposer.ts";

/** How many times as long as decisions take a ballot may, before it is taken for lost. */
const PATIENCE = 4;

/** In a window, a ballot is given so many times as long as a decision takes, before the next. */
const ROUND = 2;

/** The only ballot that is known is taken for lost after so long at least and at most, in milliseconds. */
const ALONE_MS_MIN = 2_000;
const ALONE_MS_MAX = 10_000;

/**
 * Of the difference between a decision's time and what was expected, so much is believed: bad news
 * more than good, or a sudden load has made its second ballots before it is noticed.
 */
const RISE = 1 / 2;
const FALL = 1 / 16;

/** But of one decision no more than so many times what was expected: it may have been cut off. */
const SURPRISE_MAX = 5;

/** What one process has seen of how long decisions take. */
export class Tempo {
  /** What a decision takes, in milliseconds; undefined before there is one. */
  #expectedMs: number | undefined;

  /** A proposal that began then has been decided now, at this pace. */
  decided(startedAt: Timestamp, now: Timestamp, pace: Pace): void {
    if ("members" in pace) return;
    const leastMs = "rule" in pace ? pace.rule.windowMsMin : pace.backoffMsMin;
    const usualMs = Math.max(this.#expectedMs ?? 0, leastMs);
    const tookMs = Math.min(Math.max(0, msBetween(startedAt, now)), SURPRISE_MAX * usualMs);
    const expectedMs = this.#expectedMs ?? tookMs;
    const gain = tookMs > expectedMs ? RISE : FALL;
    this.#expectedMs = expectedMs + gain * (tookMs - expectedMs);
  }

  /**
   * A pace at which decisions can keep up: with back-off, the first pause is at least some times what
   * decisions take, but no longer than the longest. Windows are shared with others, and stay; but of the
   * ballots in one of them only as many are offered as there is time for.
   */
  of(pace: Pace): Pace {
    if ("members" in pace) return pace;
    if ("rule" in pace) return this.#ofWindows(pace);
    if (this.#expectedMs === undefined) return pace;
    const least = Math.min(pace.backoffMsMax, Math.round(PATIENCE * this.#expectedMs));
    return least <= pace.backoffMsMin ? pace : { ...pace, backoffMsMin: least };
  }

  #ofWindows(pace: KeptWindows): Pace {
    const expectedMs = this.#expectedMs ?? 0;
    const aloneMs = Math.min(ALONE_MS_MAX, Math.max(ALONE_MS_MIN, PATIENCE * expectedMs));
    const roundMs = this.#expectedMs === undefined ? pace.roundMs : ROUND * expectedMs;
    return { ...pace, roundMs: Math.round(roundMs ?? 0), patienceMs: Math.round(aloneMs) };
  }
}
