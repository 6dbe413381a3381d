/**
 * When a learner must have decided, whatever the spoiler does.
 *
 * @module
 */

import { windowAt, windowStartMs } from "../../core/schedule.ts";
import { LONG_FROM } from "../../core/windows.ts";
import { skewOf, type SpoilScenario, type WindowKeeping } from "./scenario.ts";

/**
 * A window is long enough if in the quiet quarter of each of its eight parts a message gets through,
 * even to an acceptor whose clock is behind: 32 delays, and 32 times the difference of clocks.
 */
const DELAYS_PER_WINDOW = 32;
const SKEWS_PER_WINDOW = 32;

/** So many windows of honest proposers that are long enough are enough. */
const WINDOWS = 2;

/**
 * The bound, in milliseconds since the first honest proposer was asked.
 *
 * Windows begin with the first 1a, perhaps `headStartMs` before that. The first that is long enough
 * is `ceil(32 (D + S) / w) - 1`, or the one that it falls into if that is later, and from there on each
 * round of the rotation has as many windows of honest proposers as there are in it.
 */
export function boundMs(scenario: SpoilScenario, keeping: WindowKeeping): number {
  if (keeping === "timestamps") return boundByTimestampsMs(scenario);
  const { delayMs, windowMsMin, rotation, hasOthers, offerings, headStartMs } = scenario;
  const neededMs = DELAYS_PER_WINDOW * delayMs + SKEWS_PER_WINDOW * skewOf(scenario);
  const longEnough = Math.ceil(neededMs / windowMsMin) - 1;
  const cycle = rotation.length + (hasOthers ? 1 : 0);
  const honest = new Set(offerings.map(({ acceptor }) => acceptor));
  const share = rotation.filter((member) => honest.has(member)).length;
  const latestMs = Math.max(...offerings.map(({ atMs }) => atMs)) + delayMs;
  const first = Math.max(longEnough, windowAt(windowMsMin, latestMs) + 1, LONG_FROM);
  const last = first + WINDOWS * (cycle - share + 1);
  return windowStartMs(windowMsMin, last + 1) + 3 * delayMs - headStartMs;
}

/** Rounds of the rotation after which the comparison by timestamps ends. */
const ROUNDS = 6;

/** Windows of one length: if that is enough at all, the second honest window has decided. */
function boundByTimestampsMs({ rotation, hasOthers, windowMsMin }: SpoilScenario): number {
  return ROUNDS * (rotation.length + (hasOthers ? 1 : 0)) * windowMsMin;
}
