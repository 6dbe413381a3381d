/**
 * 1as that the clock has not reached: they wait, bounded, until their time (PROTOCOL section 6).
 *
 * @module
 */

import { type Account, credit, debit, type Source } from "./account.ts";
import { reject, type Rejection } from "./rejection.ts";
import {
  addMs,
  compareBallots,
  compareTimestamps,
  type Proposal,
  type Timestamp,
} from "./types.ts";

/** Bounds on 1as that wait for the clock. */
export interface FutureLimits {
  /** How many of one source may wait, in all instances. */
  readonly futureProposalsMax: number;
  /** How many bytes their values may have together; no bound if absent. */
  readonly futureBytesMax?: number;
  /** How far ahead of the clock a 1a may be, in milliseconds. */
  readonly clockSkewMsMax: number;
}

/** What 1as that wait are counted in; shared by the instances of a process. */
export interface FutureAccounts {
  /** How many wait. */
  readonly future: Account;
  /** Bytes of their values. */
  readonly futureBytes: Account;
}

/** A 1a that waits. */
export interface FutureProposal {
  /** As verified. */
  readonly proposal: Proposal;
  /** Who sent it first, on whose account it waits. */
  readonly source: Source;
  /** Bytes of its value. */
  readonly bytes: number;
}

/** Refuses a 1a that is too far ahead of the clock. */
export function refuseFarAhead(
  { ballot }: Proposal,
  { clockSkewMsMax }: FutureLimits,
  now: Timestamp,
): Rejection | undefined {
  if (compareTimestamps(ballot, addMs(now, clockSkewMsMax)) <= 0) return undefined;
  return reject("FAR_FUTURE", `the 1a is more than ${clockSkewMsMax} ms ahead of the clock`);
}

/**
 * Lets a 1a wait; `future` is kept lowest ballot first. At the limit the source's highest ballots in
 * this instance give way, perhaps the new one itself.
 *
 * @returns What had to go, and why.
 */
export function postpone(
  future: FutureProposal[],
  accounts: FutureAccounts,
  limits: FutureLimits,
  arrived: FutureProposal,
): { readonly gone: readonly FutureProposal[]; readonly rejection: Rejection } {
  const { futureProposalsMax, futureBytesMax = Infinity } = limits;
  const { source } = arrived;
  const detail = `${futureProposalsMax} 1as, or ${futureBytesMax} bytes, wait for the clock`;
  const rejection = reject("FUTURE_FULL", detail);
  const gone: FutureProposal[] = [];
  future.push(arrived);
  future.sort((a, b) => compareBallots(a.proposal.ballot, b.proposal.ballot));
  chargeProposal(accounts, arrived);
  const { future: count, futureBytes: bytes } = accounts;
  while (count.get(source)! > futureProposalsMax || (bytes.get(source) ?? 0) > futureBytesMax) {
    const last = future.findLastIndex((waiting) => waiting.source === source);
    const [removed] = future.splice(last, 1);
    giveBackProposal(accounts, removed!);
    gone.push(removed!);
    if (removed === arrived) break;
  }
  return { gone, rejection };
}

/** Takes out the 1as whose time has come, lowest ballot first. */
export function takeDue(
  future: FutureProposal[],
  accounts: FutureAccounts,
  now: Timestamp,
): readonly FutureProposal[] {
  let due = 0;
  while (due < future.length && compareTimestamps(future[due]!.proposal.ballot, now) <= 0) due++;
  const ready = future.splice(0, due);
  for (const waiting of ready) giveBackProposal(accounts, waiting);
  return ready;
}

/** Drops everything, silently. */
export function clearFuture(future: FutureProposal[], accounts: FutureAccounts): void {
  for (const waiting of future.splice(0)) giveBackProposal(accounts, waiting);
}

/** Counts a 1a that waits. */
export function chargeProposal(
  { future, futureBytes }: FutureAccounts,
  { source, bytes }: FutureProposal,
): void {
  debit(future, source, 1);
  debit(futureBytes, source, bytes);
}

/** Whether one more may wait on account of its source. */
export function hasRoomFor(
  { future, futureBytes }: FutureAccounts,
  { futureProposalsMax, futureBytesMax = Infinity }: FutureLimits,
  { source, bytes }: FutureProposal,
): boolean {
  return (future.get(source) ?? 0) < futureProposalsMax &&
    (futureBytes.get(source) ?? 0) + bytes <= futureBytesMax;
}

/** Counts it no more. */
export function giveBackProposal(
  { future, futureBytes }: FutureAccounts,
  { source, bytes }: FutureProposal,
): void {
  credit(future, source, 1);
  credit(futureBytes, source, bytes);
}
