/**
 * The acceptor's step: what to sign after a delivery.
 *
 * @module
 */

import { mergeTips } from "./caught.ts";
import { type Entry, isAncestorOrSelf } from "./dag.ts";
import { conclude } from "./facts.ts";
import { violated } from "./invariant.ts";
import type { LearnerGraph } from "./learner_graph.ts";
import { copyPast, emptyPast, include, type Past } from "./past.ts";
import { isRejection } from "./rejection.ts";
import type { AcceptorContent, AcceptorIndex, AcceptorMessage, MessageId } from "./types.ts";

/** What an acceptor remembers besides the known messages. Changed in place. */
export interface AcceptorState {
  /** Which acceptor it is. */
  readonly self: AcceptorIndex;
  /** The acceptor's latest own message. */
  prev: Entry | undefined;
  /**
   * The maximal acceptor messages among that message and what was delivered since then: those in the
   * past of no other. What TR calls recent_messages is in the past of these.
   */
  recent: readonly Entry[];
  /** The past of `recent`, and so of everything delivered. */
  past: Past;
  /** Whether it signs. */
  standing: Standing;
}

/**
 * Whether an acceptor signs. One that `asks` does not: it may have forgotten messages that it has
 * sent, and takes in those that others show it. One that `doubts` has voted, and then been shown a
 * message of its own that it does not know and that still waits. One whose messages have `forked`
 * never signs again.
 */
export type Standing = "votes" | "asks" | "doubts" | "forked";

/** Names a draft: the hash of its canonical bytes. A pure function. */
export type Identify = (content: AcceptorContent) => MessageId;

/** An acceptor that knows of nothing that it has sent. */
export function newAcceptor(
  graph: LearnerGraph,
  self: AcceptorIndex,
  standing: Standing = "votes",
): AcceptorState {
  return { self, prev: undefined, recent: [], past: emptyPast(graph), standing };
}

/**
 * The 1b with which to answer a delivered 1a, or undefined if there is none to give. A stale 1a is
 * not kept among the recent messages (HPaxos_2.tla).
 */
export function answer1a(
  graph: LearnerGraph,
  state: AcceptorState,
  proposal: Entry,
  identify: Identify,
): Entry | undefined {
  const past = copyPast(state.past);
  include(past, proposal);
  if (!past.refersTo1a) return undefined;
  return draft(graph, state, past, [...state.recent, proposal], identify);
}

/** The 2a that the recent messages allow, or undefined. Called after every acceptor message. */
export function draft2a(
  graph: LearnerGraph,
  state: AcceptorState,
  identify: Identify,
): Entry | undefined {
  return draft(graph, state, state.past, state.recent, identify);
}

/**
 * Branches of one equivocator that an acceptor refers to by itself. Two prove the equivocation; what
 * others' messages build on comes with these and is not counted. The rest lets some more of a liar's
 * votes count, which nothing depends on.
 */
const BRANCHES_MAX = 4;

/**
 * No draft has more refs than this: its `prev`, its 1a, and {@linkcode BRANCHES_MAX} messages of each
 * other acceptor. Every member must accept so many.
 */
export function draftRefsMax(acceptorCount: number): number {
  return 2 + BRANCHES_MAX * (acceptorCount - 1);
}

/**
 * Takes in an acceptor message by someone else. Costs O(recent), whatever has been delivered before.
 *
 * Differs from the paper: further branches of an equivocator that has shown enough of them are left
 * aside, as if they had not arrived yet, so that it cannot make honest messages ever longer. Counted
 * are both its branches in the past, since each makes facts larger, and those referred to by
 * themselves: another liar's message can bring any number of branches, which then all grow.
 */
export function remember(state: AcceptorState, entry: Entry): void {
  const { signer } = entry.message as AcceptorMessage;
  if (state.recent.some((known) => isInPast(known, entry))) return;
  const others = state.recent.filter((known) => !isInPast(entry, known));
  const beside = others.filter(({ message }) => (message as AcceptorMessage).signer === signer);
  if (beside.length >= BRANCHES_MAX) return;
  const branches = state.past.tips[signer]!;
  if (
    branches.length >= BRANCHES_MAX && mergeTips(branches, [entry]).length > branches.length
  ) return;
  state.recent = [...others, entry];
  include(state.past, entry);
}

/** Takes in the acceptor's own new message: from now on it stands for all before it. */
export function follow(graph: LearnerGraph, state: AcceptorState, own: Entry): void {
  state.prev = own;
  state.recent = [own];
  state.past = emptyPast(graph);
  include(state.past, own);
}

/**
 * A message has come that cannot be taken in yet. If it is the acceptor's own, the acceptor signs
 * nothing until it is: its answer to what is missing might contradict what it has said.
 */
export function doubt(state: AcceptorState | undefined, { signer }: AcceptorMessage): void {
  if (state?.self === signer && state.standing === "votes") state.standing = "doubts";
}

/**
 * Takes in a message of the acceptor's own that it does not know: it has forgotten it, or another
 * process has its key. If it continues what the acceptor knows of, the acceptor's next message will
 * follow it; until told otherwise there is none. If not, whatever the acceptor signed would prove an
 * equivocation, so it never signs again.
 *
 * @returns whether it continues what the acceptor knows of.
 */
export function adopt(graph: LearnerGraph, state: AcceptorState, own: Entry): boolean {
  const { prev } = state;
  if (prev !== undefined && isAncestorOrSelf(own, prev)) return true;
  if (prev !== undefined && !isAncestorOrSelf(prev, own)) {
    state.standing = "forked";
    return false;
  }
  if (state.standing !== "forked") state.standing = "asks";
  const others = state.recent.filter((entry) => !isInPast(own, entry));
  follow(graph, state, own);
  for (const entry of others) remember(state, entry);
  return true;
}

/** Whether an acceptor message is in Tran(x). */
function isInPast(x: Entry, entry: Entry): boolean {
  const { signer } = entry.message as AcceptorMessage;
  return x.facts.tips[signer]!.some((tip) => isAncestorOrSelf(entry, tip));
}

/**
 * A message that refers to its `prev` and, of the rest, to what is in no other's past.
 *
 * @param latest `recent`, and the 1a that is to be answered.
 * @throws InvariantError if it had more refs than any honest message: nobody might accept it.
 */
function draft(
  graph: LearnerGraph,
  state: AcceptorState,
  past: Past,
  latest: readonly Entry[],
  identify: Identify,
): Entry | undefined {
  const { self: signer, prev, standing } = state;
  if (standing !== "votes") return undefined;
  const entry = conclude(graph, past, signer, prev, () => {
    const ids = new Set(latest.map(({ message: { id } }) => id));
    if (prev !== undefined) ids.add(prev.message.id);
    const max = draftRefsMax(graph.acceptorCount);
    if (ids.size > max) violated("refs-within-limit", `it has ${ids.size}, above ${max}`);
    const content = { signer, prev: prev?.message.id, refs: [...ids].sort() };
    return { kind: "acceptor", id: identify(content), ...content };
  });
  return isRejection(entry) ? undefined : entry;
}
