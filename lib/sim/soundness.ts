/**
 * What must hold of an honest process after every step, whatever happened before: what waits is
 * counted, in its place and in its order, and what has been delivered is not forgotten.
 *
 * @module
 */

import type { Account } from "../core/account.ts";
import { type Accounts, newAccounts } from "../core/accounts.ts";
import { debit } from "../core/account.ts";
import { chargeProposal } from "../core/future.ts";
import { costOf, type Inbox } from "../core/inbox_room.ts";
import type { InstanceState } from "../core/instance.ts";
import { compareTimestamps, type MessageId, type Timestamp } from "../core/types.ts";

/** Where messages wait in an instance. */
type Places = Pick<InstanceState, "inbox" | "future" | "held">;

/** Waiting messages up to which everything is counted anew after each step, and not now and then. */
const COUNTED_MAX = 64;

/** Looks at the processes of one world. */
export class Soundness {
  #steps = 0;

  /** What is wrong after a step of `state`; undefined if nothing is. Costs O(what waits) at most. */
  after(state: InstanceState, all: readonly InstanceState[]): string | undefined {
    const waiting = all.reduce((sum, { inbox }) => sum + inbox.waiting.size, 0);
    const isCounted = waiting <= COUNTED_MAX || this.#steps++ % 32 === 0;
    return forgotten(state) ??
      (isCounted ? disorderOf(state.inbox) ?? miscounted(all, state.accounts) : undefined);
  }
}

/**
 * Whose message an acceptor has been handed and would not refer to in its next: whatever it has
 * taken in, since then or before it took back messages of its own, counts. Undefined if nobody's.
 */
export function forgotten({ acceptor, view }: InstanceState): string | undefined {
  if (acceptor === undefined || acceptor.standing === "forked") return undefined;
  const { tips } = acceptor.past;
  for (let signer = 0; signer < tips.length; signer++) {
    // Of a liar's branches some may be left aside.
    if (((view.caught >> BigInt(signer)) & 1n) === 1n) continue;
    if (view.tips[signer]![0] !== tips[signer]![0]) {
      return `it has forgotten what acceptor ${signer} has said`;
    }
  }
  return undefined;
}

/** What is wrong about an inbox by itself; undefined if nothing is. */
export function disorderOf({ waiting, waitingFor, spare, exposed }: Inbox): string | undefined {
  let before: Timestamp | undefined;
  const mayGo = new Set<string>();
  for (const { message: { id }, missing, sources, until } of waiting.values()) {
    if (before !== undefined && compareTimestamps(before, until) > 0) {
      return `${name(id)} waits behind one that waits longer`;
    }
    before = until;
    if (sources.size === 0 || missing.size === 0) return `${name(id)} waits for nothing, or nobody`;
    for (const lack of missing) {
      if (!waitingFor.get(lack)?.has(id)) return `nothing knows that ${name(id)} waits`;
    }
    if (waitingFor.has(id)) continue;
    for (const source of sources) mayGo.add(`${id} ${source}`);
  }
  for (const places of [spare, exposed]) {
    for (const [source, ids] of places) {
      for (const id of ids) {
        if (!mayGo.delete(`${id} ${source}`)) return `${name(id)} may give way, and must not`;
      }
    }
  }
  const [left] = mayGo;
  return left === undefined ? undefined : `${name(left)} may not give way`;
}

/** Whose account is not the sum of what waits in these instances, all of a process. */
export function miscounted(all: readonly Places[], accounts: Accounts): string | undefined {
  const counted = newAccounts();
  for (const { inbox, future, held } of all) {
    for (const { message, sources } of inbox.waiting.values()) {
      for (const source of sources) debit(counted.inbox, source, costOf(message));
    }
    for (const each of [...future, ...held.values()]) chargeProposal(counted, each);
  }
  for (const key of ["inbox", "future", "futureBytes"] as const) {
    const wrong = difference(accounts[key], counted[key]);
    if (wrong !== undefined) return `${key}: ${wrong}`;
  }
  return undefined;
}

function difference(account: Account, counted: Account): string | undefined {
  for (const source of new Set([...account.keys(), ...counted.keys()])) {
    const [kept, waits] = [account.get(source) ?? 0, counted.get(source) ?? 0];
    if (kept !== waits) return `${source} is charged with ${kept}, and ${waits} wait`;
  }
  return undefined;
}

function name(id: MessageId | string): string {
  return id.slice(0, 8);
}
