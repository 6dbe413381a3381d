/**
 * Verified messages that refer to messages not known yet: they wait here, bounded, until all their
 * refs are known (PROTOCOL section 2, proper).
 *
 * @module
 */

import { type Account, credit, debit, newAccount, type Source } from "./account.ts";
import { violated } from "./invariant.ts";
import { reject, type Rejection } from "./rejection.ts";
import {
  type AcceptorMessage,
  addMs,
  compareTimestamps,
  type MessageId,
  type Timestamp,
} from "./types.ts";

export type { Source } from "./account.ts";

/** Bounds of an {@linkcode Inbox}. */
export interface InboxLimits {
  /** How many messages and refs, together, may wait on account of one source, in all instances. */
  readonly inboxRefsPerPeerMax: number;
  /** How long a message may wait, in milliseconds. */
  readonly inboxWaitMsMax: number;
}

/** A message that waits. */
export interface Waiting {
  /** As verified. */
  readonly message: AcceptorMessage;
  /** Those of its refs that are not known; never empty. */
  readonly missing: Set<MessageId>;
  /** Everyone who has sent it: it stays as long as one of them has room. */
  readonly sources: Set<Source>;
  /** When it has waited long enough. */
  until: Timestamp;
}

/** Messages waiting for refs. Changed in place by the functions below. */
export interface Inbox {
  /** In order of arrival. */
  readonly waiting: Map<MessageId, Waiting>;
  /** By missing id: the messages that wait for it. */
  readonly waitingFor: Map<MessageId, Set<MessageId>>;
  /** How much each source has waiting, here and in whatever else shares the account. */
  readonly used: Account;
}

/** A message that had to leave the inbox undelivered. */
export interface Dropped {
  /** As verified. */
  readonly message: AcceptorMessage;
  /** Why it had to leave. */
  readonly rejection: Rejection;
  /** Who had sent it. */
  readonly sources: readonly Source[];
}

/** A message that need not wait any more. */
export interface Released {
  /** As verified. */
  readonly message: AcceptorMessage;
  /** Who has sent it, the first of them first; never empty. */
  readonly sources: readonly Source[];
}

/**
 * An inbox in which nothing waits.
 *
 * @param used Shared by the inboxes of a process, so that a source's limit holds over all of them.
 */
export function newInbox(used: Account = newAccount()): Inbox {
  return { waiting: new Map(), waitingFor: new Map(), used };
}

/**
 * Lets a message wait for its missing refs. A message that waits already is charged to the new
 * source too. At the source's limit its oldest messages in this inbox give way; if what it has
 * waiting elsewhere leaves no room even so, the message is refused and nothing gives way.
 *
 * @param missing Not empty.
 * @throws InvariantError if it is empty: the message would wait for nothing, for ever.
 * @returns What was dropped to make room, or the message itself.
 */
export function wait(
  inbox: Inbox,
  limits: InboxLimits,
  message: AcceptorMessage,
  missing: readonly MessageId[],
  source: Source,
  now: Timestamp,
): Dropped[] {
  if (missing.length === 0) violated("missing-not-empty", `${message.id} lacks nothing`);
  const size = costOf(message);
  const waiting = inbox.waiting.get(message.id);
  if (waiting?.sources.has(source)) return [];
  if (!hasRoom(inbox, limits, source, size)) {
    const rejection = reject("INBOX_FULL", `more than ${limits.inboxRefsPerPeerMax} refs wait`);
    // What waits already stays on account of whoever else has sent it.
    return waiting === undefined ? [{ message, rejection, sources: [source] }] : [];
  }
  const dropped = makeRoom(inbox, limits, source, size);
  debit(inbox.used, source, size);
  if (waiting !== undefined && inbox.waiting.has(message.id)) {
    waiting.sources.add(source);
    return dropped;
  }
  const until = addMs(now, limits.inboxWaitMsMax);
  inbox.waiting.set(message.id, {
    message,
    missing: new Set(missing),
    sources: new Set([source]),
    until,
  });
  for (const id of missing) {
    const waiters = inbox.waitingFor.get(id);
    if (waiters === undefined) inbox.waitingFor.set(id, new Set([message.id]));
    else waiters.add(message.id);
  }
  return dropped;
}

/** Takes out, in order of arrival, the messages for which `id` was the last ref missing. */
export function release(inbox: Inbox, id: MessageId): Released[] {
  const waiters = inbox.waitingFor.get(id);
  if (waiters === undefined) return [];
  inbox.waitingFor.delete(id);
  const ready: Released[] = [];
  for (const waiter of waiters) {
    const waiting = inbox.waiting.get(waiter)!;
    waiting.missing.delete(id);
    if (waiting.missing.size > 0) continue;
    ready.push({ message: waiting.message, sources: [...waiting.sources] });
    remove(inbox, waiting);
  }
  return ready;
}

/** Who has sent the first message that waits for `id`; undefined if none does. */
export function waiterOf(inbox: Inbox, id: MessageId): Source | undefined {
  for (const waiter of inbox.waitingFor.get(id) ?? []) {
    for (const source of inbox.waiting.get(waiter)!.sources) return source;
  }
  return undefined;
}

/**
 * Drops the messages that have waited too long, but for those that wait for a 1a which is here and not
 * delivered yet: they go on waiting. Costs O(dropped): arrival order is time order.
 *
 * @param held What is here and not delivered yet.
 */
export function expire(
  inbox: Inbox,
  { inboxWaitMsMax }: InboxLimits,
  now: Timestamp,
  held: ReadonlyMap<MessageId, unknown>,
): Dropped[] {
  const dropped: Dropped[] = [];
  for (const waiting of [...inbox.waiting.values()]) {
    if (compareTimestamps(waiting.until, now) > 0) break;
    if (held.size > 0 && waiting.missing.keys().some((id) => held.has(id))) {
      waiting.until = addMs(now, inboxWaitMsMax);
      inbox.waiting.delete(waiting.message.id);
      inbox.waiting.set(waiting.message.id, waiting);
      continue;
    }
    const sources = [...waiting.sources];
    remove(inbox, waiting);
    const rejection = reject("REFS_TIMEOUT", `${waiting.missing.size} refs were not supplied`);
    dropped.push({ message: waiting.message, rejection, sources });
  }
  return dropped;
}

/** The clock has been set back: nothing waits longer than if it had come now. */
export function shortenWaits(inbox: Inbox, limits: InboxLimits, now: Timestamp): void {
  const latest = addMs(now, limits.inboxWaitMsMax);
  for (const waiting of inbox.waiting.values()) {
    if (compareTimestamps(waiting.until, latest) > 0) waiting.until = latest;
  }
}

/** Drops everything, silently. */
export function clearInbox(inbox: Inbox): void {
  for (const waiting of inbox.waiting.values()) remove(inbox, waiting);
}

/** When the next message will have waited too long; undefined if none waits. */
export function nextExpiry(inbox: Inbox): Timestamp | undefined {
  for (const waiting of inbox.waiting.values()) return waiting.until;
  return undefined;
}

function costOf(message: AcceptorMessage): number {
  return 1 + message.refs.length;
}

/** Whether there is room, or would be if all that the source has waiting in this inbox gave way. */
function hasRoom(inbox: Inbox, limits: InboxLimits, source: Source, size: number): boolean {
  const max = limits.inboxRefsPerPeerMax - size;
  let used = inbox.used.get(source) ?? 0;
  if (used <= max) return true;
  if (max < 0) return false;
  for (const { message, sources } of inbox.waiting.values()) {
    if (!sources.has(source)) continue;
    used -= costOf(message);
    if (used <= max) return true;
  }
  return false;
}

function makeRoom(inbox: Inbox, limits: InboxLimits, source: Source, size: number): Dropped[] {
  const dropped: Dropped[] = [];
  for (const waiting of inbox.waiting.values()) {
    if ((inbox.used.get(source) ?? 0) + size <= limits.inboxRefsPerPeerMax) break;
    if (!waiting.sources.has(source)) continue;
    waiting.sources.delete(source);
    credit(inbox.used, source, costOf(waiting.message));
    if (waiting.sources.size > 0) continue;
    remove(inbox, waiting);
    const rejection = reject("INBOX_FULL", `more than ${limits.inboxRefsPerPeerMax} refs wait`);
    dropped.push({ message: waiting.message, rejection, sources: [source] });
  }
  return dropped;
}

function remove(inbox: Inbox, waiting: Waiting): void {
  const { message, missing, sources } = waiting;
  inbox.waiting.delete(message.id);
  for (const id of missing) {
    const waiters = inbox.waitingFor.get(id);
    waiters?.delete(message.id);
    if (waiters?.size === 0) inbox.waitingFor.delete(id);
  }
  for (const source of sources) credit(inbox.used, source, costOf(message));
}
