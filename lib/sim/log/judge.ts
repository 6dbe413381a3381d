/**
 * Who sees everything in the world of one log, and ends it at the first promise that is broken:
 * the list at the end of section 8.
 *
 * @module
 */

import { hasMember } from "../../core/acceptor_set.ts";
import { entangled } from "../../core/learner_graph.ts";
import type { LearnerIndex } from "../../core/types.ts";
import { extendChain, genesis } from "../../log/chain.ts";
import type { Delivery } from "../../log/learner_log.ts";
import type { Snapshot } from "../../log/snapshot.ts";
import type { Checkpoint, Closing, Signed } from "../../log/statement.ts";
import type { LogReport } from "../../log/state.ts";
import type { Certificate } from "../../log/certificate.ts";
import { type LogHash, type Outcome, type Position, sameOutcome } from "../../log/types.ts";
import { boundBroken } from "./keeping_within.ts";
import type { Vote } from "./packets.ts";
import { type Acknowledged, newPast, type Past } from "./past.ts";
import type { Honest, Stage, Witness } from "./stage.ts";

/** A promise of the log is broken. */
export class Broken extends Error {}

/** The judge. */
export class Judge implements Witness {
  /** All that clients were told. */
  readonly acknowledged: Acknowledged[] = [];
  readonly #world: Stage;
  /** By learner, then position: the outcome that somebody honest has seen first. */
  readonly #outcomes: Map<Position, Outcome>[];
  /** By learner, then position: what was delivered there first. */
  readonly #delivered: Map<Position, string>[];
  /** By learner: what was delivered, in order. */
  readonly #orders: string[][];
  readonly #pasts = new Map<number, Past>();

  /** Nothing has happened. */
  constructor(world: Stage) {
    this.#world = world;
    this.#outcomes = world.context.graph.spec.learners.map(() => new Map());
    this.#orders = world.context.graph.spec.learners.map(() => []);
    this.#delivered = world.context.graph.spec.learners.map(() => new Map());
  }

  /** Whether a learner's promises hold with these liars. */
  isAccurate(a: LearnerIndex): boolean {
    return this.#agree(a, a);
  }

  /** Whether its log is the same everywhere: an operator who abandons it lets it have gaps. */
  isPromised(a: LearnerIndex): boolean {
    const isAbandoned = [...this.#world.members.values()]
      .some(({ state }) => hasMember(state.abandoned, a));
    return this.isAccurate(a) && !isAbandoned;
  }

  /** Once in an instance, and in none that is closed or below the floor. */
  voted(member: Honest, { instance, id }: Vote): void {
    const past = this.#past(member);
    if (instance < past.floor) {
      this.#broken(`${member.index} votes below its floor, in ${instance}`);
    }
    if (past.closed.has(instance)) this.#broken(`${member.index} votes in ${instance}, closed`);
    const before = past.voted.get(instance);
    if (before !== undefined && before !== id) this.#broken(`${member.index} votes twice`);
    past.voted.set(instance, id);
  }

  /** None below the floor. */
  closing(member: Honest, { statement: { instance } }: Signed<Closing>): void {
    const past = this.#past(member);
    if (instance < past.floor) this.#broken(`${member.index} closes ${instance}, below its floor`);
    past.closed.add(instance);
  }

  /** Durable, of what it has seen itself, and never two things of the same. */
  stated(member: Honest, signed: Signed<Checkpoint>): void {
    const { position, heads } = signed.statement;
    const past = this.#past(member);
    this.#lookAt(member);
    const isKept = member.journal.some((line) =>
      line.kind === "checkpoint" && line.signed === signed
    );
    if (!isKept) this.#broken(`${member.index} sends a statement before it is durable`);
    for (const { learner, chain, sessions } of heads) {
      const place = `${position} ${learner}`;
      const said = past.stated.get(place);
      if (said !== undefined && said !== chain + sessions) {
        this.#broken(`${member.index} states two things of learner ${learner} at ${position}`);
      }
      past.stated.set(place, chain + sessions);
      for (let at = past.base[learner]!; at < position; at++) {
        if (past.seen[learner]!.has(at)) continue;
        this.#broken(`${member.index} states ${place}, but has not seen ${at}`);
      }
      if (position <= past.base[learner]!) this.#broken(`${member.index} repeats a certificate`);
    }
  }

  /** The same everywhere, and each record once. */
  delivered(member: Honest, { learner, position, outcome, records }: Delivery): void {
    this.#lookAt(member);
    const keys = records.map(({ client, sequence }) => `${client}/${sequence}`);
    for (const { client, sequence } of records) {
      this.#world.acknowledge(member, learner, position, `${client}/${sequence}`);
    }
    if (outcome.kind === "closed") this.#world.marks.mark("an entry is closed");
    if (!this.isPromised(learner)) return;
    const first = this.#delivered[learner]!.get(position);
    if (first === undefined) {
      this.#delivered[learner]!.set(position, keys.join());
      this.#once(learner, keys);
    } else if (first !== keys.join()) {
      this.#broken(`learner ${learner} delivers [${first}] and [${keys.join()}] at ${position}`);
    }
  }

  /** Whether a learner's log has delivered a record anywhere. */
  has(learner: LearnerIndex, key: string): boolean {
    return this.#orders[learner]!.includes(key);
  }

  /** A repeated record is delivered once, unless too many others were heard of in between. */
  #once(learner: LearnerIndex, keys: readonly string[]): void {
    const order = this.#orders[learner]!;
    for (const key of keys) {
      const before = order.lastIndexOf(key);
      const between = new Set(order.slice(before + 1).map((each) => each.split("/")[0]));
      if (before >= 0 && between.size < this.#world.context.settings.clientsMax) {
        this.#broken(`learner ${learner} delivers ${key} twice`);
      }
      order.push(key);
    }
  }

  /** What is durable. */
  forgets(member: Honest, below: Position): void {
    this.#lookAt(member);
    const past = this.#past(member);
    past.floor = Math.max(past.floor, below);
    this.#world.marks.mark("a floor is raised");
    const isDurable = member.journal.some((line) =>
      (line.kind === "floor" && line.position >= below) ||
      (line.kind === "base" && line.floor >= below) ||
      (line.kind === "snapshot" && line.snapshot.position >= below)
    );
    if (!isDurable) this.#broken(`${member.index} forgets before its floor is durable`);
  }

  /** Nothing false. */
  reported(member: Honest, report: LogReport): void {
    if (report.kind === "lie" && !hasMember(this.#world.scenario.liars, report.lie.signer)) {
      this.#broken(`honest ${report.lie.signer} is proved to lie`);
    }
    const isFalse = report.kind === "inaccurate" || report.kind === "disagreement";
    if (isFalse && this.isAccurate(report.learner)) {
      this.#broken(
        `${member.index} finds accurate learner ${report.learner} not to be: ${report.kind}`,
      );
    }
  }

  /** What was acknowledged must be there again. */
  restarted(member: Honest, isWiped: boolean): void {
    const past = this.#past(member);
    if (isWiped) {
      past.seen.forEach((seen) => seen.clear());
      past.base.fill(0);
      past.floor = 0;
      // Peers that know them give them back; what nobody knows has never been said.
      past.stated.clear();
      past.lost = this.acknowledged.length;
      return;
    }
    if (member.state.floor < past.floor) this.#broken(`${member.index} has lost its floor`);
    for (const { member: index, learner, position } of this.acknowledged.slice(past.lost)) {
      if (index !== member.index || member.state.learners[learner]!.prefix > position) continue;
      this.#broken(`${member.index} has lost position ${position} of learner ${learner}`);
    }
  }

  /** Bounds of memory and disk, and what is believed. */
  inspect(member: Honest): void {
    this.#lookAt(member);
    const broken = boundBroken(this.#world, member);
    if (broken !== undefined) this.#broken(`${member.index} ${broken}`);
    for (const { certificate } of member.state.learners) {
      if (certificate !== undefined) this.#certificate(member, certificate);
    }
  }

  /** Everything acknowledged is where it was said to be. */
  finish(): void {
    for (const { member, learner, position, key } of this.acknowledged) {
      if (!this.isPromised(learner)) continue;
      const keys = this.#delivered[learner]!.get(position)?.split(",") ?? [];
      if (!keys.includes(key)) this.#broken(`${key} was acknowledged by ${member}, and is lost`);
    }
  }

  #past(member: Honest): Past {
    const { learnerCount } = this.#world.context.graph;
    const past = this.#pasts.get(member.index) ?? newPast(learnerCount);
    this.#pasts.set(member.index, past);
    return past;
  }

  /** What of the journal is new. */
  #lookAt(member: Honest): void {
    const past = this.#past(member);
    for (const line of member.journal) {
      if (line.kind === "vote" || past.records.has(line)) continue;
      past.records.add(line);
      if (line.kind === "outcome") {
        const { learner, position, entry } = line;
        past.seen[learner]!.add(position);
        this.#outcome(member, learner, position, entry.outcome);
      }
      if (line.kind === "snapshot") this.#startedFrom(member, past, line.snapshot);
      if (line.kind === "floor") this.#jumped(past, line.position);
    }
  }

  #startedFrom(member: Honest, past: Past, { position, parts }: Snapshot): void {
    this.#jumped(past, position);
    parts.forEach((part, learner) =>
      part?.entries.forEach(({ outcome }, i) =>
        this.#outcome(member, learner, part.from + i, outcome)
      )
    );
    this.#world.marks.mark("a process goes on from a snapshot");
  }

  /** Learners that had not come so far go on from there. */
  #jumped({ seen, base }: Past, position: Position): void {
    seen.forEach((set, learner) => {
      for (let at = base[learner]!; at < position; at++) {
        if (set.has(at)) continue;
        base[learner] = position;
        return;
      }
    });
  }

  #outcome(member: Honest, learner: LearnerIndex, position: Position, outcome: Outcome): void {
    const { graph } = this.#world.context;
    graph.spec.learners.forEach((_, other) => {
      if (!this.#agree(learner, other)) return;
      const known = this.#outcomes[other]!.get(position);
      if (known === undefined || sameOutcome(known, outcome)) return;
      // One of two that agree may be closed where the other has decided.
      if (other !== learner && (known.kind === "closed" || outcome.kind === "closed")) return;
      this.#broken(
        `${member.index}: learner ${learner} has ${outcome.kind} at ${position}, ` +
          `learner ${other} ${known.kind}, and they differ`,
      );
    });
    if (!this.#outcomes[learner]!.has(position)) this.#outcomes[learner]!.set(position, outcome);
  }

  #certificate(member: Honest, { learner, position, chain }: Certificate): void {
    if (!this.isAccurate(learner)) return;
    const { context } = this.#world;
    let head: LogHash = genesis(context, learner);
    for (let at = 0; at < position; at++) {
      const outcome = this.#outcomes[learner]!.get(at);
      if (outcome === undefined) {
        return this.#broken(`${member.index}: a certificate of what nobody honest has seen`);
      }
      head = extendChain(context, head, at, outcome);
    }
    if (head !== chain) this.#broken(`${member.index}: a certificate for ${learner} lies`);
  }

  #agree(a: LearnerIndex, b: LearnerIndex): boolean {
    const { graph } = this.#world.context;
    return entangled(graph, a, b, this.#world.safe);
  }

  #broken(what: string): never {
    throw new Broken(what);
  }
}
