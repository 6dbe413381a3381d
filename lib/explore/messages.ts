/**
 * All messages of an exploration, numbered, with what everybody must make of them.
 *
 * @module
 */

import type { Dag, Entry } from "../core/dag.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import { isRejection, type Rejection } from "../core/rejection.ts";
import type { AcceptorMessage, Message, MessageId } from "../core/types.ts";
import type { Permutation } from "./symmetry.ts";
import { type ExploredCore, proposerIn } from "./types.ts";
import { acceptorMessage, hashOf, proposalOf } from "../sim/ids.ts";
import type { Offer } from "./types.ts";

/** Number of a message: the offers come first, the others as they are met. */
export type MessageNumber = number;

/** All messages met so far. A message has one number, however it comes about. */
export interface Messages {
  readonly core: ExploredCore;
  readonly graph: LearnerGraph;
  /** By number: the message as judged with everything known. */
  readonly entries: Entry[];
  /** By number: which 2a votes it casts, see {@linkcode voteBit}. */
  readonly votes: number[];
  readonly numbers: Map<MessageId, MessageNumber>;
  /** How many of the first numbers are 1as. */
  readonly offerCount: number;
  /** The union of everything ever sent in any state. */
  readonly union: Dag;
  /** By permutation, by number: the message with the acceptors renamed. */
  readonly renamed: Map<Permutation, number[]>;
}

/** The table with the 1as in it. */
export function newMessages(
  core: ExploredCore,
  graph: LearnerGraph,
  offers: readonly Offer[],
): Messages {
  const messages: Messages = {
    core,
    graph,
    entries: [],
    votes: [],
    numbers: new Map(),
    offerCount: offers.length,
    union: new Map(),
    renamed: new Map(),
  };
  for (const { seconds, value } of offers) {
    const ballot = { seconds, nanos: 0, valueHash: hashOf(value), proposer: proposerIn(graph) };
    numberOf(messages, proposalOf(ballot));
  }
  return messages;
}

/**
 * The number of a message all of whose refs have one; a new one if it is new. A message that is not
 * well-formed has none.
 */
export function numberOf(messages: Messages, message: Message): MessageNumber | Rejection {
  const known = messages.numbers.get(message.id);
  if (known !== undefined) {
    if (!sameContent(messages.entries[known]!.message, message)) throw new Error("equal ids");
    return known;
  }
  const { core, graph, union, entries, numbers, votes } = messages;
  const entry = core.admit(graph, union, message);
  if (isRejection(entry)) return entry;
  const number = entries.length;
  entries.push(entry);
  numbers.set(message.id, number);
  votes.push(votesOf(messages, entry));
  return number;
}

/** The bit of a 2a for a learner in the ballot of an offer. */
export function voteBit(graph: LearnerGraph, offer: MessageNumber, learner: number): number {
  return 1 << (offer * graph.learnerCount + learner);
}

function votesOf({ graph, numbers }: Messages, { facts }: Entry): number {
  let votes = 0;
  for (let learner = 0; learner < graph.learnerCount; learner++) {
    if (((facts.learners2a >> BigInt(learner)) & 1n) === 0n) continue;
    votes |= voteBit(graph, numbers.get(facts.proposal.message.id)!, learner);
  }
  return votes;
}

function sameContent(a: Message, b: Message): boolean {
  if (a.kind === "1a" || b.kind === "1a") return a.kind === b.kind;
  return a.signer === b.signer && a.prev === b.prev && a.refs.join() === b.refs.join();
}

/** The same message where every acceptor has the name that the permutation gives it. */
export function renameMessage(
  messages: Messages,
  number: MessageNumber,
  permutation: Permutation,
): MessageNumber {
  if (number < messages.offerCount) return number;
  let renamed = messages.renamed.get(permutation);
  if (renamed === undefined) messages.renamed.set(permutation, renamed = []);
  const known = renamed[number];
  if (known !== undefined) return known;
  const { signer, prev, refs } = messages.entries[number]!.message as AcceptorMessage;
  const rename = (id: MessageId) =>
    idOf(messages, renameMessage(messages, messages.numbers.get(id)!, permutation));
  const message = acceptorMessage(
    permutation[signer]!,
    prev === undefined ? undefined : rename(prev),
    refs.map(rename),
  );
  const result = numberOf(messages, message);
  if (isRejection(result)) throw new Error(`not well-formed once renamed: ${result.detail}`);
  renamed[number] = result;
  return result;
}

/** The id of a message. */
export function idOf(messages: Messages, number: MessageNumber): MessageId {
  return messages.entries[number]!.message.id;
}

/** Who signed an acceptor message. */
export function signerOf(messages: Messages, number: MessageNumber): number {
  return (messages.entries[number]!.message as AcceptorMessage).signer;
}
