/**
 * What a set of messages and everything they refer to amounts to: the facts of a union, merged one
 * message at a time. The order of merging never matters.
 *
 * @module
 */

import { mergeTips, NO_TIPS } from "./caught.ts";
import type { Entry, Highest2a, Tips } from "./entry.ts";
import { merge2as } from "./highest_2a.ts";
import type { LearnerGraph } from "./learner_graph.ts";
import { type AcceptorSet, compareBallots } from "./types.ts";

/** A growing union of Tran(r) over some messages r. Changed in place by {@linkcode include}. */
export interface Past {
  /** The 1a of the highest ballot (TR, Get1a). */
  highest1a: Entry | undefined;
  /** Whether `highest1a` is itself one of the messages merged, rather than only in their past. */
  refersTo1a: boolean;
  /** The 1a of the highest ballot of an acceptor message. */
  highestVoted: Entry | undefined;
  /** By learner: signers of its fresh 1bs of the ballot of `highestVoted`. */
  freshSigners: AcceptorSet[];
  /** By acceptor. */
  tips: Tips[];
  /** Signers whose messages do not form one chain (TR, Caught). */
  caught: AcceptorSet;
  /** By learner. */
  highest2a: (Highest2a | undefined)[];
}

/** The past of no message. */
export function emptyPast(graph: LearnerGraph): Past {
  return {
    highest1a: undefined,
    refersTo1a: false,
    highestVoted: undefined,
    freshSigners: new Array<AcceptorSet>(graph.learnerCount).fill(0n),
    tips: new Array<Tips>(graph.acceptorCount).fill(NO_TIPS),
    caught: 0n,
    highest2a: new Array<Highest2a | undefined>(graph.learnerCount).fill(undefined),
  };
}

/** A copy that can grow on its own. */
export function copyPast(past: Past): Past {
  const { freshSigners, tips, highest2a } = past;
  return {
    ...past,
    freshSigners: freshSigners.slice(),
    tips: tips.slice(),
    highest2a: highest2a.slice(),
  };
}

/**
 * Merges one more message and its past. Costs O(acceptors + learners), more only for
 * equivocators' branches; never depends on how long the past is.
 */
export function include(past: Past, entry: Entry): void {
  const { facts } = entry;
  if (facts.kind === "1a") return include1a(past, entry);
  if (past.highest1a === undefined || compare(facts.proposal, past.highest1a) > 0) {
    past.highest1a = facts.proposal;
    past.refersTo1a = false;
  }
  includeFreshSigners(past, entry);
  past.caught |= facts.caught;
  includeTips(past, entry);
  for (let learner = 0; learner < past.highest2a.length; learner++) {
    past.highest2a[learner] = merge2as(past.highest2a[learner], facts.highest2a[learner]);
  }
}

/** Of most signers both know the very same tip: that is to cost next to nothing. */
function includeTips(past: Past, entry: Entry): void {
  const { tips } = past;
  for (let signer = 0; signer < tips.length; signer++) {
    const known = tips[signer]!;
    const theirs = entry.facts.tips[signer]!;
    if (known === theirs) continue;
    const merged = mergeTips(known, theirs);
    if (merged === known) continue;
    if (merged.length > 1) past.caught |= 1n << BigInt(signer);
    tips[signer] = merged;
  }
}

function include1a(past: Past, entry: Entry): void {
  const order = past.highest1a === undefined ? 1 : compare(entry, past.highest1a);
  if (order > 0) past.highest1a = entry;
  if (order >= 0) past.refersTo1a = true;
}

/** Only messages of the highest ballot contribute: the past of a lower one holds none of it. */
function includeFreshSigners(past: Past, { facts }: Entry): void {
  const order = past.highestVoted === undefined ? 1 : compare(facts.proposal, past.highestVoted);
  if (order < 0) return;
  past.highestVoted = facts.proposal;
  const theirs = facts.freshSigners;
  if (order > 0) {
    past.freshSigners = theirs.slice();
    return;
  }
  const { freshSigners } = past;
  for (let learner = 0; learner < theirs.length; learner++) {
    freshSigners[learner]! |= theirs[learner]!;
  }
}

function compare(a: Entry, b: Entry): number {
  return a === b ? 0 : compareBallots(a.facts.ballot, b.facts.ballot);
}
