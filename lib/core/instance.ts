/**
 * One instance of the protocol in one process: deliver what is proper, answer as an acceptor, decide
 * as the learners. Pure and synchronous: inputs in, effects out.
 *
 * @module
 */

import { type AcceptorState, answer1a, draft2a, follow, type Identify } from "./acceptor.ts";
import { newAcceptor, remember } from "./acceptor.ts";
import { type Dag, type Entry, findFork, newDag } from "./dag.ts";
import { admit } from "./facts.ts";
import { expire, type Inbox, type InboxLimits, newInbox, nextExpiry } from "./inbox.ts";
import { release, type Source, wait } from "./inbox.ts";
import { type Decision, type Disagreement, learn } from "./learner.ts";
import { type LearnerState, newLearner } from "./learner.ts";
import type { LearnerGraph } from "./learner_graph.ts";
import { emptyPast, include, type Past } from "./past.ts";
import { isRejection, reject, type Rejection } from "./rejection.ts";
import {
  type AcceptorIndex,
  addMs,
  compareBallots,
  compareTimestamps,
  type Message,
  type MessageId,
  type Proposal,
  type Timestamp,
} from "./types.ts";

/** Bounds on what waits in an instance. */
export interface CoreLimits extends InboxLimits {
  /** How many 1as may wait for the clock. */
  readonly futureProposalsMax: number;
  /** How far ahead of the clock a 1a may be, in milliseconds. */
  readonly clockSkewMsMax: number;
}

/** What all instances of a process share. */
export interface CoreContext {
  /** Valid. */
  readonly graph: LearnerGraph;
  /** Bounds of each instance on its own. */
  readonly limits: CoreLimits;
  /** The acceptor that this process is; undefined for one that only observes. */
  readonly self: AcceptorIndex | undefined;
}

/** State of one instance. Changed in place by {@linkcode step}. */
export interface InstanceState {
  /** Names drafts of this instance. */
  readonly identify: Identify;
  /** What is known (TR, known_messages). */
  readonly dag: Dag;
  /** What waits for refs. */
  readonly inbox: Inbox;
  /** 1as that the clock has not reached, lowest ballot first. */
  future: { proposal: Proposal; source: Source }[];
  /** Everything known, merged. */
  readonly view: Past;
  /** Undefined for a process that only observes. */
  readonly acceptor: AcceptorState | undefined;
  /** All learners of the graph. */
  readonly learner: LearnerState;
}

/** What happens to an instance. `now` never runs backwards. */
export type Input =
  | {
    readonly kind: "message";
    readonly message: Message;
    readonly source: Source;
    readonly now: Timestamp;
  }
  | { readonly kind: "tick"; readonly now: Timestamp };

/**
 * What the world is to do, in this order. Between two effects nothing else may be sent.
 *
 * - `deliver`: a message is known and well-formed. Journal it; echo it to peers that may lack it.
 * - `send`: an own message. Sign it, make it durable together with the deliveries before it, and
 *   only then broadcast it.
 * - `reject`: a message is refused for good.
 * - `request`: refs are missing; ask `source` for them first.
 * - `wake`: call with a tick at that time.
 * - `halt`: a message of our own that we never sent has come; we sign no more in this instance.
 * - `decide`, `caught`, `disagree`: report.
 */
export type Effect =
  | { readonly kind: "deliver"; readonly entry: Entry; readonly source: Source }
  | { readonly kind: "send"; readonly entry: Entry }
  | {
    readonly kind: "reject";
    readonly id: MessageId;
    readonly rejection: Rejection;
    readonly sources: readonly Source[];
  }
  | { readonly kind: "request"; readonly ids: readonly MessageId[]; readonly source: Source }
  | { readonly kind: "wake"; readonly at: Timestamp }
  | { readonly kind: "halt"; readonly entry: Entry }
  | { readonly kind: "decide"; readonly decision: Decision }
  | {
    readonly kind: "caught";
    readonly acceptor: AcceptorIndex;
    readonly evidence: readonly [Entry, Entry];
  }
  | { readonly kind: "disagree"; readonly disagreement: Disagreement };

/** An instance in which nothing has happened. */
export function newInstance(context: CoreContext, identify: Identify): InstanceState {
  const { graph, self } = context;
  return {
    identify,
    dag: newDag(),
    inbox: newInbox(),
    future: [],
    view: emptyPast(graph),
    acceptor: self === undefined ? undefined : newAcceptor(graph, self),
    learner: newLearner(graph),
  };
}

/** Runs one input to its end (TR, Figure 3; PROTOCOL section 4). */
export function step(context: CoreContext, state: InstanceState, input: Input): Effect[] {
  const run: Run = { context, state, now: input.now, effects: [] };
  if (input.kind === "message") {
    receive(run, input.message, input.source);
  } else {
    for (const { message, rejection, sources } of expire(state.inbox, input.now)) {
      run.effects.push({ kind: "reject", id: message.id, rejection, sources });
    }
  }
  deliverDueProposals(run);
  const at = nextWake(state);
  if (at !== undefined) run.effects.push({ kind: "wake", at });
  return run.effects;
}

interface Run {
  readonly context: CoreContext;
  readonly state: InstanceState;
  readonly now: Timestamp;
  readonly effects: Effect[];
}

function receive(run: Run, message: Message, source: Source): void {
  const { context, state, now, effects } = run;
  if (state.dag.has(message.id)) return;
  if (message.kind === "1a") return receive1a(run, message, source);
  const missing = message.refs.filter((ref) => !state.dag.has(ref));
  if (missing.length === 0) return deliver(run, message, source);
  const dropped = wait(state.inbox, context.limits, message, missing, source, now);
  for (const { message: { id }, rejection, sources } of dropped) {
    effects.push({ kind: "reject", id, rejection, sources });
  }
  if (state.inbox.waiting.has(message.id)) {
    const ids = missing.filter((id) =>
      !state.inbox.waiting.has(id) && !state.future.some(({ proposal }) => proposal.id === id)
    );
    if (ids.length > 0) effects.push({ kind: "request", ids, source });
  }
}

/** A 1a waits until an acceptor's clock has passed its time (PROTOCOL section 6). */
function receive1a(run: Run, proposal: Proposal, source: Source): void {
  const { context: { limits }, state, now, effects } = run;
  if (state.acceptor === undefined || compareTimestamps(proposal.ballot, now) <= 0) {
    return deliver(run, proposal, source);
  }
  if (compareTimestamps(proposal.ballot, addMs(now, limits.clockSkewMsMax)) > 0) {
    const rejection = reject(
      "FAR_FUTURE",
      `the 1a is more than ${limits.clockSkewMsMax} ms ahead of the clock`,
    );
    effects.push({ kind: "reject", id: proposal.id, rejection, sources: [source] });
    return;
  }
  if (state.future.some((waiting) => waiting.proposal.id === proposal.id)) return;
  state.future.push({ proposal, source });
  state.future.sort((a, b) => compareBallots(a.proposal.ballot, b.proposal.ballot));
  if (state.future.length <= limits.futureProposalsMax) return;
  const last = state.future.pop()!;
  const rejection = reject("FUTURE_FULL", `${limits.futureProposalsMax} 1as wait for the clock`);
  effects.push({ kind: "reject", id: last.proposal.id, rejection, sources: [last.source] });
}

function deliverDueProposals(run: Run): void {
  const { state, now } = run;
  let due = 0;
  while (
    due < state.future.length && compareTimestamps(state.future[due]!.proposal.ballot, now) <= 0
  ) due++;
  if (due === 0) return;
  const ready = state.future.slice(0, due);
  state.future = state.future.slice(due);
  for (const { proposal, source } of ready) {
    if (!state.dag.has(proposal.id)) deliver(run, proposal, source);
  }
}

/** Delivers a proper message, what the acceptor answers, and all that waited for either. */
function deliver(run: Run, first: Message, source: Source): void {
  const { context: { graph }, state, effects } = run;
  const queue: { message: Message; source: Source }[] = [{ message: first, source }];
  for (const { message, source } of queue) {
    if (state.dag.has(message.id)) continue;
    const entry = admit(graph, state.dag, message);
    if (isRejection(entry)) {
      effects.push({ kind: "reject", id: message.id, rejection: entry, sources: [source] });
      continue;
    }
    effects.push({ kind: "deliver", entry, source });
    observe(run, entry);
    queue.push(...release(state.inbox, message.id));
    for (const own of respond(run, entry)) queue.push(...release(state.inbox, own.message.id));
  }
}

/** Updates what everything known amounts to, and lets the learners decide. */
function observe(run: Run, entry: Entry): void {
  const { context: { graph }, state: { view, learner }, effects } = run;
  const caughtBefore = view.caught;
  include(view, entry);
  if (view.caught !== caughtBefore) reportCaught(run, view.caught & ~caughtBefore);
  for (const { decision, disagreements } of learn(graph, learner, entry, view.caught)) {
    effects.push({ kind: "decide", decision });
    for (const disagreement of disagreements) effects.push({ kind: "disagree", disagreement });
  }
}

function reportCaught({ state: { view }, effects }: Run, caught: bigint): void {
  view.tips.forEach((tips, acceptor) => {
    if (((caught >> BigInt(acceptor)) & 1n) === 0n) return;
    effects.push({ kind: "caught", acceptor, evidence: findFork(tips[0]!, tips[1]!) });
  });
}

/** Signs what the rules allow after a delivery; each own message may allow the next. */
function respond(run: Run, entry: Entry): Entry[] {
  const { context: { graph }, state: { acceptor, identify } } = run;
  if (acceptor === undefined) return [];
  const sent: Entry[] = [];
  if (entry.message.kind === "1a") {
    const reply = answer1a(graph, acceptor, entry, identify);
    if (reply === undefined) return [];
    send(run, acceptor, reply);
    sent.push(reply);
  } else {
    remember(acceptor, entry);
    if (entry.message.signer === acceptor.self && !acceptor.halted) {
      acceptor.halted = true;
      run.effects.push({ kind: "halt", entry });
    }
  }
  for (
    let next = draft2a(graph, acceptor, identify);
    next !== undefined;
    next = draft2a(graph, acceptor, identify)
  ) {
    send(run, acceptor, next);
    sent.push(next);
  }
  return sent;
}

function send(run: Run, acceptor: AcceptorState, own: Entry): void {
  const { context: { graph }, state, effects } = run;
  state.dag.set(own.message.id, own);
  follow(graph, acceptor, own);
  effects.push({ kind: "send", entry: own });
  observe(run, own);
}

function nextWake(state: InstanceState): Timestamp | undefined {
  const due = state.future[0]?.proposal.ballot;
  const expiry = nextExpiry(state.inbox);
  if (due === undefined || expiry === undefined) return due ?? expiry;
  return compareTimestamps(due, expiry) < 0 ? due : expiry;
}
