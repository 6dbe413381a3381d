/**
 * One process of the cluster: its instances, and the path of a message from the wire through the
 * core to the log and the links. Whether it signs depends on its role.
 *
 * @module
 */

import { type CoreContext, newAccounts } from "../core/instance.ts";
import { isRejection, reject, type Rejection, type RejectionCode } from "../core/rejection.ts";
import type { MessageId, ValueHash } from "../core/types.ts";
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
import { Outcomes } from "./outcomes.ts";
import { Refusals } from "./refusals.ts";
import { ProposalGate } from "./proposal_gate.ts";
import { type Proposing, stopProposing } from "./proposing.ts";
import { Rates } from "./rates.ts";
import { namingSlowDisk } from "./slow_disk.ts";
import { type SteadyOptions, steadyOptions } from "./steady.ts";
import { WaitingValues } from "./waiting_values.ts";
import { Stepper } from "./stepper.ts";
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
  /**
   * How much each peer may have looked for in the journal.
   *
   * @internal For links.
   */
  readonly lookups: Rates<string>;
  readonly #observers: Set<NodeObserver> = new Set();
  readonly #verifier: Verifier;
  readonly #wants: Wants;
  readonly #waiting: WaitingValues;
  readonly #gate: ProposalGate;
  readonly #refusals: Refusals;
  readonly #stepper: Stepper;
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
    this.#refusals = new Refusals(log);
    this.blame = new Blame(limits.rejectionsPerMinuteMax);
    this.lookups = new Rates(limits.lookupsPerSecondMax);
    this.ledger = new Ledger(journal, namingSlowDisk(clock, log));
    this.decisions = new DecisionBook(this.ledger);
    this.intake = new Intake(clock, (named) => this.ledger.has(named));
    this.instances = new Instances({
      ...{ context: this.context, ledger: this.ledger, limits, clock },
      configDigest: digest.whole,
      trace: options.trace && { node: configuration.self.name, write: options.trace },
    });
    this.#waiting = new WaitingValues(limits);
    this.#gate = new ProposalGate(clock, limits, (id, instance) => this.#isWelcome(id, instance));
    this.#verifier = options.verifier ?? makeVerifier(configuration);
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
      ...{ observers: this.#observers, refusals: this.#refusals, instances: this.instances },
      ...{ gate: this.#gate, wants: this.#wants, intake: this.intake },
    });
    this.#stepper = new Stepper({
      ...{ options: this.options, instances: this.instances, ledger: this.ledger },
      outcomes: this.outcomes,
      identify: (wire) => this.#verifier.identify(wire),
      accept: ({ wire, id, source }) => void this.#accept(wire, id, source),
      settled: () => this.flush(),
    });
  }

  /** How often each kind of refusal has happened; a kind that never has is absent. */
  get rejections(): ReadonlyMap<RejectionCode, number> {
    return this.#refusals.counts;
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
    if (this.#closed) return id;
    const isHere = this.#isHere(wire.instance, id, source);
    if (isRejection(isHere)) return this.refuse(isHere, source, id);
    if (isHere) return id;
    // Before any signature is checked.
    const tooMany = wire.kind === "1a" ? this.#gate.judge(id, wire, source) : undefined;
    if (tooMany !== undefined) return this.refuse(tooMany, source, id);
    return this.#accept(wire, id, source);
  }

  /** Whether a message is in the log. Who sends again what has long left memory must not go on. */
  #isHere(instance: bigint, id: MessageId, source: string): boolean | Rejection {
    if (this.ledger.recent(id) !== undefined) return true;
    const nowMs = this.options.clock.elapsedMs();
    if (!this.lookups.allows(source, nowMs) && !this.#isWelcome(id, instance)) {
      return reject("RATE_LIMITED", `too much is looked for in the journal because of ${source}`);
    }
    const isHere = this.ledger.has({ instance, id });
    if (isHere) this.lookups.charge(source, nowMs, 1);
    return isHere;
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
    return waits === "waits" ? id : this.#stepper.input(instance, verified, wire, source) ?? id;
  }

  /** Offers a value in an instance. The value is kept; flushes. */
  propose(instance: bigint, proposing: Proposing, value: Uint8Array): Rejection | undefined {
    const running = this.#open(instance);
    if (isRejection(running)) return running;
    this.ledger.putValue(hashValue(value), value);
    this.#release(hashValue(value), value);
    running.proposers.add(proposing);
    this.#stepper.settle(running);
    this.flush();
    return undefined;
  }

  /** Stops offering a value. */
  stopProposing(instance: bigint, proposing: Proposing): void {
    const running = this.instances.get(instance);
    if (running !== undefined) stopProposing(running, proposing);
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
    for (const running of this.instances.all) {
      this.#stepper.tick(running, true);
      this.#stepper.settle(running);
    }
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
    this.#refusals.add(rejection, peer);
    return rejection;
  }

  /** Stops all timers and proposers; nothing happens afterwards. */
  close(): void {
    this.#closed = true;
    this.#wants.close();
    this.intake.close();
    this.instances.close();
    this.#stepper.close();
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
      this.#stepper.input(running, message, { ...wire, value }, source);
    }
  }

  /** Whether something waits for a message, or has been asked for it. */
  #isWelcome(id: MessageId, instance: bigint): boolean {
    return this.#wants.hasAskedFor(id) || this.intake.isFetching(id) ||
      this.instances.isMissing(id, instance);
  }

  #open(id: bigint, by?: string): RunningInstance | Rejection {
    const running = this.instances.open(id, by);
    if (!isRejection(running) && !running.admitted) {
      running.admitted = true;
      if (this.#votes) this.#stepper.tick(running, true);
    }
    return running;
  }
}
