/**
 * What waits in an inbox, on whose account, and who gives way to whom when there is no more room.
 *
 * @module
 */

import { type Account, credit, type Source } from "./account.ts";
import { violated } from "./invariant.ts";
import { reject, type Rejection } from "./rejection.ts";
import type { AcceptorMessage, MessageId, Timestamp } from "./types.ts";

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
  /** Whether another that waits refers to it, or has. */
  isNeeded: boolean;
  /** When it has waited long enough. */
  until: Timestamp;
}

/** Messages waiting for refs. Changed in place by the functions here and in inbox.ts. */
export interface Inbox {
  /** In order of arrival. */
  readonly waiting: Map<MessageId, Waiting>;
  /** By missing id: the messages that wait for it. */
  readonly waitingFor: Map<MessageId, Set<MessageId>>;
  /** By source, in order of arrival: those to which nothing that waits has ever referred. */
  readonly spare: Map<Source, Set<MessageId>>;
  /** By source: those to which something has referred, and nothing does any more. */
  readonly exposed: Map<Source, Set<MessageId>>;
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

/** What is to wait. */
export interface Arriving extends Pick<Waiting, "missing" | "isNeeded"> {
  /** What it costs. */
  readonly size: number;
}

const NONE: ReadonlySet<MessageId> = new Set();

/** What a message costs: itself, and its refs. */
export function costOf(message: AcceptorMessage): number {
  return 1 + message.refs.length;
}

/** Whether there is room, or would be if all gave way that may. */
export function hasRoom(
  inbox: Inbox,
  limits: InboxLimits,
  source: Source,
  arriving: Arriving,
): boolean {
  const max = limits.inboxRefsPerPeerMax - arriving.size;
  let used = inbox.used.get(source) ?? 0;
  if (used <= max) return true;
  if (max < 0) return false;
  const others = arriving.isNeeded
    ? inbox.waiting.values()
    : spareOf(inbox, source, arriving).map((id) => inbox.waiting.get(id)!);
  for (const { message, sources } of others) {
    if (!sources.has(source)) continue;
    used -= costOf(message);
    if (used <= max) return true;
  }
  return false;
}

/** Drops what gives way until there is room, which there must be; see {@linkcode hasRoom}. */
export function makeRoom(
  inbox: Inbox,
  limits: InboxLimits,
  source: Source,
  arriving: Arriving,
): Dropped[] {
  const max = limits.inboxRefsPerPeerMax - arriving.size;
  const dropped: Dropped[] = [];
  while ((inbox.used.get(source) ?? 0) > max) {
    const waiting = nextToGo(inbox, source, arriving);
    unplace(inbox, waiting, source);
    waiting.sources.delete(source);
    credit(inbox.used, source, costOf(waiting.message));
    if (waiting.sources.size > 0) continue;
    remove(inbox, waiting);
    const rejection = reject("INBOX_FULL", `more than ${limits.inboxRefsPerPeerMax} refs wait`);
    dropped.push({ message: waiting.message, rejection, sources: [source] });
  }
  return dropped;
}

/** What nothing has ever needed, and what arrives does not need either. */
function spareOf(
  inbox: Inbox,
  source: Source,
  { missing }: Arriving,
): IteratorObject<MessageId> {
  const spare = (inbox.spare.get(source) ?? NONE).values();
  return spare.filter((id) => !missing.has(id));
}

/**
 * Which of a source's gives way next, of which there must be one. If all are needed it is by what
 * others have sent, and they wait on the account of others too, or will.
 */
function nextToGo(inbox: Inbox, source: Source, arriving: Arriving): Waiting {
  for (const id of spareOf(inbox, source, arriving)) return inbox.waiting.get(id)!;
  for (const id of inbox.exposed.get(source) ?? NONE) return inbox.waiting.get(id)!;
  for (const waiting of inbox.waiting.values()) if (waiting.sources.has(source)) return waiting;
  return violated("accounts-not-negative", `${source} has nothing that could give way`);
}

/** Notes that a message waits for another. */
export function addWaiter(inbox: Inbox, id: MessageId, waiter: MessageId): void {
  const waiters = inbox.waitingFor.get(id);
  if (waiters !== undefined) {
    waiters.add(waiter);
    return;
  }
  inbox.waitingFor.set(id, new Set([waiter]));
  const needed = inbox.waiting.get(id);
  if (needed === undefined) return;
  needed.isNeeded = true;
  for (const source of needed.sources) unplace(inbox, needed, source);
}

function removeWaiter(inbox: Inbox, id: MessageId, waiter: MessageId): void {
  const waiters = inbox.waitingFor.get(id);
  waiters?.delete(waiter);
  if (waiters?.size !== 0) return;
  inbox.waitingFor.delete(id);
  const left = inbox.waiting.get(id);
  if (left !== undefined) place(inbox, left);
}

/** Notes among which it is, of those that may give way. */
export function place(inbox: Inbox, { message: { id }, isNeeded, sources }: Waiting): void {
  if (inbox.waitingFor.has(id)) return;
  const places = isNeeded ? inbox.exposed : inbox.spare;
  for (const source of sources) {
    const same = places.get(source);
    if (same === undefined) places.set(source, new Set([id]));
    else same.add(id);
  }
}

function unplace(inbox: Inbox, { message: { id } }: Waiting, source: Source): void {
  for (const places of [inbox.spare, inbox.exposed]) {
    const same = places.get(source);
    same?.delete(id);
    if (same?.size === 0) places.delete(source);
  }
}

/** Takes a message out. */
export function remove(inbox: Inbox, waiting: Waiting): void {
  const { message, missing, sources } = waiting;
  inbox.waiting.delete(message.id);
  for (const id of missing) removeWaiter(inbox, id, message.id);
  for (const source of sources) {
    unplace(inbox, waiting, source);
    credit(inbox.used, source, costOf(message));
  }
}
