/**
 * Why a learner has or has not decided in an instance, in sentences to act on, each with the facts
 * that it says. Worst first: the first is the one to read.
 *
 * @module
 */

import { describeRule } from "../config/rule_text.ts";
import { hasMember, membersOf, setOf } from "../core/acceptor_set.ts";
import type { Decision } from "../core/learner.ts";
import { mentionedBy } from "../core/quorum.ts";
import { findStarved } from "../core/starvation.ts";
import {
  type AcceptorIndex,
  type AcceptorSet,
  type Ballot,
  type LearnerIndex,
  msBetween,
} from "../core/types.ts";
import { listNames } from "../wire/names.ts";
import { ballotName, listed, NAMED_MAX, type Sentence, type Surroundings } from "./surroundings.ts";
import { type Bound, type Explained, type Votes, votesOf } from "./votes.ts";

export type { Cause, Sentence, Surroundings } from "./surroundings.ts";
export type { Explained } from "./votes.ts";

/** Explains one learner of an instance. */
export function explain(
  surroundings: Surroundings,
  state: Explained,
  learner: LearnerIndex,
): Sentence[] {
  const decisions = state.learner.decisions[learner]!;
  const voided = promiseVoid(surroundings, state, learner);
  if (decisions.length > 0) {
    return [...decisions.map((decision) => decided(surroundings, decision)), ...voided];
  }
  const { troubles = [] } = surroundings;
  const stands = whereItStands(surroundings, state, learner);
  // All have answered: nothing that gets lost is to blame.
  const first = stands[0]?.cause === "not fresh" ? stands : [];
  return [
    ...voided,
    ...starved(surroundings, state, learner),
    ...cannotNow(surroundings, learner),
    ...first,
    ...troubles.map(({ text, names }): Sentence => ({ cause: "trouble", text, acceptors: names })),
    ...aheadOfClock(surroundings, state),
    ...windowsKept(surroundings),
    ...stands.filter((sentence) => !first.includes(sentence)),
  ];
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

/** Promises that hold no more, given who has been caught here. */
function promiseVoid(
  { graph }: Surroundings,
  { view: { caught } }: Explained,
  learner: LearnerIndex,
): Sentence[] {
  if (caught === 0n) return [];
  const { learners, acceptors } = graph.spec;
  const lost = membersOf(graph.connected(0n)[learner]! & ~graph.connected(caught)[learner]!);
  if (lost.length === 0) return [];
  const liars = membersOf(caught).map((index) => acceptors[index]!);
  const who = `${listNames(liars, NAMED_MAX)} ${liars.length === 1 ? "was" : "were"} caught lying`;
  const name = learners[learner]!;
  const others = lost.filter((other) => other !== learner).map((other) => learners[other]!);
  const ends = others.length > 0
    ? `the promise that ${name} and ${listNames(others, NAMED_MAX)} agree`
    : `the promise that ${name} decides one value only`;
  const text = `${who} in this instance, which voids ${ends}: keep the evidence, do not wait for ` +
    `${liars.length === 1 ? "it" : "them"}, and use another instance`;
  return [{ cause: "promise void", text, acceptors: liars }];
}

/** Too few are of use. */
function cannotNow(
  { graph, unable, parts, apart = "" }: Surroundings,
  learner: LearnerIndex,
): Sentence[] {
  const { acceptors, quorums, learners } = graph.spec;
  const able = setOf(acceptors.flatMap((acceptor, index) => unable.has(acceptor) ? [] : [index]));
  const quorum = graph.quorums[learner]!;
  if ((parts ?? [able]).some((part) => quorum.satisfiedBy(part))) return [];
  const mentioned = mentionedBy(quorums[learner]!);
  // In the order of what is known of them: the most telling first.
  const away = [...unable.keys()].filter((name) => hasMember(mentioned, acceptors.indexOf(name)));
  const why = away.flatMap((acceptor) => unable.get(acceptor)!);
  if (quorum.satisfiedBy(able) && apart !== "") why.push(apart);
  const needs = describeRule(quorums[learner]!, acceptors);
  const text = `${learners[learner]} cannot decide now: it needs ${needs}; ${why.join("; ")}`;
  return [{ cause: "cannot decide now", text, acceptors: away }];
}

function starved(
  { graph }: Surroundings,
  state: Explained,
  learner: LearnerIndex,
): Sentence[] {
  if (!hasMember(findStarved(graph, state), learner)) return [];
  const { acceptors, learners } = graph.spec;
  const caught = membersOf(state.view.caught).map((index) => acceptors[index]!);
  const but = caught.length === 0 ? "" : ` beyond ${caught.join(", ")}`;
  const text = `${learners[learner]} is starved in this instance: what acceptors have signed for ` +
    `other values binds so many that no ballot can reach a quorum of it, unless somebody${but} is ` +
    "caught lying; use another instance";
  return [{ cause: "starved", text }];
}

/** A ballot waits for the clock of whoever asks. */
function aheadOfClock(surroundings: Surroundings, { future }: Explained): Sentence[] {
  const ballot = future.at(-1)?.proposal.ballot;
  if (ballot === undefined) return [];
  const seconds = Math.ceil(msBetween(surroundings.now, ballot) / 1000);
  const whose = surroundings.proposerName?.(ballot.proposer);
  const compare = whose === undefined ? "the clocks of whoever proposes" : `the clock of ${whose}`;
  const text = `${ballotName(surroundings, ballot)} is ${seconds} s ahead of our clock: compare ` +
    `${compare}, and ours`;
  return [{ cause: "ahead of clock", text, ballot }];
}

/** Ballots that acceptors hold back because it is another proposer's time. */
function windowsKept({ windows = [] }: Surroundings): Sentence[] {
  const byWords = new Map<string, string[]>();
  for (const { acceptor, owner, leftMs, held } of windows) {
    if (held.length === 0) continue;
    const whose = owner === "" ? "those in no rotation" : owner;
    const words = `the ballots of ${listNames(held, NAMED_MAX)}, for it is the window of ${whose}`;
    byWords.set(words, [...byWords.get(words) ?? [], `${acceptor} for ${leftMs} ms more`]);
  }
  return [...byWords].map(([words, who]) => ({
    cause: "window",
    text: `${listNames(who, NAMED_MAX)} ${who.length === 1 ? "holds" : "hold"} back ${words}`,
    acceptors: windows.filter(({ held }) => held.length > 0).map(({ acceptor }) => acceptor),
  }));
}

/** What the highest ballot lacks. */
function whereItStands(
  surroundings: Surroundings,
  state: Explained,
  learner: LearnerIndex,
): Sentence[] {
  const { graph } = surroundings;
  const proposal = state.view.highest1a;
  if (proposal === undefined) {
    const text = "nobody has proposed a value in this instance: run a proposer, or Propose";
    return [{ cause: "no ballot", text }];
  }
  const voted = votesOf(graph, state, proposal, learner);
  const quorum = graph.quorums[learner]!;
  const ballot = proposal.facts.ballot;
  const where = ballotName(surroundings, ballot);
  const sentences: Sentence[] = [];
  if (!quorum.satisfiedBy(voted.answered)) {
    const lacking = missing(surroundings, learner, voted.answered);
    const text = `${where}: no 1b from ${listed(surroundings, lacking)}`;
    sentences.push({ cause: "1b missing", text, acceptors: lacking, ballot });
  }
  if (!quorum.satisfiedBy(voted.fresh)) {
    sentences.push(...notFresh(surroundings, voted, learner, ballot));
  } else {
    const lacking = missing(surroundings, learner, voted.voted);
    const text = `${where}: a quorum of fresh 1bs is there; no 2a from ` +
      listed(surroundings, lacking);
    sentences.push({ cause: "2a missing", text, acceptors: lacking, ballot });
  }
  return sentences;
}

/** Who stands by another value, together with those who stand by the same. */
function notFresh(
  surroundings: Surroundings,
  { bound }: Votes,
  learner: LearnerIndex,
  ballot: Ballot,
): Sentence[] {
  const { acceptors, learners } = surroundings.graph.spec;
  const alike = new Map<string, { readonly why: Bound; readonly who: AcceptorIndex[] }>();
  for (const [acceptor, why] of bound) {
    const { ballot: of } = why.m.facts;
    const key = `${of.seconds} ${of.nanos} ${of.valueHash} ${of.proposer} ${why.learner}`;
    const one = alike.get(key) ?? { why, who: [] };
    one.who.push(acceptor);
    alike.set(key, one);
  }
  return [...alike.values()].map(({ why, who }) => {
    const names = who.map((index) => acceptors[index]!);
    const [of, are] = names.length === 1 ? ["1b", "is"] : ["1bs", "are"];
    const stand = names.length === 1 ? "it stands" : "they stand";
    const text = `${ballotName(surroundings, ballot)}: the ${of} of ` +
      `${listNames(names, NAMED_MAX)} ${are} not fresh for ${learners[learner]}: ${stand} by ` +
      bindingText(surroundings, why);
    return { cause: "not fresh", text, acceptors: names, ballot };
  });
}

function bindingText(surroundings: Surroundings, { m, learner }: Bound): string {
  const { graph } = surroundings;
  const { ballot } = m.facts;
  const forWhom = graph.spec.learners[learner]!;
  const needs = describeRule(graph.spec.quorums[learner]!, graph.spec.acceptors);
  const value = surroundings.valueText(ballot.valueHash);
  return `${value} of ${ballotName(surroundings, ballot)} for ${forWhom}, until whoever proposes ` +
    `offers ${value} again, or a higher ballot with another value has a 2a for ${forWhom} that ` +
    `${graph.burial === "HP2" ? "they know" : `${needs} know`}`;
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
