/**
 * Starvation: learners that an instance leaves undecided for good (PROTOCOL section 6).
 *
 * @module
 */

import { hasMember, membersOf } from "./acceptor_set.ts";
import { buriersOf } from "./buried.ts";
import { hasConflictAbove } from "./highest_2a.ts";
import type { InstanceState } from "./instance.ts";
import { hasDecided } from "./learner.ts";
import type { LearnerGraph } from "./learner_graph.ts";
import { type AnyValue, type Binding, look, type OpenBallot, type Outlook } from "./outlook.ts";
import type { Past } from "./past.ts";
import {
  type AcceptorIndex,
  type AcceptorSet,
  compareBallots,
  type LearnerIndex,
  type LearnerSet,
  type ValueHash,
} from "./types.ts";

/**
 * The learners that cannot decide any more, whatever is still sent, as long as nobody further is
 * caught. Learners that have decided are not among them.
 *
 * Let K be what is known and C any larger set of well-formed messages, closed under refs, in which
 * nobody further is caught and the acceptors in `silent` have sent no more than in K. What C may
 * hold beyond K is over-approximated by a least fixed point:
 *
 * - *free*: s may send a new 1b of value v that is fresh_b only if it is not silent, and each 2a m
 *   that binds it for a learner c connected to b has value v or may get buried. Caught(x) grows
 *   with x, so learners connected despite everybody caught in K are connected in all of C.
 * - m may get *buried* only if a 2a for c of a higher ballot and another value is in K or may be
 *   sent; by the technical report, a quorum of c must know both, so it must consist of acceptors
 *   that know both in K or are not silent.
 * - A new 2a for b may be *sent* in a ballot only if its fresh 1bs of K, with the acceptors below
 *   that ballot that are free for its value, contain a quorum of b.
 * - Those who have sent a 2a for b in a ballot, who stand in it with a fresh 1b, or are below it and
 *   free, are all that may *vote*. If they contain no quorum of b in any ballot, b is starved.
 * - Who is caught may do all of it, but its 2a may not have two branches of its own in its past, so
 *   it votes only with a quorum of 1bs of acceptors that need not know that it is caught.
 *
 * By induction over C \ K in causal order each new fresh 1b and each new 2a is one of those, since
 * it rests on what comes before it; so a learner reported here decides in no C. The converse does
 * not hold: bindings made on the way are ignored, so a learner may be starved unnoticed. Every value
 * that no known ballot has is like every other, so one of them stands for all.
 *
 * Costs about O(rounds · values · (acceptors + ballots) · learners), where the ballots are those
 * from the lowest that some acceptor is still in, and the rounds seldom more than three; O(learners)
 * while nobody is caught or silent and all known 2as have one value, for then nobody is starved.
 *
 * @param silent Acceptors taken to send nothing beyond what is known, caught or not.
 *
 * @example
 * ```ts
 * import { makeLearnerGraph } from "./learner_graph.ts";
 * import { newLearner } from "./learner.ts";
 * import { emptyPast } from "./past.ts";
 * import { thresholdOf } from "./quorum.ts";
 * import { findStarved } from "./starvation.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const twoOfThree = thresholdOf(2, [0, 1, 2]);
 * const graph = makeLearnerGraph({
 *   acceptors: ["Alice", "Bob", "Carol"],
 *   learners: ["Eve"],
 *   quorums: [twoOfThree],
 *   safety: [{ a: 0, b: 0, safe: twoOfThree }],
 *   burial: "TECHNICAL_REPORT",
 * });
 * const nothing = { view: emptyPast(graph), learner: newLearner(graph) };
 * assertEquals(findStarved(graph, nothing), 0n);
 * assertEquals(findStarved(graph, nothing, 0b011n), 1n); // Alice and Bob stay silent
 * ```
 */
export function findStarved(
  graph: LearnerGraph,
  { view, learner: state }: Pick<InstanceState, "view" | "learner">,
  silent: AcceptorSet = 0n,
): LearnerSet {
  let undecided = 0n;
  for (let a = 0; a < graph.learnerCount; a++) {
    if (!hasDecided(state, a)) undecided |= 1n << BigInt(a);
  }
  if (undecided === 0n || (silent === 0n && !isContested(view))) return 0n;
  const outlook = look(graph, view, silent);
  while (extend(outlook));
  let starved = undecided;
  for (const value of outlook.ballots.keys()) {
    const free = freeFor(outlook, value);
    for (const a of membersOf(starved)) {
      if (mayDecide(outlook, a, value, free[a]!)) starved &= ~(1n << BigInt(a));
    }
  }
  return starved;
}

/** Otherwise all acceptors are free for the one value that any of them is bound to, if there is one. */
function isContested({ caught, highest2a }: Past): boolean {
  if (caught !== 0n) return true;
  let value: ValueHash | undefined;
  for (const highest of highest2a) {
    if (highest === undefined) continue;
    const { valueHash } = highest.best.facts.ballot;
    value ??= valueHash;
    if (highest.other !== undefined || valueHash !== value) return true;
  }
  return false;
}

/** One round of the fixed point. Returns whether something more has been found possible. */
function extend(outlook: Outlook): boolean {
  const { ballots, sendable } = outlook;
  outlook.bindings = outlook.bindings.filter((binding) => !mayBury(outlook, binding));
  let more = false;
  for (const [value, open] of ballots) {
    freeFor(outlook, value).forEach((free, b) => {
      const highest = open.findLast((each) =>
        (votersIn(outlook, each, b, free) & ~each.votes[b]!) !== 0n
      )?.ballot;
      if (highest === sendable[b]!.get(value)) return;
      sendable[b]!.set(value, highest!);
      more = true;
    });
  }
  return more;
}

/** By learner b: the acceptors that may send a new 1b of that value that is fresh_b. */
function freeFor({ connected, active, bindings }: Outlook, value: AnyValue): AcceptorSet[] {
  const bound = connected.map(() => 0n);
  for (const { acceptor, learner, m } of bindings) {
    if (m.facts.ballot.valueHash !== value) bound[learner]! |= 1n << BigInt(acceptor);
  }
  return connected.map((others) =>
    membersOf(others).reduce((free, c) => free & ~bound[c]!, active)
  );
}

function mayBury(
  { graph, view, active, sendable }: Outlook,
  { learner: c, m }: Binding,
): boolean {
  const { ballot } = m.facts;
  const conflict = hasConflictAbove(view.highest2a[c], m) ||
    sendable[c]!.entries().some(([value, highest]) =>
      value !== ballot.valueHash && compareBallots(highest, ballot) > 0
    );
  if (!conflict) return false;
  return graph.burial === "HP2" || graph.quorums[c]!.satisfiedBy(buriersOf(m, view, c) | active);
}

/** Who has sent a 2a for b in a ballot or may still do so; nobody, if no more can be sent. */
function votersIn(
  { graph, view, active }: Outlook,
  { fresh, votes, aware, inIt, below }: OpenBallot,
  b: LearnerIndex,
  free: AcceptorSet,
): AcceptorSet {
  const quorum = graph.quorums[b]!;
  const late = free & below;
  if (!quorum.satisfiedBy(fresh[b]! | late)) return 0n;
  let voters = votes[b]! | (late & ~view.caught) | (fresh[b]! & inIt);
  for (const liar of membersOf(view.caught & active)) {
    const trusting = fresh[b]! & ~(aware.get(liar) ?? 0n) | late & unaware(view, liar);
    if (quorum.satisfiedBy(trusting)) voters |= 1n << BigInt(liar);
  }
  return voters;
}

/** Those whose next message need not prove that an acceptor has been caught. */
function unaware({ tips, caught }: Past, liar: AcceptorIndex): AcceptorSet {
  let set = caught;
  for (let acceptor = 0; acceptor < tips.length; acceptor++) {
    const tip = tips[acceptor]![0];
    if (tip === undefined || !hasMember(tip.facts.caught, liar)) set |= 1n << BigInt(acceptor);
  }
  return set;
}

function mayDecide(
  outlook: Outlook,
  a: LearnerIndex,
  value: AnyValue,
  free: AcceptorSet,
): boolean {
  return outlook.ballots.get(value)!
    .some((open) => outlook.graph.quorums[a]!.satisfiedBy(votersIn(outlook, open, a, free)));
}
