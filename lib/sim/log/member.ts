/**
 * An honest process in the world of one log: the log and its coordinator, as programs will have
 * them, with a journal that can be cut short and instances that are made simple.
 *
 * @module
 */

import type { LearnerIndex } from "../../core/types.ts";
import { advance, append, noteDelivered, noteOpened } from "../../log/coordinator.ts";
import {
  type Appended,
  type CoordinatorEffect,
  type CoordinatorState,
  type CoordinatorView,
  newCoordinator,
} from "../../log/coordinator_state.ts";
import { admits1a, maySign, stepLog, takesPart } from "../../log/log.ts";
import type { LogRecord } from "../../log/record.ts";
import { compacted, restoreLog } from "../../log/restoring.ts";
import { closingFlaw } from "../../log/statement.ts";
import {
  type LogEffect,
  type LogInput,
  type LogMember,
  type LogState,
  newLogState,
  prefixesOf,
} from "../../log/state.ts";
import type { Position } from "../../log/types.ts";
import { windowEnd } from "../../log/window.ts";
import { simulatedSigner } from "./context.ts";
import { answer } from "./answering.ts";
import { carryOut, viewOf } from "./appending.ts";
import { makeVote, type Packet, type Vote } from "./packets.ts";
import { Votes } from "./votes.ts";
import type { Honest, Line, Stage } from "./stage.ts";

/** Thrown where a process stops: between any two effects. */
export class Stopped extends Error {}

/** One honest process. */
export class Member implements Honest {
  readonly index: number;
  state: LogState;
  votes: Votes;
  coordinator: CoordinatorState;
  /** Safe on disk. */
  journal: Line[] = [];
  /** Written, and lost if the power goes. */
  unsynced: Line[] = [];
  isUp = true;
  /** Who still has to say what it knows of this acceptor's messages; until then it signs nothing. */
  awaited = new Set<number>();
  /** Whether it votes. */
  readonly isAcceptor: boolean;
  readonly #world: Stage;

  /** One that has just begun. */
  constructor(world: Stage, index: number) {
    this.#world = world;
    this.index = index;
    const { context } = world;
    this.isAcceptor = index < context.graph.acceptorCount;
    this.state = newLogState(context);
    this.votes = new Votes(context.graph);
    this.coordinator = newCoordinator(context.graph.learnerCount);
  }

  /** What its log is kept with now. */
  get log(): LogMember {
    const { context } = this.#world;
    const isRecovering = this.awaited.size > 0;
    return {
      context,
      signer: this.isAcceptor ? simulatedSigner(this.index, isRecovering) : undefined,
    };
  }

  /** Something has come. */
  receive(packet: Packet, from: number): void {
    switch (packet.kind) {
      case "proposal":
        return this.#hearProposal(packet.instance, packet.value);
      case "vote":
        return this.#hearVote(packet.vote);
      case "checkpoint":
        return this.tell({ kind: "statement", signed: packet.signed });
      case "closing":
        return this.#hearClosing(packet);
      case "snapshot":
        return this.tell({ kind: "snapshot", snapshot: packet.snapshot });
      case "hand over":
        if (this.isAcceptor) this.#append(packet.record, from);
        return;
      case "ask":
        return answer(this.#world, this, packet, from);
      case "answered":
        // One that has forgotten more says so by its snapshot; until that has come it knows nothing.
        if (packet.floor <= this.state.floor) this.awaited.delete(from);
        return;
    }
  }

  /** A client appends here. */
  append(record: LogRecord): Appended {
    return this.#append(record, undefined);
  }

  /** Time has passed. */
  tick(): void {
    if (this.isAcceptor) this.#act((view, effects) => advance(view, effects));
    if (this.awaited.size === 0 && this.#world.prng.chance(0.5)) return;
    const all = this.#world.processes.filter((index) => index !== this.index);
    const peer = this.#world.prng.pick(all);
    if (peer === undefined) return;
    const to = this.awaited.size > 0 ? [...this.awaited] : [peer];
    const { settings } = this.log.context;
    const prefixes = prefixesOf(this.state);
    const end = windowEnd(settings, prefixes, this.state.floor);
    const ask = { floor: this.state.floor, lowest: Math.min(...prefixes), end };
    for (const peer of to) this.#world.send(this.index, peer, { kind: "ask", ...ask });
  }

  /** Takes an input of the log, and does what follows. */
  tell(input: LogInput): void {
    this.#perform(stepLog(this.log, this.state, input));
  }

  /** A learner is starved there, or an operator says so. */
  close(learner: LearnerIndex, instance: Position): void {
    if (this.awaited.size > 0 || !this.isAcceptor) return;
    const last = this.#ownVote(instance)?.id;
    this.#perform(stepLog(this.log, this.state, { kind: "starved", learner, instance, last }));
    this.#look(instance);
  }

  /** Starts again from its disk, or from nothing. */
  start(isWiped: boolean): void {
    if (isWiped) this.#world.marks.mark("a disk is lost");
    if (isWiped && this.isAcceptor) {
      this.awaited = new Set(this.#world.honest.filter((index) => index !== this.index));
    }
    // What it has signed in instances it gets back from its peers, as recovery has it.
    const isSigned = ({ kind }: Line) => kind === "vote" || kind === "closing";
    if (isWiped) this.journal = this.journal.filter(isSigned);
    this.unsynced = [];
    const kept = this.journal.flatMap((line) => line.kind === "vote" ? [] : [line]);
    const { state, effects } = restoreLog(this.log, kept);
    this.state = state;
    this.votes = new Votes(this.log.context.graph);
    for (const line of this.journal) if (line.kind === "vote") this.votes.add(line.vote);
    this.coordinator = newCoordinator(this.log.context.graph.learnerCount);
    this.isUp = true;
    this.#world.judge.restarted(this, isWiped);
    this.#perform(effects);
  }

  #append(record: LogRecord, from: number | undefined): Appended {
    let appended: Appended = { kind: "full" };
    this.#act((view, effects) => {
      appended = append(view, record, from, effects);
    });
    return appended;
  }

  #act(act: (view: CoordinatorView, effects: CoordinatorEffect[]) => void): void {
    const effects: CoordinatorEffect[] = [];
    act(viewOf(this.#world, this), effects);
    const hear = (instance: Position, value: Uint8Array) => this.#hearProposal(instance, value);
    carryOut(this.#world, this.index, effects, hear);
  }

  #hearProposal(instance: Position, value: Uint8Array): void {
    if (!takesPart(this.log, this.state, instance)) {
      this.#world.marks.mark("an instance outside the window");
      return;
    }
    if (!admits1a(this.log, this.state, instance)) {
      this.#world.marks.mark("a new ballot in a settled instance");
      return;
    }
    this.votes.addProposal(instance, value);
    noteOpened({ state: this.coordinator }, instance);
    this.#vote(instance, value);
  }

  #ownVote(instance: Position): Vote | undefined {
    return this.votes.instances.get(instance)?.votes.get(this.index)?.[0];
  }

  #vote(instance: Position, value: Uint8Array): void {
    if (!this.isAcceptor || this.awaited.size > 0) return;
    if (!maySign(this.log, this.state, instance) || this.#ownVote(instance) !== undefined) return;
    const values = this.#world.valuesFor(this.index, instance, value);
    if (values.every((each) => each === undefined)) return;
    const vote = makeVote(this.log.context, this.index, instance, values);
    this.unsynced.push({ kind: "vote", vote });
    this.#mayStop();
    this.#sync();
    this.#mayStop();
    this.#world.judge.voted(this, vote);
    this.votes.add(vote);
    this.#world.broadcast(this.index, { kind: "vote", vote });
    this.#look(instance);
  }

  #hearVote(vote: Vote): void {
    const { instance } = vote;
    if (!takesPart(this.log, this.state, instance) || !this.votes.add(vote)) return;
    noteOpened({ state: this.coordinator }, instance);
    // A vote brings its ballot along.
    const value = vote.values.find((each) => each !== undefined);
    if (value !== undefined) this.#vote(instance, value);
    this.#look(instance);
  }

  #hearClosing({ signed, past }: Extract<Packet, { kind: "closing" }>): void {
    const { instance, learner } = signed.statement;
    if (closingFlaw(this.log.context, signed) !== undefined) return;
    if (!takesPart(this.log, this.state, instance)) return;
    for (const vote of past) this.#hearVote(vote);
    // The floor may have been raised by what came of these votes.
    if (!takesPart(this.log, this.state, instance)) return;
    if (this.votes.addClosing(signed)) this.#look(instance, learner);
  }

  /** Whether some learner has an outcome there now. */
  #look(instance: Position, only?: LearnerIndex): void {
    this.state.learners.forEach((log, learner) => {
      if (only !== undefined && only !== learner) return;
      for (const value of this.votes.decisions(instance, learner)) {
        if (!takesPart(this.log, this.state, instance)) return;
        this.#perform(stepLog(this.log, this.state, { kind: "decided", learner, instance, value }));
      }
      if (log.has(instance)) return;
      const shown = this.votes.shown(instance, learner);
      if (shown === undefined) return;
      this.#perform(stepLog(this.log, this.state, { kind: "shown", learner, instance, shown }));
    });
  }

  #perform(effects: readonly LogEffect[]): void {
    for (const effect of effects) {
      this.#mayStop();
      if (effect.kind === "keep") {
        this.unsynced.push(effect.record);
        continue;
      }
      this.#sync();
      this.#mayStop();
      this.#do(effect);
    }
  }

  #do(effect: Exclude<LogEffect, { kind: "keep" }>): void {
    const { judge, marks, prng, scenario } = this.#world;
    switch (effect.kind) {
      case "send checkpoint":
        judge.stated(this, effect.signed);
        return this.#world.broadcast(this.index, { kind: "checkpoint", signed: effect.signed });
      case "send closing": {
        const { signed } = effect;
        judge.closing(this, signed);
        const past = this.votes.votesIn(signed.statement.instance);
        this.votes.addClosing(signed);
        return this.#world.broadcast(this.index, { kind: "closing", signed, past });
      }
      case "deliver":
        noteDelivered(viewOf(this.#world, this), effect.delivery);
        return judge.delivered(this, effect.delivery);
      case "forget":
        judge.forgets(this, effect.below);
        this.votes.forget(effect.below);
        this.journal = this.journal.filter((line) =>
          line.kind !== "vote" || line.vote.instance >= effect.below
        );
        if (prng.chance(scenario.compacting)) this.#compact();
        return;
      case "report":
        marks.mark(`report: ${effect.report.kind}`);
        return judge.reported(this, effect.report);
    }
  }

  #compact(): void {
    this.#world.marks.mark("a journal is compacted");
    const votes = this.journal.filter(({ kind }) => kind === "vote");
    this.journal = [...votes, ...compacted(this.state, this.log.signer?.index)];
    this.unsynced = [];
  }

  #sync(): void {
    this.journal.push(...this.unsynced);
    this.unsynced = [];
  }

  #mayStop(): void {
    if (this.#world.stopsNow()) throw new Stopped();
  }
}
