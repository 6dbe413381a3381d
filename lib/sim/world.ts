/**
 * One simulated world: clusters in one process, under virtual time, from one seed.
 *
 * @module
 */

import { fullSet, hasMember } from "../core/acceptor_set.ts";
import type { Entry } from "../core/dag.ts";
import type { CoreLimits, Effect, Input } from "../core/instance.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import type { Rejection } from "../core/rejection.ts";
import type { AcceptorSet, Ballot, Message, Timestamp } from "../core/types.ts";
import type { ProposerStep } from "../trace/writer.ts";
import { Amnesia } from "./amnesia.ts";
import { Conspiracy } from "./conspiracy.ts";
import { exceededLimit } from "./bounds.ts";
import { isComplete } from "./ending.ts";
import { EventQueue } from "./event_queue.ts";
import type { Inspector } from "./inspector.ts";
import { Marks } from "./marks.ts";
import { Network } from "./network.ts";
import type { Packet } from "./packet.ts";
import { makePrng, type Prng } from "./prng.ts";
import { BEGINNING, Process } from "./process.ts";
import { NAMING, type Sealed, type Signers, signersOf, verify } from "./sealed.ts";
import { Referee, Violation } from "./referee.ts";
import { roleOf } from "./role.ts";
import type { Scenario } from "./scenario.ts";
import type { Stage } from "./stage.ts";
import type { Naming } from "./naming.ts";
import { type Strategy, Villain } from "./villain.ts";

/** How often it is looked whether all is over, in milliseconds. */
const GLANCE_MS = 50;

/** Events after which a world has gone mad. */
const EVENTS_MAX = 2_000_000;

/** Told of what happens, for timelines and traces. */
export interface Spectator {
  /** An honest process has made a step. */
  stepped?(process: Process, input: Input, effects: readonly Effect[], atMs: number): void;
  /** An honest process starts, and knows nothing. */
  started?(process: Process): void;
  /** A proposer has looked whether to offer something. */
  offering?(process: Process, step: ProposerStep): void;
  /** Something that is not a step has happened. */
  note?(atMs: number, what: string): void;
}

/** See the module. */
export class World implements Stage {
  readonly naming: Naming = NAMING;
  readonly beginning: Timestamp = BEGINNING;
  readonly queue: EventQueue = new EventQueue();
  readonly prng: Prng;
  readonly graph: LearnerGraph;
  readonly limits: CoreLimits;
  readonly echoDelayMs: number;
  readonly signers: Signers;
  readonly scenario: Scenario;
  /** Looks at every step: what is wrong, or undefined. */
  inspector: Inspector | undefined;
  readonly marks: Marks;
  readonly referee: Referee;
  readonly network: Network;
  /** The honest ones, by number; undefined where a villain is. */
  readonly processes: readonly (Process | undefined)[];
  /** What villains know. */
  readonly conspiracy: Conspiracy;
  /** When each learner was first seen to decide, in milliseconds. */
  readonly decidedMs: Map<number, number> = new Map();
  readonly #spectator: Spectator;
  readonly #villains: ReadonlyMap<number, Villain>;
  readonly #gone: Set<number> = new Set();
  readonly #amnesia: Amnesia;

  /** Nothing has happened yet. */
  constructor(
    scenario: Scenario,
    strategies: ReadonlyMap<string, () => Strategy>,
    marks: Marks = new Marks(),
    spectator: Spectator = {},
  ) {
    const { graph, network } = scenario;
    this.scenario = scenario;
    this.graph = graph;
    this.limits = scenario.limits;
    this.signers = signersOf(scenario);
    this.echoDelayMs = 20 + 2 * network.delayMsMax;
    this.marks = marks;
    this.#spectator = spectator;
    this.prng = makePrng(scenario.seed ^ 0x5eed);
    const deliver = (...sent: [number, number, Packet]) => this.#deliver(...sent);
    this.network = new Network(this.queue, this.prng, network, deliver);
    this.conspiracy = new Conspiracy(this);
    const villains = new Map<number, Villain>();
    const castAs = (index: number, names: readonly string[]) => {
      const cast = names.map((name) => strategies.get(name)!());
      villains.set(index, new Villain(this.conspiracy, this, index, this.#peersOf(index), cast));
    };
    for (const { acceptor, strategies: names } of scenario.villains) castAs(acceptor, names);
    if (scenario.rogue !== undefined) {
      castAs(graph.acceptorCount + scenario.proposersAtMs.length - 1, scenario.rogue);
    }
    this.#villains = villains;
    this.referee = new Referee(graph, marks, this.#honest());
    this.#amnesia = new Amnesia(this.referee);
    this.processes = Array.from(
      { length: network.processes },
      (_, index) =>
        villains.has(index)
          ? undefined
          : new Process(this, roleOf(scenario, index, this.#peersOf(index))),
    );
  }

  /** Of {@linkcode Stage}. */
  acceptorOf = (process: number): number | undefined =>
    process < this.graph.acceptorCount ? process : undefined;

  isGenuine = (sealed: Sealed): boolean => verify(sealed, this.signers) === undefined;

  /** Of {@linkcode Stage}. */
  transmit(from: number, to: number, packet: Packet): void {
    this.conspiracy.overhear(packet);
    if (this.#villains.has(from)) {
      for (const { message } of packet.bodies) this.referee.sent(message);
    }
    this.network.transmit(from, to, packet);
  }

  /** Of {@linkcode Stage}. */
  started(process: Process): void {
    this.#spectator.started?.(process);
    const { name, acceptor } = process.role;
    this.#note(() => `${name} starts`);
    if (acceptor === undefined) return;
    for (const { message } of process.disk.contents) this.referee.found(message, acceptor);
  }

  /** Of {@linkcode Stage}. */
  votes(process: Process): void {
    const { acceptor, name } = process.role;
    this.#note(() => `${name} votes`);
    const forgotten = this.#amnesia.has(process);
    if (forgotten === undefined) return;
    this.marks.mark(forgotten ? "a restored acceptor misses a message" : "a restored acceptor");
    if (forgotten) this.referee.excused |= 1n << BigInt(acceptor!);
  }

  /** Of {@linkcode Stage}. */
  stepped(process: Process, input: Input, effects: readonly Effect[]): void {
    this.#spectator.stepped?.(process, input, effects, this.queue.nowMs);
    this.conspiracy.attribute(this.marks, effects);
    if (input.kind === "tick" && input.setBack) this.marks.mark("a clock is set back");
    this.referee.stepped(process.role.name, effects);
    const wrong = exceededLimit(process.state, this.limits) ??
      this.inspector?.(process.state, effects);
    if (wrong !== undefined) throw new Violation(`${process.role.name}: ${wrong}`);
    for (const effect of effects) {
      if (effect.kind !== "decide" || this.decidedMs.has(effect.decision.learner)) continue;
      this.decidedMs.set(effect.decision.learner, this.queue.nowMs);
    }
  }

  /** Of {@linkcode Stage}. */
  said(process: Process, entries: readonly Entry[]): void {
    for (const entry of entries) this.referee.said(process.role.name, entry);
  }

  /** Of {@linkcode Stage}. */
  offering = (process: Process, step: ProposerStep): void =>
    this.#spectator.offering?.(process, step);

  /** Of {@linkcode Stage}. */
  proposed(process: Process, ballot: Ballot): void {
    this.#note(() => `${process.role.name} offers ${ballot.valueHash.slice(0, 6)}`);
    this.referee.offered(ballot);
  }

  /** Of {@linkcode Stage}. */
  refused(process: Process, message: Message, rejection: Rejection, from: number): void {
    this.#note(() => `${process.role.name} refuses ${message.id.slice(0, 8)}`);
    this.conspiracy.markDeed(this.marks, message.id, "refused");
    const byVillain = this.#villains.has(from);
    this.referee.refused(process.role.name, message.id, rejection, byVillain);
  }

  /** Of {@linkcode Stage}. */
  turnedAway(process: Process, thing: object, { rejected }: Rejection): void {
    this.#note(() => `${process.role.name} turns a villain away: ${rejected}`);
    this.marks.mark(`code ${rejected}`);
    this.conspiracy.markDeed(this.marks, thing, "refused");
  }

  /** Of {@linkcode Stage}. */
  estranged(process: Process): void {
    const { acceptor, name } = process.role;
    const isForked = process.state.acceptor!.standing === "forked";
    if (isForked && hasMember(this.referee.safe, acceptor!)) {
      throw new Violation(`${name} has forgotten what it has said, though others could tell`);
    }
    this.marks.mark(isForked ? "an acceptor forks" : "an acceptor meets a message of its own");
    this.#crash(process, isForked ? Infinity : this.prng.between(1, 100), 1);
  }

  /** Of {@linkcode Stage}. */
  diskFailed(process: Process): void {
    this.marks.mark("a disk fails");
    this.#crash(process, this.prng.between(50, 300), 1);
  }

  /** Lets everything happen until all that must come has come, or time is up. */
  run(untilMs: number): void {
    const { scenario, queue } = this;
    const late = [...scenario.proposersAtMs, ...scenario.observersAtMs];
    this.processes.forEach((process, index) => {
      const atMs = late[index - this.graph.acceptorCount] ?? 0;
      if (process !== undefined && atMs < Infinity) {
        queue.at(atMs, () => process.isUp || process.start());
      }
    });
    for (const mishap of scenario.mishaps) {
      queue.at(mishap.atMs, () => {
        const process = this.processes[mishap.process];
        if (process?.isUp) this.#crash(process, mishap.downMs, mishap.kept);
      });
    }
    for (const villain of this.#villains.values()) {
      villain.begin();
      queue.at(scenario.villainsUntilMs, () => villain.isActive = false);
    }
    let isOver = false;
    const glance = () => {
      isOver = isComplete(this);
      queue.after(GLANCE_MS, glance);
    };
    queue.at(scenario.network.timelyFromMs, glance);
    while (!isOver && queue.nowMs < untilMs) {
      queue.advance();
      if (queue.count > EVENTS_MAX) throw new Violation(`${EVENTS_MAX} events, and no end`);
    }
  }

  /** The honest processes that run. */
  up = (): Process[] =>
    this.processes.filter((process): process is Process => process?.isUp === true);

  /** Whether a process never starts again. */
  isGone = (process: number): boolean => this.#gone.has(process);

  #deliver(from: number, to: number, packet: Packet): void {
    const villain = this.#villains.get(to);
    if (villain !== undefined) return villain.receive(from, packet);
    const process = this.processes[to]!;
    const again = packet.bodies.filter((sealed) =>
      this.conspiracy.isCopy(sealed) && process.isUp && process.state.dag.has(sealed.message.id)
    );
    const { size } = process.state.dag;
    process.receive(from, packet);
    const isAll = again.length === packet.bodies.length && packet.welcome === undefined;
    if (again.length === 0 || !isAll) return;
    if (process.state.dag.size !== size && process.role.offers === undefined) {
      throw new Violation("another signature has an effect");
    }
    this.marks.mark("strategy re-encoded: ignored");
  }

  #crash(process: Process, downMs: number, kept: number): void {
    const { name, index } = process.role;
    this.#amnesia.crashes(process, this.queue.nowMs);
    this.#note(() => `${name} crashes for ${downMs} ms${kept < 1 ? ", restored" : ""}`);
    this.marks.mark("a crash");
    process.crash();
    this.referee.crashed(name);
    if (kept < 1) {
      process.disk.restore(Math.floor(process.disk.contents.length * kept));
      this.#amnesia.begins(process);
    }
    if (downMs === Infinity) this.#gone.add(index);
    else this.queue.after(downMs, () => process.isUp || process.start());
  }

  #honest(): AcceptorSet {
    let honest = fullSet(this.graph.acceptorCount);
    for (const index of this.#villains.keys()) honest &= ~(1n << BigInt(index));
    return honest;
  }

  #peersOf(index: number): number[] {
    const { processes } = this.scenario.network;
    const all = Array.from({ length: processes }, (_, other) => other);
    const isAcceptor = (process: number) => process < this.graph.acceptorCount;
    return all.filter((other) => other !== index && (isAcceptor(index) || isAcceptor(other)));
  }

  #note = (what: () => string): void => this.#spectator.note?.(this.queue.nowMs, what());
}
