/**
 * Runs the core of one process: hands it inputs, has the effects carried out, and lets happen what
 * follows from them, until nothing does.
 *
 * @module
 */

import type { Effect, Input } from "../core/effects.ts";
import type { Rejection } from "../core/rejection.ts";
import type { Message, MessageId, Timestamp } from "../core/types.ts";
import type { WireMessage, WireProposal } from "../wire/codec.ts";
import type { Instances } from "./instances.ts";
import type { Ledger } from "./ledger.ts";
import type { RunningInstance } from "./node_types.ts";
import type { HeldProposal } from "./held.ts";
import { type Outcomes, SELF } from "./outcomes.ts";
import { drive, stopProposing } from "./proposing.ts";
import type { SteadyOptions } from "./steady.ts";
import { setTimer } from "./clock.ts";

/** Between what a {@linkcode Stepper} stands. */
export interface StepperParts {
  readonly options: Pick<SteadyOptions, "clock" | "random" | "log">;
  readonly instances: Instances;
  readonly ledger: Ledger;
  /** Carries effects out. */
  readonly outcomes: Outcomes;
  /** The id of a 1a of our own. */
  identify(wire: WireProposal): MessageId;
  /** Takes in what was held back and is missing now. */
  accept(held: HeldProposal): void;
  /** All that follows from a timer has happened: it can be kept and told. */
  settled(): void;
}

/** See the module. */
export class Stepper {
  readonly #parts: StepperParts;
  /** What is left to do before all is settled: 1as to take in, and proposers to look. */
  readonly #held: HeldProposal[] = [];
  readonly #unsettled: Set<RunningInstance> = new Set();
  #isSettling = false;
  #closed = false;

  /** Nothing has happened yet. */
  constructor(parts: StepperParts) {
    this.#parts = parts;
  }

  /** Hands a message to the core. Tells why it is refused, if it is refused at once. */
  input(
    running: RunningInstance,
    message: Message,
    wire: WireMessage,
    source: string,
  ): Rejection | undefined {
    if (running.state.dag.has(message.id)) return undefined;
    running.wires.set(message.id, wire);
    const now = this.#parts.options.clock.now();
    const bytes = wire.kind === "1a" ? wire.value?.length ?? 0 : 0;
    const effects = this.#step(running, { kind: "message", message, source, bytes, now });
    this.settle(running);
    const refused = effects.find((effect) => effect.kind === "reject" && effect.id === message.id);
    return refused?.kind === "reject" ? refused.rejection : undefined;
  }

  /**
   * Tells an instance what time it is and, if it is so, that its acceptor may vote from now on. What
   * follows waits for {@linkcode Stepper.settle}.
   */
  tick(running: RunningInstance, allowed = false): Timestamp {
    const now = this.#parts.options.clock.now();
    this.#step(running, allowed ? { kind: "vote", allowed, now } : { kind: "tick", now });
    return now;
  }

  /**
   * Lets happen what follows from what has happened to an instance, here and elsewhere, until nothing
   * does: 1as that were held back and are missing now come in, and proposers look.
   */
  settle(changed: RunningInstance): void {
    this.#unsettled.add(changed);
    if (this.#isSettling) return;
    this.#isSettling = true;
    while (this.#held.length + this.#unsettled.size > 0) {
      const held = this.#held.shift();
      if (held !== undefined) {
        this.#parts.accept(held);
        continue;
      }
      const [running] = this.#unsettled;
      this.#unsettled.delete(running!);
      this.#drive(running!);
    }
    this.#isSettling = false;
  }

  /** Stops all timers and proposers. */
  close(): void {
    this.#closed = true;
    for (const running of this.#parts.instances.all) {
      running.cancelWake();
      for (const proposing of running.proposers) stopProposing(running, proposing);
    }
  }

  #step(running: RunningInstance, input: Input): Effect[] {
    const { instances, outcomes } = this.#parts;
    const effects = instances.step(running, input);
    const current = input.kind === "message" ? input.message.id : undefined;
    const { released, wakeAt } = outcomes.apply(running, effects, current);
    this.#held.push(...released);
    if (wakeAt !== undefined) this.#wake(running, wakeAt);
    return effects;
  }

  /** Wakes an instance at a time, if nothing wakes it before. */
  #wake(running: RunningInstance, at: Timestamp): void {
    if (this.#closed) return;
    setTimer(running, this.#parts.options.clock, at, () => {
      this.tick(running);
      this.settle(running);
      this.#parts.settled();
    });
  }

  /** Lets the proposers of an instance look at what is known now, and does what they want. */
  #drive(running: RunningInstance): void {
    const { instances, options: { clock, random, log } } = this.#parts;
    for (const proposing of running.proposers) {
      if (this.#closed) return;
      let now = clock.now();
      if (running.setBacks !== clock.setBacks) now = this.tick(running);
      const { wakeAt, ballot } = drive({ instances, random, log }, running, proposing, now);
      if (wakeAt !== undefined) this.#wake(running, wakeAt);
      if (ballot === undefined) continue;
      const value = this.#parts.ledger.value(ballot.valueHash);
      this.#offer(running, { kind: "1a", instance: running.id, ballot, value });
    }
  }

  /** Hands a 1a of our own to the core. */
  #offer(running: RunningInstance, wire: WireProposal): void {
    const id = this.#parts.identify(wire);
    if (this.#parts.ledger.has({ instance: wire.instance, id })) return;
    this.input(running, { kind: "1a", id, ballot: wire.ballot }, wire, SELF);
  }
}
