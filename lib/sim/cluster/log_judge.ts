/**
 * Judges the logs of the real nodes of a simulated cluster: what each delivers, certifies, forgets
 * and signs.
 *
 * @module
 */

import { entangled, type LearnerGraph } from "../../core/learner_graph.ts";
import type { Effect } from "../../core/effects.ts";
import type { AcceptorSet, LearnerIndex } from "../../core/types.ts";
import type { Delivery } from "../../log/learner_log.ts";
import type { Position } from "../../log/types.ts";
import type { Marks } from "../marks.ts";
import { Violation } from "../referee.ts";
import type { Member } from "./member.ts";

/** What somebody has seen of an entry. */
interface Seen {
  readonly outcome: string;
  readonly records: readonly string[];
}

/** Of one cluster. */
export class LogJudge {
  readonly #graph: LearnerGraph;
  readonly #honest: () => AcceptorSet;
  readonly #marks: Marks;
  /** By learner and position. */
  readonly #entries: Map<Position, Seen>[];
  /** By learner and record: where it was delivered. */
  readonly #places: Map<string, Position>[];
  /** By member: its floor, once it is kept. */
  readonly #floors: Map<string, Position> = new Map();
  /** By learner and position: the certified chain. */
  readonly #chains: Map<Position, string>[];

  /** @param honest Acceptors that have kept to the rules so far, and forgotten nothing for good. */
  constructor(graph: LearnerGraph, honest: () => AcceptorSet, marks: Marks) {
    this.#graph = graph;
    this.#honest = honest;
    this.#marks = marks;
    this.#entries = graph.quorums.map(() => new Map());
    this.#places = graph.quorums.map(() => new Map());
    this.#chains = graph.quorums.map(() => new Map());
  }

  /** A member has begun a life. */
  watch(member: Member): void {
    const { node } = member.life!;
    const room = node.room!;
    const next = room.keptPrefixes.slice();
    if (member.lives > 1 && next.some((prefix) => prefix > 0)) {
      this.#marks.mark("log: a restart with entries");
    }
    room.onDelivered((delivery) => {
      const { learner, position } = delivery;
      if (position < next[learner]!) {
        throw new Violation(`${member.name} delivers ${position} of ${learner} again`);
      }
      if (position > next[learner]!) {
        this.#marks.mark("log: goes on from a snapshot, or over a gap");
      }
      next[learner] = position + 1;
      this.#delivered(member, delivery);
    });
    this.#floors.set(member.name, room.floor);
    room.onChange(() => {
      const { floor } = room;
      if (floor === this.#floors.get(member.name)) return;
      this.#floors.set(member.name, floor);
      this.#marks.mark("log: a floor rises");
      room.state.learners.forEach((log, a) => this.#certified(a, floor, log.certificate?.chain));
    });
  }

  /** A member has made a step. What raises the floor in it comes after what it signs. */
  stepped(who: string, instance: bigint, effects: readonly Effect[]): void {
    const floor = this.#floors.get(who) ?? 0;
    if (instance >= BigInt(floor) || effects.every(({ kind }) => kind !== "send")) return;
    throw new Violation(`${who} signs in ${instance}, below its floor ${floor}`);
  }

  /** Where a record is in a learner's log; undefined if nobody has seen it there. */
  placeOf(learner: LearnerIndex, client: string, sequence: number): Position | undefined {
    return this.#places[learner]!.get(`${client}:${sequence}`);
  }

  /** What is on the disk of a member that has been left alone: nothing below its floor. */
  mustHaveForgotten({ name, stored, life }: Member): void {
    const [lowest] = stored.instancesAfter(undefined, 1);
    const { floor } = life!.node.room!;
    if (lowest === undefined || lowest >= BigInt(floor)) return;
    throw new Violation(`${name} keeps messages of ${lowest}, below its floor ${floor}`);
  }

  #delivered(member: Member, { learner, position, outcome, records }: Delivery): void {
    const told = outcome.kind === "closed" ? "closed" : outcome.valueHash;
    if (outcome.kind === "closed") this.#marks.mark("log: an instance is closed");
    const seen: Seen = {
      outcome: told,
      records: records.map(({ client, sequence }) => `${client}:${sequence}`),
    };
    const known = this.#entries[learner]!.get(position);
    if (known !== undefined && this.#isBound(learner, learner)) {
      if (known.outcome !== seen.outcome || `${known.records}` !== `${seen.records}`) {
        const [first, second] = [known, seen].map((each) => `${each.outcome} ${each.records}`);
        throw new Violation(
          `${member.name} sees another entry ${position} of ${learner}: ${second}, not ${first}`,
        );
      }
    }
    if (known !== undefined) return;
    this.#entries[learner]!.set(position, seen);
    for (const record of seen.records) {
      const before = this.#places[learner]!.get(record);
      if (before !== undefined && this.#isBound(learner, learner)) {
        throw new Violation(`${record} is delivered at ${before} and ${position} of ${learner}`);
      }
      this.#places[learner]!.set(record, position);
    }
    this.#entries.forEach((entries, other) => {
      const theirs = entries.get(position)?.outcome;
      if (theirs === undefined || theirs === told || !this.#isBound(learner, other)) return;
      if (theirs === "closed" || told === "closed") return;
      throw new Violation(`${learner} and ${other} differ at ${position}`);
    });
  }

  #certified(learner: LearnerIndex, position: Position, chain: string | undefined): void {
    if (chain === undefined || !this.#isBound(learner, learner)) return;
    const known = this.#chains[learner]!.get(position) ?? chain;
    this.#chains[learner]!.set(position, chain);
    if (known === chain) return;
    throw new Violation(`two certificates of ${learner} at ${position}, which is accurate`);
  }

  #isBound(one: LearnerIndex, other: LearnerIndex): boolean {
    return entangled(this.#graph, one, other, this.#honest());
  }
}
