/**
 * The world of one log: processes, a network, clients and operators, until a seed's story is told.
 *
 * @module
 */

import { fullSet, hasMember } from "../../core/acceptor_set.ts";
import type { AcceptorSet, LearnerIndex, LearnerSet } from "../../core/types.ts";
import type { LogRecord } from "../../log/record.ts";
import type { LogContext, Position } from "../../log/types.ts";
import { EventQueue } from "../event_queue.ts";
import type { Marks } from "../marks.ts";
import { makePrng, type Prng } from "../prng.ts";
import { simulatedContext } from "./context.ts";
import { Judge } from "./judge.ts";
import { Member, Stopped } from "./member.ts";
import type { Packet } from "./packets.ts";
import type { LogScenario } from "./scenario.ts";
import type { Honest, Stage } from "./stage.ts";
import { Villain } from "./villain.ts";

const TICK_MS = 40;
const RESTART_MS_MAX = 200;

/** A record on its way into the log. */
export interface Appending {
  /** What. */
  readonly record: LogRecord;
  /** Client and sequence. */
  readonly key: string;
  /** Where the client asks now, and since when. */
  at: number;
  sinceMs: number;
  /** The learners for whom somebody honest has told the client that it is in the log. */
  told: LearnerSet;
}

/** One world. */
export class LogWorld implements Stage {
  readonly scenario: LogScenario;
  readonly context: LogContext;
  readonly prng: Prng;
  readonly queue = new EventQueue();
  readonly marks: Marks;
  readonly judge: Judge;
  readonly members = new Map<number, Member>();
  readonly villains = new Map<number, Villain>();
  /** All processes, and the honest ones. */
  readonly processes: readonly number[];
  readonly honest: readonly number[];
  readonly safe: AcceptorSet;
  readonly appending: Appending[] = [];
  readonly #incarnations: number[];
  /** Whose disk was lost: more than one at a time, and what only they knew is lost. */
  #wiped: number | undefined;
  /** By instance and learners that must agree: what honest acceptors vote for. */
  readonly #chosen = new Map<string, Uint8Array>();
  readonly #blocked = new Map<string, AcceptorSet>();

  constructor(scenario: LogScenario, marks: Marks) {
    this.scenario = scenario;
    this.marks = marks;
    this.context = simulatedContext(scenario.graph, scenario.settings);
    this.prng = makePrng(scenario.seed);
    const { acceptorCount } = scenario.graph;
    this.processes = Array.from({ length: acceptorCount + scenario.watchers }, (_, i) => i);
    this.honest = this.processes.filter((index) => !hasMember(scenario.liars, index));
    this.safe = fullSet(acceptorCount) & ~scenario.liars;
    this.#incarnations = this.processes.map(() => 0);
    this.judge = new Judge(this);
    for (const index of this.processes) {
      if (hasMember(scenario.liars, index)) this.villains.set(index, new Villain(this, index));
      else this.members.set(index, new Member(this, index));
    }
  }

  /** Whether nothing is lost any more, and nobody stops. */
  get isCalm(): boolean {
    return this.queue.nowMs >= this.scenario.calmMs;
  }

  /** Records that clients have appended so far. */
  get records(): readonly LogRecord[] {
    return this.appending.map(({ record }) => record);
  }

  /** One of the honest processes. */
  someHonest(): Member {
    return this.members.get(this.prng.pick(this.honest)!)!;
  }

  /** To all others. */
  broadcast(from: number, packet: Packet): void {
    for (const to of this.processes) if (to !== from) this.send(from, to, packet);
  }

  /** To one; until calm it may be lost. */
  send(from: number, to: number, packet: Packet): void {
    const { cutOff, loss, delayMsMax } = this.scenario;
    if (!this.isCalm && (to === cutOff || from === cutOff || this.prng.chance(loss))) return;
    const incarnation = this.#incarnations[from];
    this.queue.after(1 + this.prng.below(delayMsMax), () => {
      // What nobody has got before its sender lost its disk has never been said.
      if (incarnation !== this.#incarnations[from]) return;
      const member = this.members.get(to);
      if (member === undefined) this.villains.get(to)!.receive(packet);
      else this.#with(member, () => member.receive(packet, from));
    });
  }

  /** Whether the process that acts stops before its next effect. */
  stopsNow(): boolean {
    return !this.isCalm && this.scenario.crashes > 0 && this.prng.chance(this.scenario.crashes);
  }

  /** What an acceptor votes for if this value is offered, by learner: what those who agree chose first. */
  valuesFor(
    acceptor: number,
    instance: Position,
    offered: Uint8Array,
  ): (Uint8Array | undefined)[] {
    const components = this.context.graph.connected(this.scenario.liars);
    return this.context.graph.spec.learners.map((_, learner) => {
      if (hasMember(this.blocked(instance, learner), acceptor)) return undefined;
      const key = `${instance} ${components[learner] || `alone ${learner}`}`;
      const chosen = this.#chosen.get(key) ?? offered;
      if (!hasMember(this.scenario.liars, acceptor)) this.#chosen.set(key, chosen);
      return chosen;
    });
  }

  /** The acceptors that cannot vote for a learner there: bound by older ballots, say. */
  blocked(instance: Position, learner: LearnerIndex): AcceptorSet {
    const { seed, blocking, graph } = this.scenario;
    if (blocking === 0) return 0n;
    const key = `${instance} ${learner}`;
    const known = this.#blocked.get(key);
    if (known !== undefined) return known;
    const prng = makePrng(seed * 31 + instance * 8 + learner);
    const all = [...Array(graph.acceptorCount).keys()];
    const blocked = prng.chance(blocking)
      ? prng.some(all, 0.6).reduce((set, index) => set | 1n << BigInt(index), 0n)
      : 0n;
    this.#blocked.set(key, blocked);
    return blocked;
  }

  /** A process has delivered a record: it tells the client. */
  acknowledge(member: Honest, learner: LearnerIndex, position: Position, key: string): void {
    const asked = this.appending.find((each) => each.key === key && each.at === member.index);
    if (asked === undefined) return;
    asked.told |= 1n << BigInt(learner);
    this.judge.acknowledged.push({ member: member.index, learner, position, key });
  }

  /** Starts clocks and clients. */
  begin(): void {
    for (const index of this.processes) this.#tickEvery(index);
    for (let i = 0; i < this.scenario.records; i++) {
      this.queue.at(this.prng.below(2 * this.scenario.calmMs), () => this.#client());
    }
  }

  #tickEvery(index: number): void {
    this.queue.after(1 + this.prng.below(2 * TICK_MS), () => {
      const member = this.members.get(index);
      if (member === undefined) this.villains.get(index)!.tick();
      else this.#with(member, () => this.#tick(member));
      this.#tickEvery(index);
    });
  }

  #tick(member: Member): void {
    member.tick();
    const { closing } = this.scenario;
    if (!this.isCalm && this.prng.chance(closing)) {
      const learner = this.prng.below(this.context.graph.learnerCount);
      const instance = member.state.learners[learner]!.prefix + this.prng.below(2);
      if (this.blocked(instance, learner) !== 0n) member.close(learner, instance);
    }
    if (this.isCalm) {
      member.state.learners.forEach(({ prefix }, learner) => {
        const known = member.votes.instances.get(prefix);
        if (known === undefined) return;
        const isHindered = this.blocked(prefix, learner) !== 0n || known.closings.size > 0;
        if (isHindered && this.queue.nowMs > this.scenario.calmMs + 400) {
          member.close(learner, prefix);
        }
      });
    }
    for (const each of this.appending) if (each.at === member.index) this.#again(each);
    this.judge.inspect(member);
  }

  /** A client asks somebody else if it is not told in time. */
  #again(appending: Appending): void {
    const { patienceMs } = this.scenario.appending;
    const isTold = this.context.graph.quorums.every((quorum, a) =>
      !quorum.satisfiedBy(this.safe) || hasMember(appending.told, a)
    );
    if (isTold || this.queue.nowMs - appending.sinceMs < 8 * patienceMs) return;
    appending.at = this.prng.pick(
      this.honest.filter((index) => this.members.get(index)!.isAcceptor),
    )!;
    appending.sinceMs = this.queue.nowMs;
    this.marks.mark("a client asks again");
    const member = this.members.get(appending.at)!;
    this.#with(member, () => this.#ask(member, appending));
  }

  #client(): void {
    const client = `client ${this.prng.below(this.scenario.clients)}`;
    const sequence = 1 + this.appending.filter(({ record }) => record.client === client).length;
    const record = { client, sequence, payload: new Uint8Array([sequence]) };
    const at = this.prng.pick(this.honest.filter((index) => this.members.get(index)!.isAcceptor))!;
    const key = `${client}/${sequence}`;
    const appending = { record, key, at, sinceMs: this.queue.nowMs, told: 0n };
    this.appending.push(appending);
    const member = this.members.get(at)!;
    this.#with(member, () => this.#ask(member, appending));
  }

  #ask(member: Member, appending: Appending): void {
    const { kind } = member.append(appending.record);
    this.marks.mark(`append: ${kind}`);
    if (kind === "repeated") appending.told = fullSet(this.context.graph.learnerCount);
  }

  /** Lets a process act if it is up; it may stop anywhere, and starts again. */
  #with(member: Member, act: () => void): void {
    if (!member.isUp) return;
    try {
      act();
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      this.marks.mark("a process stops");
      member.isUp = false;
      const isWiped = this.#wiped === undefined && this.honest.length >= 3 &&
        this.prng.chance(this.scenario.wipes);
      if (isWiped) {
        this.#wiped = member.index;
        this.#incarnations[member.index]!++;
      }
      this.queue.after(1 + this.prng.below(RESTART_MS_MAX), () => this.#start(member, isWiped));
    }
  }

  #start(member: Member, isWiped: boolean): void {
    member.isUp = true;
    this.#with(member, () => member.start(isWiped));
  }
}
