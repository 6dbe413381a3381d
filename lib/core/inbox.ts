/**
 * Verified messages that refer to messages not known yet: they wait here, bounded, until all their
 * refs are known (PROTOCOL section 2, proper).
 *
 * @module
 */

import { type Account, debit, newAccount, type Source } from "./account.ts";
import {
  addWaiter,
  costOf,
  type Dropped,
  hasRoom,
  type Inbox,
  type InboxLimits,
  makeRoom,
  place,
  remove,
  type Waiting,
} from "./inbox_room.ts";
import { violated } from "./invariant.ts";
import { reject } from "./rejection.ts";
import {
  type AcceptorMessage,
  addMs,
  compareTimestamps,
  type MessageId,
  type Timestamp,
} from "./types.ts";

export type { Source } from "./account.ts";
export type { Dropped, Inbox, InboxLimits, Waiting } from "./inbox_room.ts";

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
  return {
    ...{ waiting: new Map(), waitingFor: new Map(), used },
    ...{ spare: new Map(), exposed: new Map() },
  };
}

/**
 * Lets a message wait for its missing refs. A message that waits already is charged to the new
 * source too. At the source's limit others that it has waiting in this inbox give way: to a message
 * to which something that waits refers any of them, the last to need it first, and to another only
 * those to which nothing has ever referred, the oldest first. So the way from what waits down to what
 * is known is never given up for what comes on top of it, however much that is. If too little may
 * give way the message is refused and nothing does.
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
  const waiting = inbox.waiting.get(message.id);
  if (waiting?.sources.has(source)) return [];
  const isNeeded = waiting?.isNeeded ?? inbox.waitingFor.has(message.id);
  const arriving = { size: costOf(message), missing: new Set(missing), isNeeded };
  if (!hasRoom(inbox, limits, source, arriving)) {
    const rejection = reject("INBOX_FULL", `more than ${limits.inboxRefsPerPeerMax} refs wait`);
    // What waits already stays on account of whoever else has sent it.
    return waiting === undefined ? [{ message, rejection, sources: [source] }] : [];
  }
  const dropped = makeRoom(inbox, limits, source, arriving);
  debit(inbox.used, source, arriving.size);
  if (waiting !== undefined && inbox.waiting.has(message.id)) {
    waiting.sources.add(source);
    place(inbox, waiting);
    return dropped;
  }
  const added: Waiting = {
    ...{ message, missing: arriving.missing, isNeeded },
    sources: new Set([source]),
    until: addMs(now, limits.inboxWaitMsMax),
  };
  inbox.waiting.set(message.id, added);
  place(inbox, added);
  for (const id of missing) addWaiter(inbox, id, message.id);
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
