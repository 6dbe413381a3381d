/**
 * Time as an instance sees it: it passes, or somebody sets the clock back and says so.
 *
 * @module
 */

import type { Input } from "./effects.ts";
import type { FutureProposal } from "./future.ts";
import type { Held } from "./held.ts";
import { type Inbox, type InboxLimits, nextExpiry, shortenWaits } from "./inbox.ts";
import { violated } from "./invariant.ts";
import { compareTimestamps, msBetween, type Timestamp } from "./types.ts";
import { votesAt } from "./quiet.ts";
import { lookAgainAt, noteSetBack, type WindowRule, type WindowState } from "./windows.ts";

/** What an instance knows of time. */
export interface Passing {
  /** The time of the latest input; undefined before the first. */
  seenAt: Timestamp | undefined;
  /** How often the clock has been set back since then. */
  setBacks: number;
}

/**
 * Takes note of the time of an input.
 *
 * When the clock is set back nothing that waits may wait longer for it than it may at most: else an
 * hour's error of the clock would be an hour's silence.
 *
 * @throws InvariantError if it is before that of the input before, and the input does not say that the clock
 * has been set back: what waits by the clock would then wait for no reason that anybody gave.
 */
export function pass(
  state: Passing & { readonly inbox: Inbox; readonly windows: WindowState },
  limits: InboxLimits,
  input: Input,
): void {
  const { now } = input;
  if (input.kind === "tick" && input.setBack) {
    state.setBacks++;
    shortenWaits(state.inbox, limits, now);
    noteSetBack(state.windows, now);
  } else {
    checkTime(state.seenAt, now);
  }
  state.seenAt = now;
}

/** @throws InvariantError if time has run backwards. */
export function checkTime(before: Timestamp | undefined, now: Timestamp): void {
  if (before === undefined || compareTimestamps(before, now) <= 0) return;
  violated("time-runs-forward", `it runs back by ${msBetween(now, before)} ms`);
}

/** When the next 1a or the next message that waits may have waited long enough; undefined if none waits. */
export function nextWake(
  { future, held, windows, inbox }: {
    readonly future: readonly FutureProposal[];
    readonly held: Held;
    readonly windows: WindowState;
    readonly inbox: Inbox;
  },
  rule: WindowRule | undefined,
  now: Timestamp,
): Timestamp | undefined {
  let earliest = nextExpiry(inbox);
  const consider = (at: Timestamp | undefined) => {
    if (at === undefined) return;
    if (earliest === undefined || compareTimestamps(at, earliest) < 0) earliest = at;
  };
  consider(future[0]?.proposal.ballot);
  if (rule !== undefined && windows.isPutOff) consider(votesAt(rule, windows, now));
  for (const { proposal } of rule === undefined ? [] : held.values()) {
    const isWaitedFor = inbox.waitingFor.has(proposal.id);
    consider(lookAgainAt(rule!, windows, proposal, isWaitedFor, now));
  }
  return earliest;
}
