/**
 * Random histories: proposers with few values, honest acceptors under a partitioned and lazy
 * network, Byzantine acceptors with several faces. Steered so that locked values, burials and
 * equivocations are frequent. The same seed gives the same world.
 *
 * @module
 */

import type { LearnerGraphSpec } from "../../lib/core/learner_graph.ts";
import type { RejectionCode } from "../../lib/core/rejection.ts";
import type {
  AcceptorIndex,
  AcceptorMessage,
  Message,
  MessageId,
  Proposal,
} from "../../lib/core/types.ts";
import { type ClosedGraph, closeGraph } from "./closed_graph.ts";
import { acceptorMessage, hashOf, proposalOf } from "../../lib/sim/ids.ts";
import { misbehave } from "./misbehave.ts";
import { Oracle } from "./oracle.ts";
import { makePrng, type Prng } from "../../lib/sim/prng.ts";
import { randomGraph } from "./random_graph.ts";

/** A message and what the oracle thinks of it. */
export interface Case {
  readonly message: Message;
  /** Undefined for a well-formed message: it is known from then on. */
  readonly rejection: RejectionCode | undefined;
}

/** What an acceptor did, in order. */
export type Deed = { readonly delivered: MessageId } | { readonly sent: MessageId };

/** One face of an acceptor: an honest one has exactly one. */
export interface View {
  readonly signer: AcceptorIndex;
  readonly honest: boolean;
  prev: MessageId | undefined;
  recent: MessageId[];
  readonly delivered: Set<MessageId>;
  readonly deeds: Deed[];
}

/** A history. */
export interface World {
  readonly seed: number;
  readonly spec: LearnerGraphSpec;
  /** Knows all well-formed messages. */
  readonly oracle: Oracle;
  /** Refs come before what refers to them. */
  readonly cases: Case[];
  readonly views: View[];
}

/** A history in the making. */
export interface Making extends World {
  readonly prng: Prng;
  readonly recorded: Set<MessageId>;
  /** The time of the highest ballot so far, in nanoseconds. */
  clock: number;
}

const VALUES = ["red", "green", "blue"].map(hashOf);

/**
 * Makes the world of a seed: about 20 to 60 known messages, and some refused ones.
 *
 * @param makeOracle Whose idea of well-formedness the acceptors follow.
 */
export function makeWorld(
  seed: number,
  makeOracle: (graph: ClosedGraph) => Oracle = (graph) => new Oracle(graph),
): World {
  const prng = makePrng(seed);
  const spec = randomGraph(prng);
  const making: Making = {
    seed,
    spec,
    oracle: makeOracle(closeGraph(spec)),
    cases: [],
    views: castViews(prng, spec.acceptors.length),
    prng,
    recorded: new Set(),
    clock: 0,
  };
  const enough = prng.between(20, 60);
  for (let phase = 0; phase < 12 && making.oracle.known.size < enough; phase++) {
    for (const group of partition(making)) runBallot(making, group);
  }
  return making;
}

/** A face without a past. */
export function newView(signer: AcceptorIndex, honest: boolean): View {
  return { signer, honest, prev: undefined, recent: [], delivered: new Set(), deeds: [] };
}

function castViews(prng: Prng, acceptorCount: number): View[] {
  const byzantine = Math.min(acceptorCount, prng.pick([0, 1, 1, 1, 2])!);
  const views: View[] = [];
  for (let signer = 0; signer < acceptorCount; signer++) {
    const faces = signer < byzantine ? prng.between(1, 3) : 1;
    for (let face = 0; face < faces; face++) views.push(newView(signer, signer >= byzantine));
  }
  return views;
}

/** Who hears whom in this phase: one group or two, some acceptors cut off. */
function partition({ prng, views }: Making): View[][] {
  const present = prng.some(views, prng.pick([0.5, 0.8, 1])!);
  if (prng.chance(0.6)) return [oneFaceEach(prng, present)];
  const left = prng.some(present, 0.5);
  const right = present.filter((view) => !left.includes(view));
  return [oneFaceEach(prng, left), oneFaceEach(prng, right)];
}

function oneFaceEach(prng: Prng, views: readonly View[]): View[] {
  return prng.shuffled(views).filter((view, position, order) =>
    order.findIndex((other) => other.signer === view.signer) === position || prng.chance(0.1)
  );
}

/** A ballot or two in one group, cut short after a random number of deliveries. */
function runBallot(making: Making, group: readonly View[]): void {
  const { prng, oracle } = making;
  if (group.length === 0) return;
  const afloat: MessageId[] = prng.chance(0.5) ? group.flatMap((view) => view.prev ?? []) : [];
  afloat.push(propose(making, group).id);
  if (prng.chance(0.2)) afloat.push(propose(making, group).id);
  if (prng.chance(0.2)) afloat.push(prng.pick([...oracle.known.keys()])!);
  const steps = prng.between(1, group.length * (2 * group.length + 3));
  for (let step = 0; step < steps; step++) {
    const view = prng.pick(group)!;
    if (!view.honest && prng.chance(0.25)) {
      const sent = misbehave(making, view);
      if (sent !== undefined) afloat.push(sent.id);
      continue;
    }
    const waiting = afloat.filter((id) => !view.delivered.has(id));
    const next = prng.chance(0.6) ? waiting[0] : prng.pick(waiting);
    if (next === undefined) continue;
    const message = oracle.known.get(next)!;
    if (!view.honest && prng.chance(0.95) && showsOtherFace(making, view, message)) continue;
    afloat.push(...deliver(making, view, message));
  }
}

/** A new 1a: mostly above all others, often with a value that somebody in the group voted for. */
function propose(making: Making, group: readonly View[]): Proposal {
  const { prng, oracle } = making;
  const voted = oracle.known.get(prng.pick(group)?.prev ?? "" as MessageId);
  const valueHash = voted !== undefined && prng.chance(0.4) ? oracle.v(voted) : prng.pick(VALUES)!;
  const time = Math.max(0, making.clock + prng.pick([-1, 0, 1, 1, 2, 2, 3])!);
  making.clock = Math.max(making.clock, time);
  const proposal = proposalOf({
    ...{ seconds: Math.floor(time / 3), nanos: time % 3, valueHash },
    proposer: oracle.known.size % 3,
  });
  if (!oracle.known.has(proposal.id)) record(making, proposal, undefined);
  return oracle.known.get(proposal.id) as Proposal;
}

/** Whether a message shows the view's owner another face of its own. */
function showsOtherFace({ oracle }: Making, view: View, message: Message): boolean {
  return oracle.acceptorMessages(message)
    .some((past) => past.signer === view.signer && !view.delivered.has(past.id));
}

/**
 * Delivers a message, after all that it refers to, and answers by the acceptor's rule
 * (PROTOCOL section 4).
 *
 * @returns The ids of what was sent.
 */
export function deliver(making: Making, view: View, message: Message): MessageId[] {
  if (view.delivered.has(message.id)) return [];
  const sent: MessageId[] = [];
  for (const ref of message.kind === "1a" ? [] : message.refs) {
    sent.push(...deliver(making, view, making.oracle.known.get(ref)!));
  }
  view.delivered.add(message.id);
  view.deeds.push({ delivered: message.id });
  if (message.kind === "acceptor" && !isLeftAside(making, view, message)) {
    view.recent.push(message.id);
  }
  const draft = acceptorMessage(view.signer, view.prev, refsOf(making, view, message));
  const rejection = judge(making, draft, 0.2);
  if (rejection !== undefined) return sent;
  if (making.oracle.is1b(draft) !== (message.kind === "1a")) return sent;
  return [...sent, draft.id, ...follow(making, view, draft)];
}

/** Branches of an equivocator that an acceptor refers to by itself. */
const BRANCHES_MAX = 4;

/**
 * Whether a message is one more branch of an equivocator that has shown enough of them: in the past
 * of the acceptor's next message, or among what that refers to.
 */
function isLeftAside({ oracle }: Making, { recent }: View, message: AcceptorMessage): boolean {
  const { signer } = message;
  const given = recent.map((id) => oracle.known.get(id)!);
  const bySigner = (messages: readonly AcceptorMessage[]) =>
    messages.filter((y) => y.signer === signer);
  const branches = (messages: readonly Message[]) =>
    oracle.maximal(bySigner(messages.flatMap((x) => oracle.acceptorMessages(x)))).filter((y) =>
      y.signer === signer
    ).length;
  const isNew = branches([...given, message]) > branches(given);
  return isNew && branches(given) >= BRANCHES_MAX ||
    bySigner(oracle.maximal([...given, message])).length > BRANCHES_MAX;
}

/** What an answer to a message refers to: prev, the maximal acceptor messages, and a 1a answered. */
function refsOf({ oracle }: Making, { prev, recent }: View, message: Message): MessageId[] {
  const maximal = oracle.maximal(recent.map((id) => oracle.known.get(id)!));
  const refs = new Set(maximal.map(({ id }) => id));
  if (prev !== undefined) refs.add(prev);
  if (message.kind === "1a") refs.add(message.id);
  return [...refs];
}

/**
 * Makes a well-formed message the view's latest, and delivers it to itself. What it refers to
 * counts as delivered: a liar need not answer it.
 */
export function follow(making: Making, view: View, own: AcceptorMessage): MessageId[] {
  record(making, own, undefined);
  for (const past of making.oracle.tran(own)) view.delivered.add(past.id);
  view.delivered.delete(own.id);
  view.prev = own.id;
  view.recent = [];
  view.deeds.push({ sent: own.id });
  return deliver(making, view, own);
}

/**
 * Asks the oracle about a message that is not known. A refused one becomes a case with the given
 * probability.
 */
export function judge(
  making: Making,
  message: AcceptorMessage,
  recordRefused: number,
): RejectionCode | undefined {
  const rejection = making.oracle.rejection(message);
  if (rejection !== undefined && making.prng.chance(recordRefused)) {
    record(making, message, rejection);
  }
  return rejection;
}

function record(making: Making, message: Message, rejection: RejectionCode | undefined): void {
  if (making.recorded.has(message.id)) return;
  making.recorded.add(message.id);
  making.cases.push({ message, rejection });
  if (rejection === undefined) making.oracle.learn(message);
}
