/**
 * What a page says of a message and of a learner, in words.
 *
 * @module
 */

import { membersOf } from "../core/acceptor_set.ts";
import type { Entry } from "../core/dag.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import type { Ballot, Timestamp, ValueHash } from "../core/types.ts";
import { explain, type Sentence, type Surroundings } from "../explain/explain.ts";
import type { RecordedInstance } from "./recording.ts";

/** Names values for people. */
export type NameValue = (hash: ValueHash) => string;

/** What is known beyond the instance: who is of no use, what else is the matter, whose window it is. */
export type Told = Omit<Surroundings, "graph" | "now" | "valueText">;

/** A learner and where it stands. */
export interface Standing {
  /** Its name. */
  readonly learner: string;
  /** Worst first. */
  readonly sentences: readonly Sentence[];
}

/** Explains every learner as it stood after so many steps. */
export function standings(
  graph: LearnerGraph,
  instance: RecordedInstance,
  steps: number,
  valueText: NameValue,
  told: Told,
): Standing[] {
  const state = instance.stateAfter(steps);
  const now = steps === 0 ? { seconds: 0, nanos: 0 } : instance.timeOf(steps - 1);
  const surroundings = { ...told, graph, now, valueText };
  return graph.spec.learners.map((learner, index) => ({
    learner,
    sentences: explain(surroundings, state, index),
  }));
}

/** One thing about a message: a name and a text. */
export type Detail = readonly [string, string];

/** What a message is and rests on. */
export function details(graph: LearnerGraph, entry: Entry, valueText: NameValue): Detail[] {
  const { message, facts } = entry;
  const { acceptors } = graph.spec;
  const names = (set: bigint, of: readonly string[]) =>
    membersOf(set).map((index) => of[index]!).join(", ") || "nobody";
  const list: Detail[] = [["id", message.id], ["ballot", ballotText(facts.ballot, valueText)]];
  if (message.kind === "1a") return [["message", "1a: the offer of a value"], ...list];
  const signer = acceptors[message.signer]!;
  const what = facts.kind === "1b"
    ? "1b: what its signer has seen when it takes a ballot"
    : `2a for ${names(facts.learners2a, graph.spec.learners)}`;
  list.unshift(["message", what], ["signed by", signer]);
  if (facts.kind === "1b") list.push(["fresh for", names(facts.fresh, graph.spec.learners)]);
  graph.spec.learners.forEach((learner, index) => {
    const signers = facts.freshSigners[index]!;
    if (facts.kind === "2a" && signers !== 0n) {
      list.push([`fresh 1bs for ${learner}`, names(signers, acceptors)]);
    }
  });
  list.push(["knows to be caught", names(facts.caught, acceptors)]);
  list.push(["follows", message.prev ?? "nothing: its first"]);
  const { length } = message.refs;
  list.push(["refers to", length === 1 ? "one message" : `${length} messages`]);
  return list;
}

/** A ballot in words: when, and what. */
export function ballotText(ballot: Ballot, valueText: NameValue): string {
  return `${timeText(ballot)} with ${valueText(ballot.valueHash)}`;
}

/** A time of day, to the millisecond. */
export function timeText({ seconds, nanos }: Timestamp): string {
  return new Date(seconds * 1000 + Math.floor(nanos / 1e6)).toISOString().slice(11, 23);
}
