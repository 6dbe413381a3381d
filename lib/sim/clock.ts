/**
 * Clocks that are wrong, within bounds: somebody sets them right before they are too far off.
 *
 * @module
 */

/** How wrong a clock is. */
export interface ClockSettings {
  /** It is ahead by so much at first. */
  readonly skewMs: number;
  /** At first it runs so many times as fast as time. */
  readonly drift: number;
}

/** From then on it runs as fast as time: it has drifted far enough. */
const DRIFTS_UNTIL_MS = 5_000;

/** What a clock shows at a moment, both in milliseconds since the beginning. Never runs backwards. */
export function shownMs({ skewMs, drift }: ClockSettings, nowMs: number): number {
  return nowMs + skewMs + (drift - 1) * Math.min(nowMs, DRIFTS_UNTIL_MS);
}

/** The moment at which a clock shows this. */
export function momentOf({ skewMs, drift }: ClockSettings, shown: number): number {
  const drifting = (shown - skewMs) / drift;
  return drifting <= DRIFTS_UNTIL_MS ? drifting : shown - skewMs - (drift - 1) * DRIFTS_UNTIL_MS;
}
