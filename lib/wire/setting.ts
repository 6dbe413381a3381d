/**
 * What a numeric setting of the configuration is.
 *
 * @module
 */

/** One numeric setting. */
export interface Setting {
  /** Holds if the configuration does not say. */
  readonly default: number;
  /** The least that makes sense. */
  readonly min: number;
  /** The most that makes sense. */
  readonly max: number;
  /** What it bounds, and what happens there. */
  readonly meaning: string;
}

/** Units. */
export const [KIB, MIB] = [1024, 1024 * 1024];

/** Units, in milliseconds. */
export const [SECOND_MS, MINUTE_MS, HOUR_MS] = [1_000, 60_000, 3_600_000];

/** Makes a setting. */
export function setting(meaning: string, standard: number, min: number, max: number): Setting {
  return { default: standard, min, max, meaning };
}
