/**
 * How far a ballot has come for a learner, and what holds up who has not voted.
 *
 * @module
 */

import { hasMember, membersOf } from "../core/acceptor_set.ts";
import type { Entry } from "../core/dag.ts";
import type { InstanceState } from "../core/instance.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import type { AcceptorIndex, AcceptorSet, LearnerIndex } from "../core/types.ts";

/** What an explanation needs of an instance: that of any process that has followed it. */
export type Explained = Pick<InstanceState, "view" | "learner" | "future">;

/** How far a ballot has come for a learner. */
export interface Votes {
  /** Signers of 1bs. */
  answered: AcceptorSet;
  /** Of fresh ones. */
  fresh: AcceptorSet;
  /** Of 2as. */
  voted: AcceptorSet;
  /** By signer of a 1b that is not fresh: a 2a that binds it, with the learner it is for. */
  readonly bound: Map<AcceptorIndex, Bound>;
}

/** Why a 1b is not fresh. */
export interface Bound {
  /** A 2a of its signer that is not buried. */
  readonly m: Entry;
  /** For whom that is. */
  readonly learner: LearnerIndex;
}

/** How far a ballot has come for a learner. Costs O(messages of the signers). */
export function votesOf(
  graph: LearnerGraph,
  { view, learner: state }: Explained,
  proposal: Entry,
  learner: LearnerIndex,
): Votes {
  const votes: Votes = { answered: 0n, fresh: 0n, voted: 0n, bound: new Map() };
  votes.voted = state.votes.get(proposal.message.id)?.[learner] ?? 0n;
  view.tips.forEach((tips, acceptor) => {
    const bit = 1n << BigInt(acceptor);
    for (const tip of tips) {
      const answer = answerIn(tip, proposal);
      if (answer === undefined) continue;
      votes.answered |= bit;
      if (hasMember(answer.facts.fresh, learner)) votes.fresh |= bit;
      else {
        const why = bindingOf(graph, answer, learner);
        if (why !== undefined) votes.bound.set(acceptor, why);
      }
    }
  });
  return votes;
}

/** The signer's 1b of a ballot, from its latest message on down. */
function answerIn(tip: Entry, proposal: Entry): Entry | undefined {
  for (let entry: Entry | undefined = tip; entry !== undefined; entry = entry.chain?.prev) {
    if (entry.facts.proposal !== proposal) continue;
    if (entry.facts.kind === "1b") return entry;
  }
  return undefined;
}

/** A 2a with another value that binds the signer of a 1b for a learner connected to this one. */
function bindingOf(graph: LearnerGraph, answer: Entry, learner: LearnerIndex): Bound | undefined {
  const { caught, ballot, own2as } = answer.facts;
  const connected = graph.connected(caught)[learner]!;
  for (const other of membersOf(connected)) {
    const m = own2as[other];
    if (m !== undefined && m.facts.ballot.valueHash !== ballot.valueHash) {
      return { m, learner: other };
    }
  }
  return undefined;
}
