/**
 * Why a learner has or has not decided in an instance, in sentences to act on, each with the facts
 * that it says. Worst first: the first is the one to read.
 *
 * @module
 */

import { describeRule } from "../config/rule_text.ts";
import { hasMember, membersOf } from "../core/acceptor_set.ts";
import type { Entry } from "../core/dag.ts";
import type { InstanceState } from "../core/instance.ts";
import type { Decision } from "../core/learner.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import { mentionedBy } from "../core/quorum.ts";
import { findStarved } from "../core/starvation.ts";
import {
  type AcceptorIndex,
  type AcceptorSet,
  type Ballot,
  type LearnerIndex,
  msBetween,
  type Timestamp,
  type ValueHash,
} from "../core/types.ts";
import { listNames } from "../wire/names.ts";

/** Names in a list of a sentence, at most. */
const NAMED_MAX = 8;

/** What a sentence is about. */
export type Cause =
  | "decided"
  | "cannot decide now"
  | "starved"
  | "no ballot"
  | "ahead of clock"
  | "1b missing"
  | "not fresh"
  | "2a missing";

/** One sentence and what it rests on. */
export interface Sentence {
  /** What it is about. */
  readonly cause: Cause;
  /** For a person. */
  readonly text: string;
  /** Acceptors that it names, if it is about some. */
  readonly acceptors?: readonly string[];
  /** The ballot that it is about. */
  readonly ballot?: Ballot;
}

/** What is known beyond the instance itself. */
export interface Surroundings {
  readonly graph: LearnerGraph;
  /** Of whoever asks. */
  readonly now: Timestamp;
  /** By acceptor: why it is of no use now. An acceptor that is not in it is. */
  readonly unable: ReadonlyMap<string, readonly string[]>;
  /** A value for a person. */
  valueText(hash: ValueHash): string;
}

/** What an explanation needs of an instance: that of any process that has followed it. */
export type Explained = Pick<InstanceState, "view" | "learner" | "future">;

/** Explains one learner of an instance. */
export function explain(
  surroundings: Surroundings,
  state: Explained,
  learner: LearnerIndex,
): Sentence[] {
  const { graph, unable } = surroundings;
  const decisions = state.learner.decisions[learner]!;
  if (decisions.length > 0) return decisions.map((decision) => decided(surroundings, decision));
  const name = graph.spec.learners[learner]!;
  const sentences: Sentence[] = [];
  const { acceptors } = graph.spec;
  const able = acceptors.reduce(
    (set, acceptor, index) => unable.has(acceptor) ? set : set | 1n << BigInt(index),
    0n,
  );
  if (!graph.quorums[learner]!.satisfiedBy(able)) {
    const away = acceptors.filter((acceptor) => unable.has(acceptor));
    const why = away.flatMap((acceptor) => unable.get(acceptor)!);
    const needs = describeRule(graph.spec.quorums[learner]!, acceptors);
    const text = `${name} cannot decide now: it needs ${needs}; ${why.join("; ")}`;
    sentences.push({ cause: "cannot decide now", text, acceptors: away });
  }
  if (hasMember(findStarved(graph, state), learner)) {
    const caught = membersOf(state.view.caught).map((index) => acceptors[index]!);
    const but = caught.length === 0 ? "" : ` beyond ${caught.join(", ")}`;
    const text = `${name} is starved in this instance: what acceptors have signed for other ` +
      `values binds so many that no ballot can reach a quorum of it, unless somebody${but} is ` +
      "caught lying; use another instance";
    sentences.push({ cause: "starved", text });
  }
  return [...sentences, ...whereItStands(surroundings, state, learner)];
}

function decided(surroundings: Surroundings, decision: Decision): Sentence {
  const { learners, acceptors } = surroundings.graph.spec;
  const signers = membersOf(decision.signers).map((index) => acceptors[index]!);
  const { ballot } = decision;
  const text =
    `${learners[decision.learner]} decided ${surroundings.valueText(ballot.valueHash)} ` +
    `in ${ballotName(surroundings, ballot)}: 2as of ${listNames(signers, NAMED_MAX)}`;
  return { cause: "decided", text, acceptors: signers, ballot };
}

/** What the highest ballot lacks. */
function whereItStands(
  surroundings: Surroundings,
  state: Explained,
  learner: LearnerIndex,
): Sentence[] {
  const { graph, now } = surroundings;
  const ahead = state.future.at(-1)?.proposal.ballot;
  const sentences: Sentence[] = [];
  if (ahead !== undefined) {
    const seconds = Math.ceil(msBetween(now, ahead) / 1000);
    const text = `${ballotName(surroundings, ahead)} is ${seconds} s ahead of our clock: compare ` +
      "the clocks of whoever proposes, and ours";
    sentences.push({ cause: "ahead of clock", text, ballot: ahead });
  }
  const proposal = state.view.highest1a;
  if (proposal === undefined) {
    const text = "nobody has proposed a value in this instance: run a proposer, or Propose";
    return [...sentences, { cause: "no ballot", text }];
  }
  const voted = votesOf(graph, state, proposal, learner);
  const quorum = graph.quorums[learner]!;
  const ballot = proposal.facts.ballot;
  const where = ballotName(surroundings, ballot);
  if (!quorum.satisfiedBy(voted.answered)) {
    const lacking = missing(surroundings, learner, voted.answered);
    const text = `${where}: no 1b from ${listed(surroundings, lacking)}`;
    sentences.push({ cause: "1b missing", text, acceptors: lacking, ballot });
  }
  if (!quorum.satisfiedBy(voted.fresh) && voted.bound.size > 0) {
    for (const [acceptor, why] of voted.bound) {
      const who = graph.spec.acceptors[acceptor]!;
      sentences.push({
        cause: "not fresh",
        text: `${where}: the 1b of ${who} is not fresh for ${graph.spec.learners[learner]}: ` +
          bindingText(surroundings, why),
        acceptors: [who],
        ballot,
      });
    }
  }
  if (quorum.satisfiedBy(voted.fresh)) {
    const lacking = missing(surroundings, learner, voted.voted);
    const text = `${where}: a quorum of fresh 1bs is there; no 2a from ` +
      listed(surroundings, lacking);
    sentences.push({ cause: "2a missing", text, acceptors: lacking, ballot });
  }
  return sentences;
}

/** How far a ballot has come for a learner. */
interface Votes {
  /** Signers of 1bs. */
  answered: AcceptorSet;
  /** Of fresh ones. */
  fresh: AcceptorSet;
  /** Of 2as. */
  voted: AcceptorSet;
  /** By signer of a 1b that is not fresh: a 2a that binds it, with the learner it is for. */
  readonly bound: Map<AcceptorIndex, Bound>;
}

interface Bound {
  readonly m: Entry;
  readonly learner: LearnerIndex;
}

function votesOf(
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

function bindingText(surroundings: Surroundings, { m, learner }: Bound): string {
  const { graph } = surroundings;
  const { ballot } = m.facts;
  const forWhom = graph.spec.learners[learner]!;
  const needs = describeRule(graph.spec.quorums[learner]!, graph.spec.acceptors);
  return `it stands by ${surroundings.valueText(ballot.valueHash)} of ` +
    `${
      ballotName(surroundings, ballot)
    } for ${forWhom}, until a higher ballot with another value ` +
    `has a 2a for ${forWhom} that ${graph.burial === "HP2" ? "it knows" : `${needs} know`}`;
}

/** Acceptors of a learner's rule that are not in a set, by name. */
function missing(
  { graph }: Surroundings,
  learner: LearnerIndex,
  there: AcceptorSet,
): string[] {
  const { acceptors, quorums } = graph.spec;
  return membersOf(mentionedBy(quorums[learner]!) & ~there).map((index) => acceptors[index]!);
}

/** Names, each with why it is of no use, if that is known. */
function listed({ unable }: Surroundings, names: readonly string[]): string {
  const told = names.map((name) => {
    const why = unable.get(name);
    return why === undefined ? name : `${name} (${why.join("; ")})`;
  });
  return listNames(told, NAMED_MAX);
}

/** "the ballot of 12:03:04.005 with "blue"". */
function ballotName(surroundings: Surroundings, { seconds, nanos, valueHash }: Ballot): string {
  const time = new Date(seconds * 1000 + Math.floor(nanos / 1e6)).toISOString();
  return `the ballot of ${time} with ${surroundings.valueText(valueHash)}`;
}
