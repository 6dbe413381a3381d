/**
 * When acceptors send no 2as, so that whoever proposes next knows all that have been sent.
 *
 * A liar can wait with its vote until one acceptor's 2a comes just too late to be known to the proposer
 * of the next ballot, which has another value then; and do so again with another acceptor and that
 * value, for ever, however long windows are. So acceptors cut windows into parts, at the beginnings of
 * which the owner's ballots come, and are quiet at the end of each. In the first quarter of a part only a
 * ballot that was answered in it may have 2as, for one that began later may be on its way.
 *
 * @module
 */

import { windowAt, windowStartMs } from "./schedule.ts";
import { addMs, msBetween, type Timestamp } from "./types.ts";
import { LONG_FROM, PARTS, type WindowRule, type WindowState } from "./windows.ts";

/** This much of a part at its end is quiet, and at its beginning for ballots answered before it. */
const QUIET = 1 / 4;

/** Whether no 2a is sent now; takes note if so. Never where no windows are kept. */
export function isQuiet(
  rule: WindowRule | undefined,
  windows: WindowState,
  now: Timestamp,
): boolean {
  windows.isPutOff = rule !== undefined && votesAt(rule, windows, now) !== now;
  return windows.isPutOff;
}

/** When a 2a may be sent that is due now: `now` itself, or a later time if that is quiet. */
export function votesAt(
  { windowMsMin }: WindowRule,
  { origin, answeredAt }: WindowState,
  now: Timestamp,
): Timestamp {
  if (origin === undefined) return now;
  const elapsedMs = msBetween(origin, now);
  const index = windowAt(windowMsMin, elapsedMs);
  if (index < LONG_FROM) return now;
  const partMs = windowMsMin * (index + 1) / PARTS;
  const windowMs = windowStartMs(windowMsMin, index);
  const part = Math.floor((elapsedMs - windowMs) / partMs);
  const beginMs = windowMs + part * partMs;
  const at = (ms: number) => addMs(origin, Math.ceil(ms));
  if (elapsedMs >= beginMs + (1 - QUIET) * partMs) {
    const isLast = part + 1 >= PARTS;
    const nextMs = isLast ? partMs * (index + 2) / (index + 1) : partMs;
    return at(beginMs + partMs + QUIET * nextMs);
  }
  const isFresh = answeredAt !== undefined && msBetween(origin, answeredAt) >= beginMs;
  return isFresh || elapsedMs >= beginMs + QUIET * partMs ? now : at(beginMs + QUIET * partMs);
}
