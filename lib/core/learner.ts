/**
 * The learner's step: after each 2a, does any learner decide?
 *
 * @module
 */

import { membersOf } from "./acceptor_set.ts";
import type { Entry } from "./dag.ts";
import { entangled, type LearnerGraph } from "./learner_graph.ts";
import type { AcceptorMessage, AcceptorSet, Ballot, LearnerIndex, MessageId } from "./types.ts";

/** A learner decides the value of a ballot (TR, Decision). */
export interface Decision {
  /** Who decides. */
  readonly learner: LearnerIndex;
  /** The ballot, and by its value hash the value. */
  readonly ballot: Ballot;
  /** The 1a of the ballot. */
  readonly proposal: MessageId;
  /** Signers of the ballot's 2as for the learner that were known when it decided. */
  readonly signers: AcceptorSet;
}

/** Two decisions with different values that should agree if the acceptors not caught are safe. */
export interface Disagreement {
  /** The earlier one. */
  readonly first: Decision;
  /** The one that differs from it. */
  readonly second: Decision;
  /** Acceptors known to have equivocated by then. */
  readonly caught: AcceptorSet;
  /** Whether the pair is entangled if exactly the caught are not safe. */
  readonly entangled: boolean;
}

/** What the learners have seen. Changed in place. */
export interface LearnerState {
  /** By 1a of the ballot, by learner: signers of 2as. */
  readonly votes: Map<MessageId, AcceptorSet[]>;
  /** By learner: its decisions, one for each value decided, first come first. */
  readonly decisions: readonly Decision[][];
}

/** A state before any decision. */
export function newLearner(graph: LearnerGraph): LearnerState {
  return { votes: new Map(), decisions: graph.quorums.map(() => []) };
}

/**
 * Takes a delivered message into account, the one that completes a quorum included.
 *
 * @param caught Acceptors known to have equivocated.
 * @returns New decisions, and the disagreements each causes; nothing for a repeated decision.
 */
export function learn(
  graph: LearnerGraph,
  state: LearnerState,
  entry: Entry,
  caught: AcceptorSet,
): { decision: Decision; disagreements: Disagreement[] }[] {
  const { facts } = entry;
  if (facts.learners2a === 0n) return [];
  const proposal = facts.proposal.message.id;
  // A copy: copies of the state share what has not changed.
  const votes = state.votes.get(proposal)?.slice() ?? graph.quorums.map(() => 0n);
  state.votes.set(proposal, votes);
  const signer = 1n << BigInt((entry.message as AcceptorMessage).signer);
  const news: { decision: Decision; disagreements: Disagreement[] }[] = [];
  for (const learner of membersOf(facts.learners2a)) {
    const signers = votes[learner]! | signer;
    votes[learner] = signers;
    const decided = state.decisions[learner]!;
    if (decided.some((d) => d.ballot.valueHash === facts.ballot.valueHash)) continue;
    if (!graph.quorums[learner]!.satisfiedBy(signers)) continue;
    const decision = { learner, ballot: facts.ballot, proposal, signers };
    const disagreements = disagreementsOf(graph, state, decision, caught);
    decided.push(decision);
    news.push({ decision, disagreements });
  }
  return news;
}

/** Whether a learner has decided. */
export function hasDecided(state: LearnerState, learner: LearnerIndex): boolean {
  return state.decisions[learner]!.length > 0;
}

function disagreementsOf(
  graph: LearnerGraph,
  state: LearnerState,
  second: Decision,
  caught: AcceptorSet,
): Disagreement[] {
  const trusted = ((1n << BigInt(graph.acceptorCount)) - 1n) & ~caught;
  return state.decisions.flat()
    .filter((first) => first.ballot.valueHash !== second.ballot.valueHash)
    .map((first) => ({
      first,
      second,
      caught,
      entangled: entangled(graph, first.learner, second.learner, trusted),
    }));
}
