/**
 * How proposers share the time of an instance: windows that grow, in turn (PROTOCOL section 6).
 *
 * Time since the origin is cut into windows 0, 1, 2, ... of `windowMsMin` times 1, 2, 3, ...; window
 * k belongs to the proposer whose position is k modulo their number. So windows get as long as it
 * takes, and since they do, origins that differ by a bounded time, whatever causes it, differ by an
 * ever smaller part of a window.
 *
 * @module
 */

import { addMs, compareTimestamps, type Timestamp } from "./types.ts";

/** How a proposer shares time with others. */
export interface WindowSettings {
  /** How many proposers take turns. At least 1. */
  readonly members: number;
  /** Which of them this one is, from 0. */
  readonly position: number;
  /** Length of the first window in whole milliseconds, at least 3. Each next one is longer by as much. */
  readonly windowMsMin: number;
  /** How far the origin may lie before a proposer has heard of any ballot, in milliseconds. */
  readonly clockSkewMsMax: number;
}

/** Ballots that a proposer offers in its window. */
export const SLOTS_PER_WINDOW = 3;

/** A part of a window, for one ballot. Times are whole milliseconds since the origin. */
export interface Slot {
  /** Which window it is part of, from 0. */
  readonly index: number;
  /** Which part: 0, 1 or 2. */
  readonly part: number;
  /** When it begins. */
  readonly startMs: number;
  /** When the next one begins. */
  readonly endMs: number;
}

/** The window, from 0, that a time since the origin falls into; 0 before the origin. O(1). */
export function windowAt(windowMsMin: number, elapsedMs: number): number {
  const units = Math.max(0, elapsedMs) / windowMsMin;
  const guess = Math.floor((Math.sqrt(8 * units + 1) - 1) / 2);
  // The root may be off by a rounding error.
  if (windowStartMs(windowMsMin, guess) > elapsedMs) return Math.max(0, guess - 1);
  return windowStartMs(windowMsMin, guess + 1) <= elapsedMs ? guess + 1 : guess;
}

/** When window `index` begins, in milliseconds since the origin. */
export function windowStartMs(windowMsMin: number, index: number): number {
  return windowMsMin * index * (index + 1) / 2;
}

/** The proposer's slot at a time since the origin, or its next one. O(1). */
export function slotAt(settings: WindowSettings, elapsedMs: number): Slot {
  const { members, position, windowMsMin } = settings;
  const current = windowAt(windowMsMin, elapsedMs);
  const ahead = (position - current % members + members) % members;
  let slot = slotOf(windowMsMin, current + ahead, 0);
  while (slot.endMs <= elapsedMs) slot = slotOf(windowMsMin, slot.index, slot.part + 1);
  return slot;
}

/** The proposer's slot after one of its own. */
export function slotAfter({ members, windowMsMin }: WindowSettings, slot: Slot): Slot {
  return slot.part + 1 < SLOTS_PER_WINDOW
    ? slotOf(windowMsMin, slot.index, slot.part + 1)
    : slotOf(windowMsMin, slot.index + members, 0);
}

function slotOf(windowMsMin: number, index: number, part: number): Slot {
  const at = (parts: number) =>
    windowStartMs(windowMsMin, index) +
    Math.floor(windowMsMin * (index + 1) * parts / SLOTS_PER_WINDOW);
  return { index, part, startMs: at(part), endMs: at(part + 1) };
}

/** What a proposer goes by to find the origin. */
export interface Beginnings {
  /** When it was asked to propose, by its own clock. */
  readonly startedAt: Timestamp;
  /** When it first knew of a ballot, by its own clock. */
  readonly heardAt: Timestamp | undefined;
  /** The time of the lowest ballot that it knows. */
  readonly lowest: Timestamp | undefined;
}

/**
 * Where the windows begin: with the lowest ballot known, for that is what all proposers get to know.
 *
 * A forged time must not move it far: it is not later than the proposer's own start, and not
 * earlier than `clockSkewMsMax` before the proposer heard of any ballot. Never moves to a later
 * time as more becomes known.
 */
export function originOf({ startedAt, heardAt, lowest }: Beginnings, skewMsMax: number): Timestamp {
  if (heardAt === undefined || lowest === undefined) return startedAt;
  const earliest = addMs(heardAt, -skewMsMax);
  const claimed = compareTimestamps(lowest, earliest) < 0 ? earliest : lowest;
  return compareTimestamps(claimed, startedAt) < 0 ? claimed : startedAt;
}
