/**
 * Appending: who puts records into the log, where, and who takes over (PROTOCOL section 8).
 *
 * One coordinator at a time batches and pipelines. It is the first acceptor by name that is not
 * suspected; each acceptor judges that by itself. Whoever has a record that is not in the log in
 * time suspects whom it was handed to, and hands it to the next, in the end to itself. Two
 * coordinators at once cost ballots, never safety.
 *
 * @module
 */

import { hasMember, membersOf } from "../core/acceptor_set.ts";
import type { AcceptorIndex } from "../core/types.ts";
import type {
  Appended,
  CoordinatorEffect,
  CoordinatorState,
  CoordinatorView,
  Pending,
} from "./coordinator_state.ts";
import type { Delivery } from "./learner_log.ts";
import { activeLearners, noteStalled } from "./progress.ts";
import {
  BATCH_OVERHEAD_BYTES,
  encodeBatch,
  type LogRecord,
  recordBytes,
  recordFlaw,
} from "./record.ts";
import { prefixesOf } from "./state.ts";
import type { Position } from "./types.ts";
import { mayOpen } from "./window.ts";

/**
 * Takes a record from a client, or from another acceptor, which then wants *this* one to put it into
 * the log, whoever else may be coordinator.
 *
 * @param goesOn Whether to {@linkcode advance} at once; who takes many does so after the last.
 */
export function append(
  view: CoordinatorView,
  record: LogRecord,
  from: AcceptorIndex | undefined,
  effects: CoordinatorEffect[],
  goesOn = true,
): Appended {
  const { context, settings, state, log, self, nowMs } = view;
  const flaw = recordFlaw(record, context.settings.batchBytesMax);
  if (flaw !== undefined) return { kind: "unfit", flaw };
  const key = keyOf(record);
  if (state.pending.has(key)) return { kind: "waiting" };
  const judged = log.learners.map(({ sessions }) => sessions.judge(record));
  if (judged.every((each) => each === "repeated")) return { kind: "repeated" };
  if (judged.every((each) => each !== "new")) return { kind: "too old" };
  if (state.pending.size >= settings.pendingMax) return { kind: "full" };
  if (countOf(state, from) >= settings.pendingPerPeerMax) return { kind: "full" };
  countIn(state, from, 1);
  const handedTo = from === undefined ? coordinator(view, new Set()) : self;
  state.pending.set(key, {
    record,
    bytes: recordBytes(record),
    from,
    handedTo,
    sinceMs: nowMs,
    tried: new Set(),
    rounds: 0,
    lacking: judged.reduce((set, each, a) => each === "new" ? set | 1n << BigInt(a) : set, 0n),
    assigned: undefined,
  });
  if (handedTo !== self) effects.push({ kind: "hand over", to: handedTo, record });
  if (goesOn) advance(view, effects);
  return { kind: "accepted" };
}

/** Notes that somebody has proposed in an instance. */
export function noteOpened(
  { state }: { readonly state: CoordinatorState },
  instance: Position,
): void {
  state.opened = Math.max(state.opened, instance);
}

/** Notes what a learner's log has delivered here. To be called for each delivery. */
export function noteDelivered({ state }: CoordinatorView, { learner, records }: Delivery): void {
  for (const record of records) {
    const pending = state.pending.get(keyOf(record));
    if (pending !== undefined) pending.lacking &= ~(1n << BigInt(learner));
  }
}

/** To whom records are handed now. */
export function currentCoordinator(view: CoordinatorView): AcceptorIndex {
  return coordinator(view, new Set());
}

/** Whether a record waits here. */
export function isPending(
  { pending }: CoordinatorState,
  record: Pick<LogRecord, "client" | "sequence">,
): boolean {
  return pending.has(keyOf(record));
}

/** Goes on after the log has, or time. Call it at least every `patienceMs`. */
export function advance(view: CoordinatorView, effects: CoordinatorEffect[]): void {
  settle(view);
  for (const pending of view.state.pending.values()) loseTrust(view, pending, effects);
  proposeBatches(view, effects);
  fillGap(view, effects);
}

/** The first acceptor by name that is neither suspected nor has had a record in vain; or this one. */
function coordinator(
  { context, state, self, nowMs }: CoordinatorView,
  tried: ReadonlySet<AcceptorIndex>,
): AcceptorIndex {
  for (let index = 0; index < context.graph.acceptorCount; index++) {
    const suspect = state.suspects.get(index);
    const isTrusted = suspect === undefined || suspect.untilMs <= nowMs;
    if (index === self || (isTrusted && !tried.has(index))) return index;
  }
  return self;
}

/** Lets go of what all active learners have, and of batches that have come to their end. */
function settle({ context, settings, state, log, nowMs }: CoordinatorView): void {
  const { inFlight, pending, progress } = state;
  for (const [instance, sinceMs] of inFlight) {
    const isDone = activeLearners(progress, log, nowMs)
      .every((a) => log.learners[a]!.has(instance));
    if (!isDone && nowMs - sinceMs < settings.patienceMs) continue;
    inFlight.delete(instance);
    if (!isDone) noteStalled(progress, log, instance, nowMs, settings.patienceMs);
  }
  const active = activeLearners(progress, log, nowMs);
  for (const [key, each] of pending) {
    for (const a of membersOf(each.lacking)) {
      // It may have come by a snapshot.
      const isLacking = log.learners[a]!.sessions.judge(each.record) === "new";
      if (!isLacking) each.lacking &= ~(1n << BigInt(a));
    }
    if (!active.some((a) => hasMember(each.lacking, a)) && pending.delete(key)) {
      countIn(state, each.from, -1);
    }
    const { assigned } = each;
    if (assigned === undefined || inFlight.has(assigned)) continue;
    if (active.every((a) => log.learners[a]!.prefix > assigned)) each.assigned = undefined;
    else if (!mayOpen(context.settings, prefixesOf(log), log.floor, assigned)) {
      each.assigned = undefined;
    }
  }
}

/** Hands a record that is overdue to somebody else. */
function loseTrust(
  view: CoordinatorView,
  pending: Pending,
  effects: CoordinatorEffect[],
): void {
  const { settings, state, self, nowMs, context } = view;
  const patienceMs = settings.patienceMs * 2 ** Math.min(pending.rounds, 6);
  if (pending.from !== undefined || nowMs - pending.sinceMs < patienceMs) return;
  const { handedTo, tried } = pending;
  tried.add(handedTo);
  if (handedTo !== self) {
    const times = (state.suspects.get(handedTo)?.times ?? 0) + 1;
    const untilMs = nowMs + settings.suspicionMs * 2 ** Math.min(times - 1, 6);
    state.suspects.set(handedTo, { untilMs, times });
    effects.push({ kind: "suspect", acceptor: handedTo });
  }
  if (tried.size >= context.graph.acceptorCount || handedTo === self) {
    tried.clear();
    pending.rounds++;
  }
  pending.handedTo = coordinator(view, tried);
  pending.sinceMs = nowMs;
  if (pending.handedTo !== self) {
    effects.push({ kind: "hand over", to: pending.handedTo, record: pending.record });
  }
}

/**
 * Proposes what waits to be put into the log here: at once if nothing is in flight, or when the
 * oldest is not any more; else when a batch is full.
 */
function proposeBatches(view: CoordinatorView, effects: CoordinatorEffect[]): void {
  const { context: { settings }, state, self, nowMs } = view;
  for (;;) {
    const waiting = [...state.pending.values()]
      .filter(({ handedTo, assigned }) => handedTo === self && assigned === undefined);
    if (waiting.length === 0 || state.inFlight.size >= settings.pipelineMax) return;
    let bytes = BATCH_OVERHEAD_BYTES;
    const batch: Pending[] = [];
    for (const each of waiting) {
      if (bytes + each.bytes > settings.batchBytesMax) break;
      bytes += each.bytes;
      batch.push(each);
    }
    if (state.inFlight.size > 0 && batch.length === waiting.length) return;
    const instance = nextInstance(view);
    if (instance === undefined) return;
    for (const each of batch) each.assigned = instance;
    state.inFlight.set(instance, nowMs);
    noteOpened(view, instance);
    const value = encodeBatch(batch.map(({ record }) => record));
    effects.push({ kind: "propose", instance, value });
  }
}

/** The lowest instance that an active learner lacks, and that may be opened; undefined if none. */
function nextInstance(
  { context, state, log, nowMs }: CoordinatorView,
): Position | undefined {
  const active = activeLearners(state.progress, log, nowMs);
  const prefixes = prefixesOf(log);
  let instance = Math.min(...active.map((a) => prefixes[a]!));
  for (; mayOpen(context.settings, prefixes, log.floor, instance); instance++) {
    if (state.inFlight.has(instance)) continue;
    if (active.some((a) => !log.learners[a]!.has(instance))) return instance;
  }
  return undefined;
}

/**
 * Proposes a batch without records where nobody else does, so that what was decided above can be
 * delivered: the coordinator soon, the others later, one after the other.
 */
function fillGap(view: CoordinatorView, effects: CoordinatorEffect[]): void {
  const { context, settings, state, self, nowMs } = view;
  const at = nextInstance(view);
  if (at === undefined || at > state.opened) {
    state.gap = undefined;
    return;
  }
  if (state.gap?.at !== at) state.gap = { at, sinceMs: nowMs };
  const count = context.graph.acceptorCount;
  const turn = (self - coordinator(view, new Set()) + count) % count;
  const waitMs = settings.patienceMs * (0.5 + turn);
  if (nowMs - state.gap.sinceMs < waitMs || state.inFlight.size >= context.settings.pipelineMax) {
    return;
  }
  state.gap = { at, sinceMs: nowMs };
  state.inFlight.set(at, nowMs);
  effects.push({ kind: "propose", instance: at, value: encodeBatch([]) });
}

/** How many records wait that an acceptor has handed over; 0 for those of clients here. */
function countOf({ handedOver }: CoordinatorState, from: AcceptorIndex | undefined): number {
  return from === undefined ? 0 : handedOver.get(from) ?? 0;
}

function countIn(state: CoordinatorState, from: AcceptorIndex | undefined, by: number): void {
  if (from !== undefined) state.handedOver.set(from, countOf(state, from) + by);
}

function keyOf({ client, sequence }: Pick<LogRecord, "client" | "sequence">): string {
  return `${sequence} ${client}`;
}
