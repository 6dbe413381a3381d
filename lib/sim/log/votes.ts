/**
 * What a process knows of instances: proposals, votes, closings.
 *
 * @module
 */

import type { AcceptorIndex, AcceptorSet, LearnerIndex } from "../../core/types.ts";
import type { LearnerGraph } from "../../core/learner_graph.ts";
import type { Shown } from "../../log/closing.ts";
import type { Closing, Signed } from "../../log/statement.ts";
import type { Position } from "../../log/types.ts";
import type { Vote } from "./packets.ts";

/** Two votes of one signer are enough to catch it. */
const VOTES_MAX = 2;

/** Proposals kept of an instance. */
const PROPOSALS_MAX = 2;

/** One instance. */
export interface Known {
  readonly votes: Map<AcceptorIndex, Vote[]>;
  readonly proposals: Uint8Array[];
  /** By learner, then signer. */
  readonly closings: Map<LearnerIndex, Map<AcceptorIndex, Signed<Closing>>>;
}

/** What a process knows of all instances that it keeps. */
export class Votes {
  /** By number. */
  readonly instances = new Map<Position, Known>();
  readonly #graph: LearnerGraph;

  /** Nothing is known. */
  constructor(graph: LearnerGraph) {
    this.#graph = graph;
  }

  /** What is known of an instance; it is kept from then on. */
  known(instance: Position): Known {
    const known = this.instances.get(instance) ??
      { votes: new Map(), proposals: [], closings: new Map() };
    this.instances.set(instance, known);
    return known;
  }

  /** Whether it is new. */
  add(vote: Vote): boolean {
    const { votes } = this.known(vote.instance);
    const of = votes.get(vote.signer) ?? [];
    if (of.length >= VOTES_MAX || of.some(({ id }) => id === vote.id)) return false;
    votes.set(vote.signer, [...of, vote]);
    return true;
  }

  /** A few of each instance are kept. */
  addProposal(instance: Position, value: Uint8Array): void {
    const { proposals } = this.known(instance);
    if (proposals.length < PROPOSALS_MAX) proposals.push(value);
  }

  /** The first closing of each signer counts. */
  addClosing(signed: Signed<Closing>): boolean {
    const { instance, learner, signer } = signed.statement;
    const { closings } = this.known(instance);
    const bySigner = closings.get(learner) ?? new Map();
    closings.set(learner, bySigner);
    if (bySigner.has(signer)) return false;
    bySigner.set(signer, signed);
    return true;
  }

  /** Lets go of instances. */
  forget(below: Position): void {
    for (const instance of this.instances.keys()) {
      if (instance < below) this.instances.delete(instance);
    }
  }

  /** All votes of an instance. */
  votesIn(instance: Position): Vote[] {
    return [...this.instances.get(instance)?.votes.values() ?? []].flat();
  }

  /** Signers by the hash of what they vote for. */
  #tally(
    instance: Position,
    learner: LearnerIndex,
  ): Map<string, { value: Uint8Array; by: bigint }> {
    const tally = new Map<string, { value: Uint8Array; by: bigint }>();
    for (const { signer, values, hashes } of this.votesIn(instance)) {
      const hash = hashes[learner];
      if (hash === undefined) continue;
      const row = tally.get(hash) ?? { value: values[learner]!, by: 0n };
      row.by |= 1n << BigInt(signer);
      tally.set(hash, row);
    }
    return tally;
  }

  /** What a learner decides there, by its own rule: one value, or more if it is not accurate. */
  decisions(instance: Position, learner: LearnerIndex): Uint8Array[] {
    const quorum = this.#graph.quorums[learner]!;
    return [...this.#tally(instance, learner).values()]
      .flatMap(({ value, by }) => quorum.satisfiedBy(by) ? [value] : []);
  }

  /** What those who have closed it for a learner have shown, their latest messages being known. */
  shown(instance: Position, learner: LearnerIndex): Shown | undefined {
    const closings = this.instances.get(instance)?.closings.get(learner);
    if (closings === undefined) return undefined;
    let closers: AcceptorSet = 0n;
    const all = this.votesIn(instance);
    for (const { statement: { signer, last } } of closings.values()) {
      if (last !== undefined && !all.some(({ id }) => id === last)) continue;
      closers |= 1n << BigInt(signer);
    }
    let caught: AcceptorSet = 0n;
    for (const [signer, of] of this.instances.get(instance)!.votes) {
      if (of.length > 1) caught |= 1n << BigInt(signer);
    }
    const votes = [...this.#tally(instance, learner).values()].map(({ by }) => by);
    return { closers, votes, caught };
  }
}
