/**
 * The acceptor's step: what to sign after a delivery.
 *
 * @module
 */

import { mergeTips } from "./caught.ts";
import { type Dag, type Entry, isAncestorOrSelf } from "./dag.ts";
import { conclude } from "./facts.ts";
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
  /** Acceptor messages delivered since then, and that message itself (TR, recent_messages). */
  recent: MessageId[];
  /** The past of `recent`. */
  past: Past;
  /** Whether it signs. */
  standing: Standing;
}

/**
 * Whether an acceptor signs. One that `asks` does not: it may have forgotten messages that it has
 * sent, and takes in those that others show it. One whose messages have `forked` never signs again.
 */
export type Standing = "votes" | "asks" | "forked";

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
  return draft(graph, state, past, [...state.recent, proposal.message.id], identify);
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
 * Branches of one equivocator that an acceptor refers to by itself. One is what everybody has, two
 * prove the equivocation; the rest leaves room for those that others' messages build on.
 */
const BRANCHES_MAX = 8;

/**
 * Takes in an acceptor message by someone else.
 *
 * Differs from the paper: further branches of an equivocator that has shown enough of them are left
 * aside, as if they had not arrived yet, so that it cannot make honest messages ever longer.
 */
export function remember(state: AcceptorState, entry: Entry): void {
  const { signer } = entry.message as AcceptorMessage;
  const branches = state.past.tips[signer]!;
  if (
    branches.length >= BRANCHES_MAX && mergeTips(branches, [entry]).length > branches.length
  ) return;
  state.recent.push(entry.message.id);
  include(state.past, entry);
}

/** Takes in the acceptor's own new message: from now on it stands for all before it. */
export function follow(graph: LearnerGraph, state: AcceptorState, own: Entry): void {
  state.prev = own;
  state.recent = [own.message.id];
  state.past = emptyPast(graph);
  include(state.past, own);
}

/**
 * Takes in a message of the acceptor's own that it does not know: it has forgotten it, or another
 * process has its key. If it continues what the acceptor knows of, the acceptor's next message will
 * follow it; until told otherwise there is none. If not, whatever the acceptor signed would prove an
 * equivocation, so it never signs again.
 *
 * @returns whether it continues what the acceptor knows of.
 */
export function adopt(graph: LearnerGraph, state: AcceptorState, own: Entry, dag: Dag): boolean {
  const { prev } = state;
  if (prev !== undefined && isAncestorOrSelf(own, prev)) return true;
  if (prev !== undefined && !isAncestorOrSelf(prev, own)) {
    state.standing = "forked";
    return false;
  }
  if (state.standing === "votes") state.standing = "asks";
  const others = state.recent.map((id) => dag.get(id)!).filter((entry) => !isInPast(own, entry));
  follow(graph, state, own);
  for (const entry of others) remember(state, entry);
  return true;
}

/** Whether an acceptor message is in Tran(x). */
function isInPast(x: Entry, entry: Entry): boolean {
  const { signer } = entry.message as AcceptorMessage;
  return x.facts.tips[signer]!.some((tip) => isAncestorOrSelf(entry, tip));
}

function draft(
  graph: LearnerGraph,
  state: AcceptorState,
  past: Past,
  refs: readonly MessageId[],
  identify: Identify,
): Entry | undefined {
  const { self: signer, prev, standing } = state;
  if (standing !== "votes") return undefined;
  const entry = conclude(graph, past, signer, prev, () => {
    const content = { signer, prev: prev?.message.id, refs: refs.toSorted() };
    return { kind: "acceptor", id: identify(content), ...content };
  });
  return isRejection(entry) ? undefined : entry;
}
