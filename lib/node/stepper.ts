/**
 * Runs the core of one process: hands it inputs and has the effects carried out. What follows from
 * them is left to whoever handed in the input.
 *
 * @module
 */

import type { Effect, Input } from "../core/effects.ts";
import { isRejection, type Rejection } from "../core/rejection.ts";
import type { Message, MessageId, Timestamp } from "../core/types.ts";
import type { WireMessage, WireProposal } from "../wire/codec.ts";
import type { Instances } from "./instances.ts";
import type { Ledger } from "./ledger.ts";
import type { RunningInstance } from "./node_types.ts";
import type { HeldProposal } from "./held.ts";
import { type Outcomes, SELF } from "./outcomes.ts";
import { drive, stopProposing } from "./proposing.ts";
import { signProposal } from "./signing.ts";
import type { SteadyOptions } from "./steady.ts";
import type { Voting } from "./voting.ts";
import { setTimer } from "./clock.ts";
import { Tempo } from "./tempo.ts";

/** What a {@linkcode Stepper} needs. */
export interface StepperParts {
  readonly options: Pick<SteadyOptions, "clock" | "random" | "log" | "configuration">;
  readonly instances: Instances;
  readonly ledger: Ledger;
  /** Carries effects out. */
  readonly outcomes: Outcomes;
  /** The id of a 1a of our own. */
  identify(wire: WireProposal): MessageId;
  /** Where it may vote. */
  readonly voting: Voting;
  /** Why this process takes no part in an instance; undefined if it does. */
  outside?(id: bigint, by: string): Rejection | undefined;
  /** An instance that wanted a tick by now has had it: what follows can happen. */
  woken(running: RunningInstance): void;
}

/** The one thing that steps the core of a process. */
export class Stepper {
  readonly #parts: StepperParts;
  readonly #released: HeldProposal[] = [];
  readonly #tempo = new Tempo();
  #closed = false;

  /** Nothing has happened yet. */
  constructor(parts: StepperParts) {
    this.#parts = parts;
  }

  /**
   * The instance with this number, opened if need be; see {@linkcode Instances.open}. Rejects
   * OUTSIDE_WINDOW if the log does not let this process take part in it.
   */
  open(id: bigint, by?: string): RunningInstance | Rejection {
    const outside = this.#parts.outside?.(id, by ?? SELF);
    if (outside !== undefined) return outside;
    const running = this.#parts.instances.open(id, by);
    if (!isRejection(running) && !running.admitted) {
      running.admitted = true;
      this.allowVote(running);
    }
    return running;
  }

  /** Lets the acceptor vote in an instance, if it may; tells whether it may. */
  allowVote(running: RunningInstance): boolean {
    const allowed = this.#parts.voting.mayVote(running.id);
    if (allowed) this.#step(running, { kind: "vote", allowed, now: this.#now });
    return allowed;
  }

  /** Hands a message to the core. Tells why it is refused, if it is refused at once. */
  input(
    running: RunningInstance,
    message: Message,
    wire: WireMessage,
    source: string,
  ): Rejection | undefined {
    this.#parts.voting.shown(running.id, message);
    if (running.state.dag.has(message.id)) return undefined;
    running.wires.set(message.id, wire);
    const bytes = wire.kind === "1a" ? wire.value?.length ?? 0 : 0;
    const effects = this.#step(running, {
      kind: "message",
      message,
      source,
      bytes,
      now: this.#now,
    });
    const refused = effects.find((effect) => effect.kind === "reject" && effect.id === message.id);
    return refused?.kind === "reject" ? refused.rejection : undefined;
  }

  /** Takes out a 1a that was held back and is missing now; undefined if there is none. */
  nextReleased(): HeldProposal | undefined {
    return this.#released.shift();
  }

  /**
   * Lets the proposers of an instance look at what is known now, and does what they want. Tells whether
   * one has offered a ballot, so that more may be known by now.
   */
  drive(running: RunningInstance): boolean {
    const { instances, options: { clock, random, log, configuration } } = this.#parts;
    const tempo = this.#tempo;
    let offered = false;
    for (const proposing of running.proposers) {
      if (this.#closed) return false;
      const now = this.#now;
      if (running.setBacks !== clock.setBacks) this.#step(running, { kind: "tick", now });
      const { wakeAt, ballot } = drive({ instances, tempo, random, log }, running, proposing, now);
      if (wakeAt !== undefined) this.#wake(running, wakeAt);
      if (ballot === undefined) continue;
      const value = this.#parts.ledger.value(ballot.valueHash);
      this.#offer(running, signProposal(configuration.signer, running.scope, ballot, value));
      offered = true;
    }
    return offered;
  }

  /** Stops all timers and proposers. */
  close(): void {
    this.#closed = true;
    for (const running of this.#parts.instances.all) {
      running.cancelWake();
      for (const proposing of running.proposers) stopProposing(running, proposing);
    }
  }

  get #now(): Timestamp {
    return this.#parts.options.clock.now();
  }

  #step(running: RunningInstance, input: Input): Effect[] {
    const { instances, outcomes, voting } = this.#parts;
    const { acceptor } = running.state;
    const stops = acceptor?.standing === "votes" && voting.hasStopped(running.id)
      ? instances.step(running, { kind: "vote", allowed: false, now: input.now })
      : [];
    const effects = [...stops, ...instances.step(running, input)];
    const current = input.kind === "message" ? input.message.id : undefined;
    const { released, wakeAt } = outcomes.apply(running, effects, current);
    this.#released.push(...released);
    if (wakeAt !== undefined) this.#wake(running, wakeAt);
    return effects;
  }

  /** Wakes an instance at a time, if nothing wakes it before. */
  #wake(running: RunningInstance, at: Timestamp): void {
    if (this.#closed) return;
    setTimer(running, this.#parts.options.clock, at, () => {
      this.#step(running, { kind: "tick", now: this.#now });
      this.#parts.woken(running);
    });
  }

  /** Hands a 1a of our own to the core. */
  #offer(running: RunningInstance, wire: WireProposal): void {
    const id = this.#parts.identify(wire);
    if (running.state.dag.has(id)) return;
    this.input(running, { kind: "1a", id, ballot: wire.ballot }, wire, SELF);
  }
}
