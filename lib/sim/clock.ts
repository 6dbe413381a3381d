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
  /** For a while it is further ahead, and then it is set right. */
  readonly leap?: { readonly fromMs: number; readonly forMs: number; readonly byMs: number };
}

/** From then on it runs as fast as time: it has drifted far enough. */
const DRIFTS_UNTIL_MS = 5_000;

/**
 * What a clock shows at a moment, both in milliseconds since the beginning. Runs backwards only at the
 * end of a leap.
 */
export function shownMs({ skewMs, drift, leap }: ClockSettings, nowMs: number): number {
  const leapt = leap !== undefined && nowMs >= leap.fromMs && nowMs < leap.fromMs + leap.forMs;
  return nowMs + skewMs + (drift - 1) * Math.min(nowMs, DRIFTS_UNTIL_MS) + (leapt ? leap.byMs : 0);
}

/**
 * The moment at which a clock will show this, or a little before. With a leap somewhere it is as many
 * milliseconds away as what it shows now, which is how timers are set.
 */
export function momentOf(settings: ClockSettings, shown: number, nowMs: number): number {
  const { skewMs, drift, leap } = settings;
  if (leap !== undefined) return nowMs + (shown - shownMs(settings, nowMs)) / Math.max(1, drift);
  const drifting = (shown - skewMs) / drift;
  return drifting <= DRIFTS_UNTIL_MS ? drifting : shown - skewMs - (drift - 1) * DRIFTS_UNTIL_MS;
}
