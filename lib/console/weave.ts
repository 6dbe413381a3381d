/**
 * Where the messages of an instance are drawn: a lane for each acceptor, one for 1as above them, and
 * a column for each message delay. A message stays where it is when others come.
 *
 * @module
 */

import type { AcceptorIndex, MessageId } from "../core/types.ts";
import type { Known } from "./recording.ts";

/** Lane of 1as. */
export const PROPOSALS = -1;

/** A message in its place. */
export interface Placed {
  /** What it is. */
  readonly known: Known;
  /** From 0; each refers only to lower ones. */
  readonly column: number;
  /** The signer, or {@linkcode PROPOSALS}. */
  readonly lane: AcceptorIndex | typeof PROPOSALS;
  /** 0, or more for an equivocator's message in a column where it has one already. */
  readonly branch: number;
  /** Of its ballot among those of the instance, in the order in which they became known. */
  readonly ballot: number;
  /** Messages that it refers to, its signer's last aside. */
  readonly refs: readonly Placed[];
  /** Its signer's message before it. */
  readonly prev: Placed | undefined;
}

/** Places messages as they become known. */
export class Weave {
  /** In the order in which they became known. */
  readonly placed: Placed[] = [];
  /** By column. */
  readonly columns: Placed[][] = [];
  /** Most messages that one lane has in one column. */
  branches = 1;
  readonly #byId: Map<MessageId, Placed> = new Map();
  readonly #ballots: Map<MessageId, number> = new Map();

  /** Places those of a list that it has not placed, which are the last. */
  take(known: readonly Known[]): void {
    for (let i = this.placed.length; i < known.length; i++) this.#place(known[i]!);
  }

  /** Where a message is. */
  get(id: MessageId): Placed | undefined {
    return this.#byId.get(id);
  }

  #place(known: Known): void {
    const { message, facts } = known.entry;
    const prevId = message.kind === "acceptor" ? message.prev : undefined;
    const refIds = message.kind === "acceptor" ? message.refs : [];
    const prev = prevId === undefined ? undefined : this.#byId.get(prevId);
    const refs = refIds.filter((id) => id !== prevId).map((id) => this.#byId.get(id)!);
    const proposal = facts.proposal.message.id;
    if (!this.#ballots.has(proposal)) this.#ballots.set(proposal, this.#ballots.size);
    const after = [...refs, ...(prev === undefined ? [] : [prev])];
    // A ballot begins where everything known so far ends: nothing it depends on says when it came.
    const column = message.kind === "1a"
      ? this.columns.length
      : 1 + Math.max(-1, ...after.map((each) => each.column));
    const lane = message.kind === "1a" ? PROPOSALS : message.signer;
    const mates = this.columns[column] ?? (this.columns[column] = []);
    const branch = mates.filter((mate) => mate.lane === lane).length;
    this.branches = Math.max(this.branches, branch + 1);
    const ballot = this.#ballots.get(proposal)!;
    const placed = { known, column, lane, branch, ballot, refs, prev };
    mates.push(placed);
    this.placed.push(placed);
    this.#byId.set(message.id, placed);
  }
}
