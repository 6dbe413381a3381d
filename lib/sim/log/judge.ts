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
import type { Kept, LogReport } from "../../log/state.ts";
import type { Certificate } from "../../log/certificate.ts";
import { type LogHash, type Outcome, type Position, sameOutcome } from "../../log/types.ts";
import type { Member } from "./member.ts";
import type { Vote } from "./packets.ts";
import type { LogWorld } from "./world.ts";

/** A promise of the log is broken. */
export class Broken extends Error {}

/** What somebody honest was told: this record is in this learner's log, at this position. */
interface Acknowledged {
  readonly member: number;
  readonly learner: LearnerIndex;
  readonly position: Position;
  readonly key: string;
}

/** What the judge remembers of a process, whatever becomes of its memory and disk. */
interface Past {
  /** Positions below this were forgotten. */
  floor: Position;
  /** Instances it has closed. */
  readonly closed: Set<Position>;
  /** By instance: its vote. */
  readonly voted: Map<Position, string>;
  /** By position and learner: what it has stated. */
  readonly stated: Map<string, string>;
  /** By learner: the outcomes that it has seen itself, and where it started from since then. */
  readonly seen: Set<Position>[];
  readonly base: Position[];
  /** How many acknowledgements were made when its disk was lost. */
  lost: number;
  /** How much of the journal has been looked at. */
  readonly records: WeakSet<Kept>;
}

/** The judge. */
export class Judge {
  readonly acknowledged: Acknowledged[] = [];
  readonly #world: LogWorld;
  /** By learner, then position: the outcome that somebody honest has seen first. */
  readonly #outcomes: Map<Position, Outcome>[];
  /** By learner, then position: what was delivered there first. */
  readonly #delivered: Map<Position, string>[];
  /** By learner: what was delivered, in order. */
  readonly #orders: string[][];
  readonly #pasts = new Map<number, Past>();

  constructor(world: LogWorld) {
    this.#world = world;
    this.#outcomes = world.context.graph.spec.learners.map(() => new Map());
    this.#orders = world.context.graph.spec.learners.map(() => []);
    this.#delivered = world.context.graph.spec.learners.map(() => new Map());
  }

  isAccurate(a: LearnerIndex): boolean {
    return this.#agree(a, a);
  }

  /** Whether its log is the same everywhere: an operator who abandons it lets it have gaps. */
  isPromised(a: LearnerIndex): boolean {
    const isAbandoned = [...this.#world.members.values()]
      .some(({ state }) => hasMember(state.abandoned, a));
    return this.isAccurate(a) && !isAbandoned;
  }

  voted(member: Member, { instance, id }: Vote): void {
    const past = this.#past(member);
    if (instance < past.floor) {
      this.#broken(`${member.index} votes below its floor, in ${instance}`);
    }
    if (past.closed.has(instance)) this.#broken(`${member.index} votes in ${instance}, closed`);
    const before = past.voted.get(instance);
    if (before !== undefined && before !== id) this.#broken(`${member.index} votes twice`);
    past.voted.set(instance, id);
  }

  closing(member: Member, { statement: { instance } }: Signed<Closing>): void {
    const past = this.#past(member);
    if (instance < past.floor) this.#broken(`${member.index} closes ${instance}, below its floor`);
    past.closed.add(instance);
  }

  stated(member: Member, signed: Signed<Checkpoint>): void {
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

  delivered(member: Member, { learner, position, outcome, records }: Delivery): void {
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

  forgets(member: Member, below: Position): void {
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

  reported(member: Member, report: LogReport): void {
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
  restarted(member: Member, isWiped: boolean): void {
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
  inspect(member: Member): void {
    const { context, scenario } = this.#world;
    const { settings, graph } = context;
    const { state, votes, coordinator } = member;
    this.#lookAt(member);
    const outside = [...votes.instances.keys()].find((instance) =>
      instance < state.floor || instance >= state.floor + settings.spreadMax
    );
    if (outside !== undefined && member.awaited.size === 0) {
      this.#broken(`${member.index} keeps instance ${outside}`);
    }
    const checkpoints = Math.ceil(settings.spreadMax / settings.checkpointEvery) + 1;
    if (state.book.size > graph.acceptorCount * graph.learnerCount * checkpoints) {
      this.#broken(`${member.index} keeps ${state.book.size} statements`);
    }
    if (coordinator.pending.size > scenario.appending.pendingMax) {
      this.#broken(`${member.index} keeps ${coordinator.pending.size} records waiting`);
    }
    state.learners.forEach((log, learner) => {
      if (log.entries.size > settings.retain.entries + settings.spreadMax) {
        this.#broken(`${member.index} keeps ${log.entries.size} entries`);
      }
      if (log.sessions.size > settings.clientsMax) this.#broken("too many sessions");
      if (log.certificate !== undefined) this.#certificate(member, log.certificate);
    });
  }

  /** Everything acknowledged is where it was said to be. */
  finish(): void {
    for (const { member, learner, position, key } of this.acknowledged) {
      if (!this.isPromised(learner)) continue;
      const keys = this.#delivered[learner]!.get(position)?.split(",") ?? [];
      if (!keys.includes(key)) this.#broken(`${key} was acknowledged by ${member}, and is lost`);
    }
  }

  #past(member: Member): Past {
    const { learnerCount } = this.#world.context.graph;
    const past = this.#pasts.get(member.index) ?? {
      floor: 0,
      closed: new Set(),
      voted: new Map(),
      stated: new Map(),
      seen: Array.from({ length: learnerCount }, () => new Set<Position>()),
      base: new Array(learnerCount).fill(0),
      lost: 0,
      records: new WeakSet(),
    };
    this.#pasts.set(member.index, past);
    return past;
  }

  /** What of the journal is new. */
  #lookAt(member: Member): void {
    const past = this.#past(member);
    for (const line of member.journal) {
      if (line.kind === "vote" || past.records.has(line)) continue;
      past.records.add(line);
      if (line.kind === "outcome") {
        const { learner, position, entry } = line;
        past.seen[learner]!.add(position);
        this.#outcome(member, learner, position, entry.outcome);
      }
      if (line.kind === "snapshot") this.#startedFrom(past, line.snapshot);
      if (line.kind === "floor") this.#jumped(past, line.position);
    }
  }

  #startedFrom(past: Past, { position }: Snapshot): void {
    this.#jumped(past, position);
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

  #outcome(member: Member, learner: LearnerIndex, position: Position, outcome: Outcome): void {
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

  #certificate(member: Member, { learner, position, chain }: Certificate): void {
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
