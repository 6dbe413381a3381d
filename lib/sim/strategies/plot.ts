/**
 * What villains that look for the worst keep in mind together: two sides that they divide the
 * others into, and how near each learner is to deciding what, seen from either side.
 *
 * @module
 */

import type { Entry } from "../../core/dag.ts";
import type { SetRule } from "../../core/quorum.ts";
import { membersOf } from "../../core/acceptor_set.ts";
import {
  type AcceptorMessage,
  type AcceptorSet,
  compareBallots,
  type LearnerIndex,
  type MessageId,
  type ValueHash,
} from "../../core/types.ts";
import type { Conspiracy } from "../conspiracy.ts";
import type { Scene } from "../scene.ts";

/** One of two. */
export type Side = 0 | 1;

interface Count {
  /** By learner: who has sent a fresh 1b. */
  readonly fresh: AcceptorSet[];
  /** By learner: who has sent a 2a. */
  readonly voted: AcceptorSet[];
}

const plots = new WeakMap<Conspiracy, Plot>();

/** The plot of a world: all villains have the same. */
export function plotOf(conspiracy: Conspiracy, stage: Scene): Plot {
  let plot = plots.get(conspiracy);
  if (plot === undefined) plots.set(conspiracy, plot = new Plot(stage));
  return plot;
}

/** What one group of villains is after. */
export class Plot {
  readonly #stage: Scene;
  readonly #sideOf: (peer: number) => Side;
  readonly #isFree: boolean;
  readonly #homes: Map<ValueHash, Side> = new Map();
  readonly #shownTo: Map<MessageId, Side> = new Map();
  readonly #counted: Set<Entry> = new Set();
  /** By 1a, by side. */
  readonly #counts: Map<Entry, readonly [Count, Count]> = new Map();

  /** Nothing has happened. */
  constructor(stage: Scene) {
    this.#stage = stage;
    this.#isFree = stage.prng.chance(0.3);
    const lot = stage.prng.next();
    this.#sideOf = stage.prng.chance(0.5)
      ? (peer) => peer % 2 === 0 ? 0 : 1
      : (peer) => (lot >>> (peer % 32)) % 2 === 0 ? 0 : 1;
  }

  /** Those of the peers on one side. */
  audience(peers: readonly number[], side: Side): number[] {
    return peers.filter((peer) => this.#sideOf(peer) === side);
  }

  /** The side for which a value is meant: values take turns. */
  homeOf(value: ValueHash): Side {
    let home = this.#homes.get(value);
    if (home === undefined) this.#homes.set(value, home = this.#homes.size % 2 === 0 ? 0 : 1);
    return home;
  }

  /** Whether a ballot is to be voted for on a side. In some worlds every ballot may. */
  suits({ facts: { ballot } }: Entry, side: Side): boolean {
    return this.#isFree || this.homeOf(ballot.valueHash) === side;
  }

  /** A villain is about to show a message to one side only. */
  show(id: MessageId, side: Side): void {
    this.#shownTo.set(id, side);
  }

  /** Counts a message: for both sides, unless it is shown to one only. */
  count(entry: Entry): void {
    const { message, facts } = entry;
    if (this.#counted.has(entry)) return;
    this.#counted.add(entry);
    const counts = this.#countsOf(facts.proposal);
    if (message.kind === "1a") return;
    const shownTo = this.#shownTo.get(message.id);
    counts.forEach((count, side) => {
      if (shownTo === undefined || shownTo === side) add(count, entry);
    });
  }

  /** The 1as of the highest ballots, highest first. */
  highest(count: number): Entry[] {
    const proposals = [...this.#counts.keys()];
    return proposals.sort((a, b) => compareBallots(b.facts.ballot, a.facts.ballot)).slice(0, count);
  }

  /**
   * How much worse a message makes things, shown to one side: what it brings nearer to a decision
   * counts as much as another value is near to one for somebody on the other side. To complete a
   * decision that nothing stands against is no use.
   */
  harm(entry: Entry, side: Side): number {
    const { facts } = entry;
    const before = this.#countsOf(facts.proposal)[side];
    const after = { fresh: [...before.fresh], voted: [...before.voted] };
    add(after, entry);
    const helped = facts.kind === "1b" ? facts.fresh : facts.learners2a;
    let harm = 0;
    for (const learner of membersOf(helped)) {
      const rival = this.#rival(entry, side === 0 ? 1 : 0);
      const gain = this.#nearness(after, learner) - this.#nearness(before, learner);
      const { quorums } = this.#stage.graph;
      const decides = quorums[learner]!.satisfiedBy(after.voted[learner]!) &&
        !quorums[learner]!.satisfiedBy(before.voted[learner]!);
      harm += decides && rival < 0.5 ? -1 : gain * (0.2 + rival);
    }
    return harm;
  }

  /** How near anybody on a side is to deciding another value. */
  #rival({ facts: { ballot } }: Entry, side: Side): number {
    let nearest = 0;
    for (const [proposal, counts] of this.#counts) {
      if (proposal.facts.ballot.valueHash === ballot.valueHash) continue;
      for (let learner = 0; learner < this.#stage.graph.learnerCount; learner++) {
        nearest = Math.max(nearest, this.#nearness(counts[side], learner));
      }
    }
    return nearest;
  }

  /** From 0 to 1: the votes count much, the 1bs that make votes possible a little. */
  #nearness({ fresh, voted }: Count, learner: LearnerIndex): number {
    const { rule } = this.#stage.graph.quorums[learner]!;
    return 0.7 / (1 + missing(rule, voted[learner]!)) + 0.3 / (1 + missing(rule, fresh[learner]!));
  }

  #countsOf(proposal: Entry): readonly [Count, Count] {
    let counts = this.#counts.get(proposal);
    if (counts === undefined) {
      const none = () => new Array<AcceptorSet>(this.#stage.graph.learnerCount).fill(0n);
      const count = () => ({ fresh: none(), voted: none() });
      this.#counts.set(proposal, counts = [count(), count()]);
    }
    return counts;
  }
}

function add(count: Count, { message, facts }: Entry): void {
  const own = 1n << BigInt((message as AcceptorMessage).signer);
  for (const learner of membersOf(facts.fresh)) count.fresh[learner] = count.fresh[learner]! | own;
  for (const learner of membersOf(facts.learners2a)) {
    count.voted[learner] = count.voted[learner]! | own;
  }
}

/** How many acceptors a set lacks at most to satisfy a rule. */
function missing(rule: SetRule, set: AcceptorSet): number {
  if (rule.kind === "acceptor") return ((set >> BigInt(rule.index)) & 1n) === 1n ? 0 : 1;
  const lacks = rule.of.map((operand) => missing(operand, set)).sort((a, b) => a - b);
  return lacks.slice(0, rule.threshold).reduce((sum, lack) => sum + lack, 0);
}
