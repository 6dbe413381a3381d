/**
 * What a script may expect.
 *
 * @module
 */

import { hasMember } from "../core/acceptor_set.ts";
import { findStarved } from "../core/starvation.ts";
import type { LearnerSet, Message } from "../core/types.ts";
import { messageIn, sentBy, type Stage } from "./replay.ts";

/** Checks the words after `expect`. @throws RangeError if they do not hold, saying what does. */
export function check(stage: Stage, words: readonly string[]): void {
  const [first, second, ...rest] = words;
  const actual = second === "sent"
    ? [String(sentBy(stage, acceptorIn(stage, first!)).length)]
    : second === "decided"
    ? decidedBy(stage, first!)
    : second === "is"
    ? kindOf(stage, messageIn(stage, first!))
    : first === "caught"
    ? caughtIn(stage)
    : first === "starved"
    ? starvedIn(stage)
    : first === "disagreement"
    ? disagreementIn(stage, words.slice(1))
    : undefined;
  if (actual === undefined) throw new RangeError(`"${words.join(" ")}" is nothing to expect`);
  const isList = ["caught", "disagreement", "starved"].includes(first!);
  const expected = isList ? words.slice(1) : rest;
  if (actual.join(" ") === expected.join(" ")) return;
  throw new RangeError(`expected "${words.join(" ")}", but it is "${actual.join(" ")}"`);
}

function acceptorIn({ acceptors }: Stage, name: string): string {
  if (!acceptors.includes(name)) throw new RangeError(`"${name}" is not an acceptor`);
  return name;
}

/** The values that a learner has decided, in alphabetic order. */
export function decidedBy({ learners, observer, values }: Stage, name: string): string[] {
  const decisions = observer.state.learner.decisions[learners.indexOf(name)];
  if (decisions === undefined) throw new RangeError(`"${name}" is not a learner`);
  const decided = decisions.map(({ ballot }) => values.get(ballot.valueHash)!).sort();
  return decided.length === 0 ? ["nothing"] : decided;
}

function kindOf({ observer, learners }: Stage, { id }: Message): string[] {
  const { kind, fresh, learners2a } = observer.state.dag.get(id)!.facts;
  const named = (set: LearnerSet) => learners.filter((_, learner) => hasMember(set, learner));
  if (kind === "1a") return [kind];
  if (kind === "2a") return [kind, "for", ...named(learners2a)];
  const fors = named(fresh);
  return fors.length === 0 ? [kind] : [kind, "fresh", "for", ...fors];
}

/** Whom the observer has caught. */
export function caughtIn({ observer, acceptors }: Stage): string[] {
  const { caught } = observer.state.view;
  const names = acceptors.filter((_, acceptor) => hasMember(caught, acceptor));
  return names.length === 0 ? ["nobody"] : names;
}

/** Who cannot decide any more, as far as the observer knows. */
function starvedIn({ observer: { context, state }, learners }: Stage): string[] {
  const starved = findStarved(context.graph, state);
  const names = learners.filter((_, learner) => hasMember(starved, learner));
  return names.length === 0 ? ["nobody"] : names;
}

/** The expected pair if the observer has reported it, else all pairs that it has reported. */
function disagreementIn(
  { observed, learners }: Stage,
  expected: readonly string[],
): readonly string[] {
  const pairs = observed.flatMap((effect) => {
    if (effect.kind !== "disagree") return [];
    const { first, second } = effect.disagreement;
    const pair = [first.learner, second.learner].sort((a, b) => a - b);
    return [pair.map((index) => learners[index]!)];
  });
  if (pairs.length === 0) return ["none"];
  return pairs.find((pair) => pair.join() === expected.join()) ?? pairs.flat();
}
