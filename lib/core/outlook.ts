/**
 * What an instance leaves open: who may still send something, in which ballots, and what binds them.
 *
 * @module
 */

import { fullSet, membersOf } from "./acceptor_set.ts";
import type { Entry } from "./dag.ts";
import type { LearnerGraph } from "./learner_graph.ts";
import type { Past } from "./past.ts";
import {
  type AcceptorIndex,
  type AcceptorMessage,
  type AcceptorSet,
  type Ballot,
  compareBallots,
  type LearnerIndex,
  type LearnerSet,
  type ValueHash,
} from "./types.ts";

/** A value; undefined stands for all that no known ballot has. */
export type AnyValue = ValueHash | undefined;

/** Stands for all ballots without a message: one above all others can do what any of them can. */
export const NEW_BALLOT: Ballot = {
  seconds: Infinity,
  nanos: 0,
  valueHash: "" as ValueHash,
  proposer: 0,
};

/** A ballot in which more may be sent. */
export interface OpenBallot {
  /** Which. */
  readonly ballot: Ballot;
  /** By learner: signers of its fresh 1bs. */
  readonly fresh: AcceptorSet[];
  /** By learner: signers of its 2as. */
  readonly votes: AcceptorSet[];
  /** By caught acceptor: signers of 1bs whose past proves that it is. */
  readonly aware: Map<AcceptorIndex, AcceptorSet>;
  /** Those that may send more whose latest message is of this ballot. */
  inIt: AcceptorSet;
  /** Those that may send more and whose latest message is of a lower ballot, or who are caught. */
  below: AcceptorSet;
}

/** A 2a that binds its signer, who may send more. */
export interface Binding {
  /** Its signer. */
  readonly acceptor: AcceptorIndex;
  /** For whom it is a 2a. */
  readonly learner: LearnerIndex;
  /** The 2a. */
  readonly m: Entry;
}

/** What is open, and what the fixed point has found possible. */
export interface Outlook {
  /** Who decides by what. */
  readonly graph: LearnerGraph;
  /** All that is known. */
  readonly view: Past;
  /** By learner: those connected to it in spite of all who are caught. */
  readonly connected: readonly LearnerSet[];
  /** Acceptors that may send more: all that are not silent. */
  readonly active: AcceptorSet;
  /** By value, lowest first; the last is a new one. */
  readonly ballots: ReadonlyMap<AnyValue, readonly OpenBallot[]>;
  /** Those that cannot get buried by what has been found possible so far. */
  bindings: Binding[];
  /** By learner and value: the highest ballot of the new 2as found possible so far. */
  readonly sendable: readonly Map<AnyValue, Ballot>[];
}

/** Takes stock of what is known; nothing more is found possible yet. */
export function look(graph: LearnerGraph, view: Past, silent: AcceptorSet): Outlook {
  const { caught } = view;
  const active = fullSet(graph.acceptorCount) & ~silent;
  const connected = graph.connected(caught);
  const bindings: Binding[] = [];
  for (const acceptor of membersOf(active & ~caught)) {
    view.tips[acceptor]![0]?.facts.own2as.forEach((m, learner) => {
      if (m !== undefined && connected[learner] !== 0n) bindings.push({ acceptor, learner, m });
    });
  }
  const ballots = new Map<AnyValue, OpenBallot[]>([[undefined, []]]);
  for (const { m } of bindings) ballots.set(m.facts.ballot.valueHash, []);
  for (const open of openBallots(graph, view, active)) {
    const { valueHash } = open.ballot;
    if (!ballots.has(valueHash)) ballots.set(valueHash, []);
    ballots.get(valueHash)!.push(open);
  }
  for (const open of ballots.values()) {
    open.sort((a, b) => compareBallots(a.ballot, b.ballot));
    open.push({ ...noMessages(graph, NEW_BALLOT), below: active });
  }
  const sendable = graph.quorums.map(() => new Map<AnyValue, Ballot>());
  return { graph, view, connected, active, ballots, bindings, sendable };
}

function noMessages(graph: LearnerGraph, ballot: Ballot): OpenBallot {
  const nobody = () => graph.quorums.map(() => 0n);
  return { ballot, fresh: nobody(), votes: nobody(), aware: new Map(), inIt: 0n, below: 0n };
}

/** The known ballots in which somebody may still send a 2a, as they stand. */
function openBallots(graph: LearnerGraph, view: Past, active: AcceptorSet): OpenBallot[] {
  const { tips, caught } = view;
  const steady = membersOf(active & ~caught);
  const lowest = caught === 0n ? lowestTip(view, steady) : undefined;
  const open = new Map<Entry, OpenBallot>();
  const seen = new Set<Entry>();
  for (const tip of tips.flat()) {
    for (
      let entry: Entry | undefined = tip;
      entry !== undefined && !seen.has(entry);
      entry = entry.chain!.prev
    ) {
      const { proposal, ballot } = entry.facts;
      if (lowest !== undefined && compareBallots(ballot, lowest) < 0) break;
      seen.add(entry);
      if (!open.has(proposal)) open.set(proposal, noMessages(graph, ballot));
      count(open.get(proposal)!, entry);
    }
  }
  for (const known of open.values()) {
    known.below = caught & active;
    for (const acceptor of steady) {
      const at = tips[acceptor]![0]?.facts.ballot;
      const order = at === undefined ? -1 : compareBallots(at, known.ballot);
      if (order < 0) known.below |= 1n << BigInt(acceptor);
      if (order === 0) known.inIt |= 1n << BigInt(acceptor);
    }
  }
  return [...open.values()];
}

function count({ fresh, votes, aware }: OpenBallot, { message, facts }: Entry): void {
  const signer = 1n << BigInt((message as AcceptorMessage).signer);
  for (const a of membersOf(facts.fresh)) fresh[a]! |= signer;
  for (const a of membersOf(facts.learners2a)) votes[a]! |= signer;
  if (facts.kind !== "1b") return;
  for (const liar of membersOf(facts.caught)) aware.set(liar, (aware.get(liar) ?? 0n) | signer);
}

/** The lowest ballot of the acceptors' latest messages; undefined if one has sent none. */
function lowestTip({ tips }: Past, acceptors: readonly AcceptorIndex[]): Ballot | undefined {
  let lowest = NEW_BALLOT;
  for (const acceptor of acceptors) {
    const [tip] = tips[acceptor]!;
    if (tip === undefined) return undefined;
    if (compareBallots(tip.facts.ballot, lowest) < 0) lowest = tip.facts.ballot;
  }
  return lowest;
}
