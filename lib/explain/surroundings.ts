/**
 * What sentences are made of beyond the instance itself.
 *
 * @module
 */

import type { LearnerGraph } from "../core/learner_graph.ts";
import type { AcceptorSet, Ballot, ProposerIndex, Timestamp, ValueHash } from "../core/types.ts";
import { listNames } from "../wire/names.ts";

/** Names in a list of a sentence, at most. */
export const NAMED_MAX = 8;

/** What a sentence is about. */
export type Cause =
  | "decided"
  | "promise void"
  | "cannot decide now"
  | "starved"
  | "not fresh"
  | "trouble"
  | "ahead of clock"
  | "window"
  | "no ballot"
  | "1b missing"
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

/** What acceptors say of whose ballots they let pass in an instance. */
export interface WindowFact {
  /** Who says so. */
  readonly acceptor: string;
  /** Whose ballots it lets pass; empty for those in no rotation. */
  readonly owner: string;
  /** For so much longer, in milliseconds. */
  readonly leftMs: number;
  /** Whose ballots it holds back until their windows. */
  readonly held: readonly string[];
}

/** What is known beyond the instance itself. */
export interface Surroundings {
  readonly graph: LearnerGraph;
  /** Of whoever asks. */
  readonly now: Timestamp;
  /** By acceptor, the most telling first: why it is of no use now. One that is not in it is. */
  readonly unable: ReadonlyMap<string, readonly string[]>;
  /** Those that are of use, by who reaches whom; all of them reach each other if absent. */
  readonly parts?: readonly AcceptorSet[] | undefined;
  /** Between whom links are missing; empty if nowhere. */
  readonly apart?: string;
  /** Whatever else is the matter in the cluster, worst first. */
  readonly troubles?: readonly { readonly text: string; readonly names: readonly string[] }[];
  /** Windows that acceptors keep in this instance, as they say. */
  readonly windows?: readonly WindowFact[];
  /** A value for a person. */
  valueText(hash: ValueHash): string;
  /** The name of who proposes; undefined if there is nobody with this index. */
  proposerName?(index: ProposerIndex): string | undefined;
}

/** Names, each with why it is of no use, if that is known. */
export function listed({ unable }: Surroundings, names: readonly string[]): string {
  const told = names.map((name) => {
    const why = unable.get(name);
    return why === undefined ? name : `${name} (${why.join("; ")})`;
  });
  return listNames(told, NAMED_MAX);
}

/** "the ballot of 12:03:04.005 by Bob with "blue"". */
export function ballotName(surroundings: Surroundings, ballot: Ballot): string {
  const { seconds, nanos, valueHash, proposer } = ballot;
  const time = new Date(seconds * 1000 + Math.floor(nanos / 1e6)).toISOString();
  const who = surroundings.proposerName?.(proposer);
  const by = who === undefined ? "" : ` by ${who}`;
  return `the ballot of ${time}${by} with ${surroundings.valueText(valueHash)}`;
}
