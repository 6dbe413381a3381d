/**
 * The window: in which instances an honest process takes part.
 *
 * @module
 */

import type { LogSettings, Position } from "./types.ts";

/**
 * Whether an instance may be opened: at or above the floor, below some learner's prefix plus
 * `windowMax` (PROTOCOL section 8), and below the floor plus `spreadMax`.
 *
 * The first keeps nobody at random numbers; that the fastest learner counts lets the others' log go
 * on when one's quorum is dead. Its instances stay open, from its own prefix on.
 *
 * Differs from PROTOCOL section 8 by the last: whoever has a quorum of some learner by itself, an
 * accurate one or not, could push that learner's prefix, and so the window, without end (ADR 0048).
 *
 * @param prefixes By learner.
 */
export function mayOpen(
  { windowMax, spreadMax }: Pick<LogSettings, "windowMax" | "spreadMax">,
  prefixes: readonly Position[],
  floor: Position,
  instance: Position,
): boolean {
  return instance >= floor && instance < windowEnd({ windowMax, spreadMax }, prefixes, floor);
}

/** The first instance that may not be opened yet. */
export function windowEnd(
  { windowMax, spreadMax }: Pick<LogSettings, "windowMax" | "spreadMax">,
  prefixes: readonly Position[],
  floor: Position,
): Position {
  return Math.min(Math.max(...prefixes) + windowMax, floor + spreadMax);
}
