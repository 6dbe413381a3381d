/**
 * One process of the cluster: its instances, and the path of a message from the wire through the
 * core to the log and the links. Whether it signs depends on its role.
 *
 * @module
 */

import type { Effect, Input } from "../core/effects.ts";
import { type CoreContext, newAccounts } from "../core/instance.ts";
import { isRejection, type Rejection, type RejectionCode } from "../core/rejection.ts";
import type { Message, MessageId, Timestamp, ValueHash } from "../core/types.ts";
import { hashValue } from "../crypto/hash.ts";
import { makeVerifier, type Verifier } from "../crypto/verify.ts";
import { JournalError } from "../store/journal.ts";
import { decodeMessage, type WireMessage, type WireProposal } from "../wire/codec.ts";
import type { ConsensusMessage } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { Blame } from "./blame.ts";
import { DecisionBook, type DecisionRecord } from "./decision_book.ts";
import { Instances } from "./instances.ts";
import { Intake } from "./intake.ts";
import { Ledger } from "./ledger.ts";
import type { NodeObserver, NodeOptions, RunningInstance } from "./node_types.ts";
import { Outcomes, SELF } from "./outcomes.ts";
import { ProposalGate } from "./proposal_gate.ts";
import { drive, type Proposing, stopProposing } from "./proposing.ts";
import { namingSlowDisk } from "./slow_disk.ts";
import { type SteadyOptions, steadyOptions } from "./steady.ts";
import { WaitingValues } from "./waiting_values.ts";
import { setTimer } from "./waking.ts";
import { Wants } from "./wants.ts";

/** A process's share in all instances. Everything happens synchronously. */
export class Node {
  /** What it was made with. */
  readonly options: SteadyOptions;
  /** What the core is told of this process; `self` is undefined if it does not vote. */
  readonly context: CoreContext;
  /** Every message, value and decision known. */
  readonly ledger: Ledger;
  /** What learners decided, as far as this process has seen. */
  readonly decisions: DecisionBook;
  /** The instances in use. */
  readonly instances: Instances;
  /** What peers have offered and is being fetched. */
  readonly intake: Intake;
  /** What peers have done wrong. */
  readonly blame: Blame;
  /** How often each kind of refusal has happened; a kind that never has is absent. */
  readonly rejections: Map<RejectionCode, number> = new Map();
  readonly #observers: Set<NodeObserver> = new Set();
  readonly #verifier: Verifier;
  readonly #wants: Wants;
  readonly #waiting: WaitingValues;
  readonly #gate: ProposalGate;
  readonly #released: { id: MessageId; wire: WireProposal; source: string }[] = [];
  /** What the core has had done, and how much of it. */
  readonly outcomes: Outcomes;
  #votes = false;
  #closed = false;

  /** Opens no instance; an acceptor does not vote before it is told to. */
  constructor(options: NodeOptions) {
    this.options = steadyOptions(options);
    const { configuration, votes, journal, clock, log } = this.options;
    const { graph, limits, digest, network } = configuration;
    const self = votes ? configuration.self.acceptorIndex : undefined;
    this.context = { graph, limits, accounts: newAccounts(), self };
    this.blame = new Blame(limits.rejectionsPerMinuteMax);
    this.ledger = new Ledger(journal, namingSlowDisk(clock, log));
    this.decisions = new DecisionBook(this.ledger);
    this.intake = new Intake(clock, (named) => this.ledger.has(named));
    this.instances = new Instances({
      ...{ context: this.context, ledger: this.ledger, limits, clock },
      configDigest: digest.whole,
      trace: options.trace && { node: configuration.self.name, write: options.trace },
    });
    this.#waiting = new WaitingValues(limits);
    const isWelcome = (id: MessageId, instance: bigint) =>
      this.#wants.hasAskedFor(id) || this.intake.isFetching(id) ||
      this.instances.isMissing(id, instance);
    this.#gate = new ProposalGate(clock, limits, isWelcome);
    this.#verifier = makeVerifier(configuration);
    this.#wants = new Wants(clock, network.wantDelayMs, {
      stillMissing: (kind, instance, id) =>
        kind === "value"
          ? this.#waiting.has(id, clock.elapsedMs())
          : this.instances.isMissing(id, instance),
      isOnItsWay: (id) => this.intake.isFetching(id),
      ask: (requests) => this.#observers.forEach((observer) => observer.wanted?.(requests)),
    });
    this.outcomes = new Outcomes({
      ...{ graph, self, signer: configuration.signer, ledger: this.ledger, log },
      observers: this.#observers,
      refuse: (rejection, id, peer) => this.refuse(rejection, peer, id),
      want: (instance, id, source) => {
        const wire = this.#gate.release(id, source);
        if (wire !== undefined) this.#released.push({ id, wire, source });
        else this.#wants.note("message", instance, id, source);
      },
      delivered: (id, running) => {
        this.instances.filled(running);
        this.#wants.satisfied(id);
        this.intake.arrived(id);
      },
      wake: (running, at) => this.wake(running, at),
    });
  }

  /** Calls `observer` from now on; returns what undoes it. */
  observe(observer: NodeObserver): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /**
   * Takes one message from a peer. Effects are complete when it returns, but nothing is sent until
   * {@linkcode Node.flush}.
   *
   * @returns its id, or why it is refused. A message that waits is not refused.
   * @internal For links.
   */
  take(message: ConsensusMessage, source: string): MessageId | Rejection {
    const wire = decodeMessage(message, this.options.configuration.limits);
    if (isRejection(wire)) return this.refuse(wire, source);
    const id = this.#verifier.identify(wire);
    if (this.#closed || this.ledger.has({ instance: wire.instance, id })) return id;
    // Before any signature is checked.
    const tooMany = wire.kind === "1a" ? this.#gate.judge(id, wire, source) : undefined;
    if (tooMany !== undefined) return this.refuse(tooMany, source, id);
    return this.#accept(wire, id, source);
  }

  #accept(wire: WireMessage, id: MessageId, source: string): MessageId | Rejection {
    const closed = this.instances.refuses(wire.instance, source);
    const verified = closed ?? this.#verifier.verify(wire, id);
    if (isRejection(verified)) return this.refuse(verified, source, id);
    const instance = this.#open(wire.instance, source);
    if (isRejection(instance)) return this.refuse(instance, source, id);
    const tooMany = this.#gate.judgeCaught(instance.state.view, id, wire, source);
    if (tooMany !== undefined) return this.refuse(tooMany, source, id);
    const waits = wire.kind === "1a" ? this.#takeValue(wire, id, source) : undefined;
    if (isRejection(waits)) return this.refuse(waits, source, id);
    return waits === "waits" ? id : this.#input(instance, verified, wire, source) ?? id;
  }

  /** Offers a value in an instance. The value is kept; flushes. */
  propose(instance: bigint, proposing: Proposing, value: Uint8Array): Rejection | undefined {
    const running = this.#open(instance);
    if (isRejection(running)) return running;
    this.ledger.putValue(hashValue(value), value);
    this.#release(hashValue(value), value);
    running.proposers.add(proposing);
    this.#drive(running);
    this.flush();
    return undefined;
  }

  /** Stops offering a value. */
  stopProposing(instance: bigint, proposing: Proposing): void {
    const running = this.instances.get(instance);
    if (running !== undefined) stopProposing(running, proposing);
  }

  /** Hands a 1a of our own to the core. */
  offer(running: RunningInstance, wire: WireProposal): void {
    const id = this.#verifier.identify(wire);
    if (this.ledger.has({ instance: wire.instance, id })) return;
    this.#input(running, { kind: "1a", id, ballot: wire.ballot }, wire, SELF);
  }

  /**
   * Keeps everything that has happened since the last flush, durably if anything is our own, and
   * only then tells the links about it. If it cannot be kept nothing is told, now or ever.
   */
  flush(): void {
    if (this.#closed) return;
    const { records, lasting, decided } = this.outcomes.takeUnflushed();
    try {
      this.ledger.flush(lasting);
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
      this.close();
      for (const observer of this.#observers) observer.failed?.(error);
      return;
    }
    if (decided) this.decisions.announce();
    if (records.length === 0) return;
    for (const observer of this.#observers) observer.appended?.(records);
  }

  /** Lets the acceptor vote, in all instances. */
  startVoting(): void {
    this.#votes = true;
    for (const running of this.instances.all) this.tick(running, true);
    this.flush();
  }

  /** The learners' decisions in an instance, by name. */
  decisionsIn(instance: bigint): DecisionRecord[] {
    const running = this.#open(instance);
    return isRejection(running) ? [] : this.decisions.ofInstance(this.context.graph, running);
  }

  /** Counts a refusal, and passes it on; `id` is that of the message refused, if it has one. */
  refuse(rejection: Rejection, peer: string, id?: MessageId): Rejection {
    if (id !== undefined) this.intake.refused(id);
    const { rejected, detail } = rejection;
    this.rejections.set(rejected, (this.rejections.get(rejected) ?? 0) + 1);
    this.options.log("debug", `refused a message: ${detail}`, { code: rejected, peer });
    return rejection;
  }

  /** Wakes an instance at a time, if nothing wakes it before. */
  wake(running: RunningInstance, at: Timestamp): void {
    if (this.#closed) return;
    setTimer(running, this.options.clock, at, () => {
      this.tick(running);
      this.#drive(running);
      this.flush();
    });
  }

  /** Tells an instance what time it is and, if it is so, that its acceptor may vote from now on. */
  tick(running: RunningInstance, allowed = false): Timestamp {
    const now = this.options.clock.now();
    this.#step(running, allowed ? { kind: "vote", allowed, now } : { kind: "tick", now });
    return now;
  }

  /** Stops all timers and proposers; nothing happens afterwards. */
  close(): void {
    this.#closed = true;
    this.#wants.close();
    this.intake.close();
    this.instances.close();
    for (const running of this.instances.all) {
      running.cancelWake();
      for (const proposing of running.proposers) stopProposing(running, proposing);
    }
  }

  #takeValue(wire: WireProposal, id: MessageId, source: string): "waits" | Rejection | undefined {
    const { value, ballot: { valueHash }, instance } = wire;
    if (value !== undefined) return this.#release(valueHash, value);
    if (this.ledger.value(valueHash) !== undefined) return undefined;
    if (this.instances.get(instance)?.wires.has(id)) return "waits";
    const rejection = this.#waiting.wait(id, wire, source, this.options.clock.elapsedMs());
    if (rejection !== undefined) return rejection;
    this.#wants.note("value", instance, id, source);
    return "waits";
  }

  /** Lets the 1as go on that wait for a value. It is kept when one of them is delivered. */
  #release(hash: ValueHash, value: Uint8Array): undefined {
    for (const { id, wire, source } of this.#waiting.release(hash)) {
      const running = this.#open(wire.instance, source);
      if (isRejection(running)) continue;
      const message = { kind: "1a", id, ballot: wire.ballot } as const;
      this.#input(running, message, { ...wire, value }, source);
    }
  }

  /** Hands a message to the core. Tells why it is refused, if it is refused at once. */
  #input(
    running: RunningInstance,
    message: Message,
    wire: WireMessage,
    source: string,
  ): Rejection | undefined {
    if (running.state.dag.has(message.id)) return undefined;
    running.wires.set(message.id, wire);
    const now = this.options.clock.now();
    const bytes = wire.kind === "1a" ? wire.value?.length ?? 0 : 0;
    const effects = this.#step(running, { kind: "message", message, source, bytes, now });
    this.#drive(running);
    const refused = effects.find((effect) => effect.kind === "reject" && effect.id === message.id);
    return refused?.kind === "reject" ? refused.rejection : undefined;
  }

  #drive(running: RunningInstance): void {
    if (!this.#closed) drive(this, running);
  }

  #open(id: bigint, by?: string): RunningInstance | Rejection {
    const running = this.instances.open(id, by);
    if (!isRejection(running) && !running.admitted) {
      running.admitted = true;
      if (this.#votes) this.tick(running, true);
    }
    return running;
  }

  #step(running: RunningInstance, input: Input): Effect[] {
    const effects = this.instances.step(running, input);
    this.outcomes.apply(running, effects, input.kind === "message" ? input.message.id : undefined);
    for (const { id, wire, source } of this.#released.splice(0)) this.#accept(wire, id, source);
    return effects;
  }
}
