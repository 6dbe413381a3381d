/**
 * One instance of the protocol in one process: deliver what is proper, answer as an acceptor, decide
 * as the learners. Pure and synchronous: inputs in, effects out.
 *
 * @module
 */

import type { AcceptorState, Identify, Standing } from "./acceptor.ts";
import { adopt, answer1a, doubt, draft2a, follow, newAcceptor, remember } from "./acceptor.ts";
import { membersOf } from "./acceptor_set.ts";
import { type Accounts, newAccounts } from "./accounts.ts";
import { type Dag, type Entry, findFork, judgedOnce, newDag } from "./dag.ts";
import type { Effect, Input } from "./effects.ts";
import { admit } from "./facts.ts";
import { clearFuture, type FutureLimits, type FutureProposal } from "./future.ts";
import { clearHeld, type Held } from "./held.ts";
import { clearInbox, expire, type Inbox, type InboxLimits, newInbox } from "./inbox.ts";
import { type Dropped, release, type Source, wait, waiterOf } from "./inbox.ts";
import { learn, type LearnerState, newLearner } from "./learner.ts";
import type { LearnerGraph } from "./learner_graph.ts";
import { nextWake, pass, type Passing } from "./passing.ts";
import { emptyPast, include, type Past } from "./past.ts";
import { isRejection } from "./rejection.ts";
import { type AcceptorIndex, compareBallots, type Message } from "./types.ts";
import type { MessageId, Timestamp } from "./types.ts";
import { deliverWaiting, receive1a, type Timing, waitingProposals } from "./timing.ts";
import { isQuiet } from "./quiet.ts";
import { newWindows, noteDelivered, type WindowRule, type WindowState } from "./windows.ts";

export { type Accounts, newAccounts } from "./accounts.ts";
export type { Effect, Input } from "./effects.ts";

/** Bounds on what waits in the instances of a process, together. */
export type CoreLimits = InboxLimits & FutureLimits;

/** What all instances of a process share. */
export interface CoreContext {
  /** Valid. */
  readonly graph: LearnerGraph;
  /** Bounds on what waits. */
  readonly limits: CoreLimits;
  /** What the limits are held against. If absent each instance has its own, as if it were alone. */
  readonly accounts?: Accounts;
  /** The windows that acceptors keep; undefined if they deliver every 1a at once. */
  readonly windows?: WindowRule | undefined;
  /** The acceptor that this process is; undefined for one that only observes. */
  readonly self: AcceptorIndex | undefined;
  /** Entries that instances of one simulated world share, for they follow from the messages alone. */
  readonly judged?: Dag;
}

/** State of one instance. Changed in place by {@linkcode step}. */
export interface InstanceState extends Passing {
  /** Names drafts of this instance. */
  readonly identify: Identify;
  /** What is known (TR, known_messages). */
  readonly dag: Dag;
  /** What waits for refs. */
  readonly inbox: Inbox;
  /** 1as that the clock has not reached, lowest ballot first. */
  readonly future: FutureProposal[];
  /** 1as that wait for a window in which they may be delivered. */
  readonly held: Held;
  /** Where the windows begin. */
  readonly windows: WindowState;
  /** What waits here is counted there. */
  readonly accounts: Accounts;
  /** Everything known, merged. */
  readonly view: Past;
  /** The 1a of the lowest ballot known. */
  lowest1a: Entry | undefined;
  /** Undefined for a process that only observes. */
  readonly acceptor: AcceptorState | undefined;
  /** All learners of the graph. */
  readonly learner: LearnerState;
}

/**
 * An instance in which nothing has happened.
 *
 * @param standing Of the acceptor, if this process is one.
 */
export function newInstance(
  context: CoreContext,
  identify: Identify,
  standing: Standing = "votes",
): InstanceState {
  const { graph, self, accounts = newAccounts() } = context;
  return {
    identify,
    dag: newDag(),
    inbox: newInbox(accounts.inbox),
    future: [],
    held: new Map(),
    windows: newWindows(),
    accounts,
    view: emptyPast(graph),
    lowest1a: undefined,
    acceptor: self === undefined ? undefined : newAcceptor(graph, self, standing),
    learner: newLearner(graph),
    seenAt: undefined,
    setBacks: 0,
  };
}

/** Drops what waits: the instance leaves memory, and shared accounts must not go on counting it. */
export function closeInstance({ inbox, future, held, accounts }: InstanceState): void {
  clearInbox(inbox);
  clearHeld(held, accounts);
  clearFuture(future, accounts);
}

/** Runs one input to its end (TR, Figure 3; PROTOCOL section 4). */
export function step(context: CoreContext, state: InstanceState, input: Input): Effect[] {
  const run: Run = { context, state, now: input.now, effects: [] };
  pass(state, context.limits, input);
  switch (input.kind) {
    case "message":
      receive(run, input.message, input.source, input.bytes ?? 0);
      break;
    case "tick":
      for (
        const { message, ...why } of expire(state.inbox, context.limits, input.now, state.held)
      ) {
        drop(run, message.id, why);
      }
      break;
    case "restore":
      if (input.message.kind === "1a") {
        noteDelivered(state.windows, input.message.ballot, run.now, true);
      }
      deliver(run, input.message, "");
      break;
    case "vote":
      changeVote(run, input.allowed);
  }
  deliverWaiting(timing(run));
  if (state.windows.isPutOff) sendAll(run, state.acceptor!);
  const at = nextWake(state, context.windows, run.now);
  if (at !== undefined) run.effects.push({ kind: "wake", at });
  return run.effects;
}

interface Run {
  readonly context: CoreContext;
  readonly state: InstanceState;
  readonly now: Timestamp;
  readonly effects: Effect[];
}

function receive(run: Run, message: Message, source: Source, bytes: number): void {
  const { context, state, now, effects } = run;
  if (state.dag.has(message.id)) return;
  if (message.kind === "1a") return receive1a(timing(run), { proposal: message, source, bytes });
  const missing = message.refs.filter((ref) => !state.dag.has(ref));
  if (missing.length === 0) return deliver(run, message, source);
  doubt(state.acceptor, message);
  const dropped = wait(state.inbox, context.limits, message, missing, source, now);
  for (const { message: { id }, ...why } of dropped) drop(run, id, why);
  if (!state.inbox.waiting.has(message.id)) return;
  const here = waitingProposals(state);
  const ids = missing.filter((id) => !state.inbox.waiting.has(id) && !here.has(id));
  if (ids.length > 0) effects.push({ kind: "request", ids, source });
}

/** Refuses a message that had to leave before its time: others may wait for it, so it is missing. */
function drop({ state, effects }: Run, id: MessageId, why: Omit<Dropped, "message">): void {
  effects.push({ kind: "reject", id, ...why });
  const source = waiterOf(state.inbox, id);
  if (source !== undefined) effects.push({ kind: "request", ids: [id], source });
}

/** How 1as that wait come back to this instance. */
function timing(run: Run): Timing {
  const { context, state, now } = run;
  return {
    ...{ context, state, now },
    deliver: ({ proposal, source }) => {
      if (!state.dag.has(proposal.id)) deliver(run, proposal, source);
    },
    drop: ({ proposal, source }, rejection) =>
      drop(run, proposal.id, { rejection, sources: [source] }),
  };
}

/** Delivers a proper message, what the acceptor answers, and all that waited for either. */
function deliver(run: Run, first: Message, ...sources: readonly Source[]): void {
  const { context: { graph, judged }, state, effects } = run;
  const queue: { message: Message; sources: readonly Source[] }[] = [{ message: first, sources }];
  for (const { message, sources } of queue) {
    if (state.dag.has(message.id)) continue;
    const entry = admit(graph, state.dag, message, judged);
    if (isRejection(entry)) {
      effects.push({ kind: "reject", id: message.id, rejection: entry, sources });
      continue;
    }
    effects.push({ kind: "deliver", entry, source: sources[0]! });
    observe(run, entry);
    queue.push(...release(state.inbox, message.id));
    for (const own of respond(run, entry)) queue.push(...release(state.inbox, own.message.id));
  }
}

/** Updates what everything known amounts to, and lets the learners decide. */
function observe(run: Run, entry: Entry): void {
  const { context: { graph }, state, effects } = run;
  const { view, learner, lowest1a } = state;
  const { kind, ballot } = entry.facts;
  if (kind === "1a") noteDelivered(state.windows, ballot, run.now, false);
  if (
    kind === "1a" && (lowest1a === undefined || compareBallots(ballot, lowest1a.facts.ballot) < 0)
  ) state.lowest1a = entry;
  const caughtBefore = view.caught;
  include(view, entry);
  if (view.caught !== caughtBefore) reportCaught(run, view.caught & ~caughtBefore);
  for (const { decision, disagreements } of learn(graph, learner, entry, view.caught)) {
    effects.push({ kind: "decide", decision });
    for (const disagreement of disagreements) effects.push({ kind: "disagree", disagreement });
  }
}

function reportCaught({ state: { view }, effects }: Run, caught: bigint): void {
  for (const acceptor of membersOf(caught)) {
    const [one, two] = view.tips[acceptor]!;
    effects.push({ kind: "caught", acceptor, evidence: findFork(one!, two!) });
  }
}

/** Signs what the rules allow after a delivery; each own message may allow the next. */
function respond(run: Run, entry: Entry): Entry[] {
  const { context: { graph }, state: { acceptor, identify }, effects } = run;
  if (acceptor === undefined) return [];
  if (entry.message.kind === "1a") {
    return signAll(run, acceptor, answer1a(graph, acceptor, entry, identify));
  }
  if (entry.message.signer === acceptor.self) {
    const { standing } = acceptor;
    const forked = !adopt(graph, acceptor, entry);
    const isNews = standing !== "forked" && (forked || standing !== "asks");
    if (isNews) effects.push({ kind: "estranged", entry, forked });
    return [];
  }
  remember(acceptor, entry);
  return signAll(run, acceptor, next2a(run, acceptor));
}

/** The 2a that may be sent now. */
function next2a({ context, state, now }: Run, acceptor: AcceptorState): Entry | undefined {
  if (isQuiet(context.windows, state.windows, now)) return undefined;
  return draft2a(context.graph, acceptor, state.identify);
}

/** Sends a draft, if there is one, and what becomes possible by it. */
function signAll(run: Run, acceptor: AcceptorState, first: Entry | undefined): Entry[] {
  const sent: Entry[] = [];
  for (let next = first; next !== undefined; next = next2a(run, acceptor)) {
    const own = judgedOnce(run.context.judged, next);
    send(run, acceptor, own);
    sent.push(own);
  }
  return sent;
}

/** One that may vote again catches up on what it would have answered. */
function changeVote(run: Run, allowed: boolean): void {
  const { context: { graph }, state } = run;
  const { acceptor, view: { highest1a }, identify } = state;
  if (acceptor?.standing !== "votes" && acceptor?.standing !== "asks") return;
  acceptor.standing = allowed ? "votes" : "asks";
  if (!allowed) return;
  const reply = highest1a === undefined
    ? undefined
    : answer1a(graph, acceptor, highest1a, identify);
  sendAll(run, acceptor, reply);
}

/** Sends a draft, or the 2a that is due, and delivers what waited for them. */
function sendAll(run: Run, acceptor: AcceptorState, draft?: Entry): void {
  const { state } = run;
  const own = signAll(run, acceptor, draft ?? next2a(run, acceptor));
  for (const { message: { id } } of own) {
    for (const { message, sources } of release(state.inbox, id)) deliver(run, message, ...sources);
  }
}

function send(run: Run, acceptor: AcceptorState, own: Entry): void {
  const { context: { graph }, state, effects } = run;
  state.dag.set(own.message.id, own);
  follow(graph, acceptor, own);
  if (own.facts.kind === "1b") state.windows.answeredAt = run.now;
  effects.push({ kind: "send", entry: own });
  observe(run, own);
}
