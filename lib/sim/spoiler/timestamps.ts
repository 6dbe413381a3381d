/**
 * The alternative to windows that acceptors keep (ADR 0041): a 1a whose time lies outside its signer's
 * window is not well-formed. Windows are those of the clock and have one length. Only the spoiler's
 * worlds have this: it is here to be compared.
 *
 * @module
 */

import type { BackoffSettings } from "../../core/proposer.ts";
import {
  addMs,
  compareTimestamps,
  type Message,
  msBetween,
  type Timestamp,
} from "../../core/types.ts";
import type { SpoilScenario } from "./scenario.ts";

/** What it says of windows. */
type Clockwork = Pick<SpoilScenario, "rotation" | "hasOthers" | "windowMsMin">;

const ZERO: Timestamp = { seconds: 0, nanos: 0 };

/** Ballots that a proposer offers in a window. */
const BALLOTS = 3;

/** A proposer offers whenever it is let look. */
export const BY_TIMESTAMPS: BackoffSettings = {
  backoffMsMin: 0,
  backoffMsMax: 0,
  clockSkewMsMax: 10_000,
};

/** Whether a message is no 1a outside its window. */
export function isInItsWindow(scenario: Clockwork, message: Message): boolean {
  if (message.kind !== "1a") return true;
  const { ballot } = message;
  return ownsWindow(scenario, indexOf(scenario, ballot), ballot.proposer);
}

/** The latest time not after another at which a proposer's 1a is well-formed. */
export function latestFor(scenario: Clockwork, proposer: number, time: Timestamp): Timestamp {
  let index = indexOf(scenario, time);
  if (ownsWindow(scenario, index, proposer)) return time;
  const lowest = index - scenario.rotation.length - 1;
  while (index > lowest && !ownsWindow(scenario, index, proposer)) index--;
  return addMs(ZERO, (index + 1) * scenario.windowMsMin - 0.01);
}

/** An acceptor that proposes, and the latest part of a window in which it has. */
interface Offering {
  readonly acceptor: number;
  part: number;
}

/** Whether a proposer is to offer now, at most once in each part of its windows, and when next. */
export function takePart(
  scenario: Clockwork,
  offering: Offering,
  now: Timestamp,
): { readonly isNow: boolean; readonly next: Timestamp } {
  const { acceptor } = offering;
  const { number, at } = partAt(scenario, acceptor, now);
  if (compareTimestamps(at, now) > 0) return { isNow: false, next: at };
  const isNow = number > offering.part;
  offering.part = number;
  const partMs = Math.ceil(scenario.windowMsMin / BALLOTS);
  return { isNow, next: partAt(scenario, acceptor, addMs(at, partMs)).at };
}

/** The part of a window of the proposer's that a time falls into, or the next; parts are numbered. */
function partAt(scenario: Clockwork, proposer: number, time: Timestamp) {
  const { windowMsMin } = scenario;
  let index = indexOf(scenario, time);
  let part = 0;
  if (ownsWindow(scenario, index, proposer)) {
    const elapsedMs = msBetween(ZERO, time) - index * windowMsMin;
    part = Math.min(Math.floor(elapsedMs * BALLOTS / windowMsMin), BALLOTS - 1);
  } else {
    while (!ownsWindow(scenario, index, proposer)) index++;
  }
  const at = addMs(ZERO, Math.ceil(windowMsMin * (index + part / BALLOTS)));
  return { number: BALLOTS * index + part, at };
}

function indexOf({ windowMsMin }: Clockwork, time: Timestamp): number {
  return Math.floor(msBetween(ZERO, time) / windowMsMin);
}

function ownsWindow({ rotation, hasOthers }: Clockwork, index: number, proposer: number): boolean {
  const owner = rotation[index % (rotation.length + (hasOthers ? 1 : 0))];
  return owner === undefined ? !rotation.includes(proposer) : owner === proposer;
}
