/**
 * When in its windows a proposer offers ballots (PROTOCOL section 6).
 *
 * @module
 */

import type { InstanceState } from "./instance.ts";
import type { KeptWindows, ProposerState } from "./proposer_state.ts";
import { type Slot, SLOTS_PER_WINDOW, windowStartMs } from "./schedule.ts";
import { compareBallots, msBetween, type ProposerIndex, type Timestamp } from "./types.ts";
import { GUARD, LONG_FROM, PARTS, type WindowRule } from "./windows.ts";

/** A ballot that takes longer is not waited for: windows that are long enough have three in any case. */
const ROUND_MS_MAX = 2_000;

/**
 * The slot of a window that a time since the origin falls into, or the first after it; undefined if the
 * window has none any more. The first {@linkcode GUARD} of a window has none. Three are equally spaced
 * in the rest, six in long windows; fewer, while such a part is shorter than a ballot takes.
 *
 * Who shares windows with others begins a little later than these may, or all would begin at once.
 *
 * @param roundMs How long a ballot takes.
 */
export function slotInWindow(
  { rotation, windowMsMin }: WindowRule,
  self: ProposerIndex,
  index: number,
  elapsedMs: number,
  roundMs: number,
): Slot | undefined {
  const lengthMs = windowMsMin * (index + 1);
  const usableMs = lengthMs * (1 - GUARD);
  const neededMs = Math.min(roundMs, ROUND_MS_MAX);
  const most = index < LONG_FROM ? SLOTS_PER_WINDOW : PARTS * (1 - GUARD);
  const fitting = neededMs === 0 ? most : Math.floor(usableMs / neededMs);
  const count = fitting >= most ? most : Math.max(1, Math.min(SLOTS_PER_WINDOW, fitting));
  const lateMs = rotation.includes(self) ? 0 : spread(self, index) * usableMs / count / 2;
  const beginMs = windowStartMs(windowMsMin, index) + lengthMs * GUARD;
  for (let part = 0; part < count; part++) {
    const startMs = Math.ceil(beginMs + usableMs * part / count + lateMs);
    const endMs = Math.ceil(beginMs + usableMs * (part + 1) / count);
    if (elapsedMs < endMs) return { index, part, startMs, endMs };
  }
  return undefined;
}

/** From 0 to 1, another for everybody and in each window. */
function spread(self: ProposerIndex, index: number): number {
  return (self * 7 + index * 3) % 11 / 11;
}

/**
 * Until when a ballot may still complete that another would tear down, in milliseconds since the
 * origin: our own latest, and the first that we have heard of. Not what has come after that, or a
 * stream of ballots would silence us.
 *
 * The only one that is known is in nobody's way, and nothing needs to be buried: it completes by
 * itself once those who take it have heard of each other, so it has more time. As soon as there is
 * another, it has not.
 */
export function mayCompleteUntilMs(
  instance: InstanceState,
  state: ProposerState,
  origin: Timestamp,
  { roundMs = 0, patienceMs = 0 }: KeptWindows,
): number {
  const { slot, heardAt } = state;
  const heardMs = heardAt === undefined ? 0 : msBetween(origin, heardAt);
  const untilMs = Math.max(heardMs, slot?.startMs ?? 0) + Math.min(roundMs, ROUND_MS_MAX);
  return Math.ceil(
    isAlone(instance, state) ? Math.max(untilMs, heardMs + patienceMs) : untilMs,
  );
}

/**
 * Whether one ballot is known, ours or one that somebody has taken, no other has been offered here, and
 * it is its decision that is wanted.
 */
function isAlone(
  { lowest1a, view, held, inbox }: InstanceState,
  { offered, forever }: ProposerState,
): boolean {
  const only = view.highest1a;
  if (forever || only === undefined || only !== lowest1a) return false;
  // Somebody has taken one that is held here, and says so.
  if (held.keys().some((id) => inbox.waitingFor.has(id))) return false;
  if (offered !== undefined) return compareBallots(offered, only.facts.ballot) === 0;
  return view.tips.some((tips) => tips.length > 0);
}
