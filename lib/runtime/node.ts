/**
 * One process of the cluster: its instances, and the path of a message from the wire through the
 * core to the log and the links. Whether it signs depends on its role.
 *
 * @module
 */

import type { Entry } from "../core/dag.ts";
import { type CoreContext, type Effect, step } from "../core/instance.ts";
import { isRejection, reject, type Rejection, type RejectionCode } from "../core/rejection.ts";
import type { Message, MessageId, Timestamp, ValueHash } from "../core/types.ts";
import { hashValue } from "../crypto/hash.ts";
import { makeVerifier, type Verifier } from "../crypto/verify.ts";
import { decodeMessage, type WireMessage, type WireProposal } from "../wire/codec.ts";
import type { ConsensusMessage } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { DecisionBook } from "./decision_book.ts";
import { Instances } from "./instances.ts";
import { type LogRecord, MessageLog } from "./message_log.ts";
import type { CaughtRecord, NodeObserver, NodeOptions, RunningInstance } from "./node_types.ts";
import { drive, type Proposing, stopProposing } from "./proposing.ts";
import { caughtRecord, decisionRecord } from "./records.ts";
import { signMessage } from "./signing.ts";
import { Stash } from "./stash.ts";
import { ValueStore } from "./values.ts";
import { setTimer } from "./waking.ts";
import { Wants } from "./wants.ts";

/** The source of what this process itself proposes. */
const SELF = "";

/** A process's share in all instances. Everything happens synchronously. */
export class Node {
  /** What it was made with. */
  readonly options: NodeOptions;
  /** What the core is told of this process; `self` is undefined if it does not vote. */
  readonly context: CoreContext;
  /** Every message delivered or sent, each after all it refers to. */
  readonly log: MessageLog = new MessageLog();
  /** What learners decided, as far as this process has seen. */
  readonly decisions: DecisionBook = new DecisionBook();
  /** Values by hash, and the 1as that wait for theirs. */
  readonly values: ValueStore;
  /** The instances that a message or a proposal has opened. */
  readonly instances: Instances;
  /** How often each kind of refusal has happened; a kind that never has is absent. */
  readonly rejections: Map<RejectionCode, number> = new Map();
  /** Each equivocator once an instance, in the order they were caught. */
  readonly caught: CaughtRecord[] = [];
  /** How many messages this process has signed since it started. */
  signed = 0;
  readonly #observers: Set<NodeObserver> = new Set();
  readonly #verifier: Verifier;
  readonly #wants: Wants;
  readonly #stash: Stash = new Stash();
  #unstashed: [MessageId, WireProposal][] = [];
  #unflushed: LogRecord[] = [];
  #closed = false;

  /** Opens no instance and starts no timer. */
  constructor(options: NodeOptions) {
    const { configuration, votes } = options;
    const { graph, limits, digest } = configuration;
    this.options = options;
    this.context = { graph, limits, self: votes ? configuration.self.acceptorIndex : undefined };
    this.instances = new Instances(this.context, digest.whole, limits.instancesMax);
    this.values = new ValueStore(limits);
    this.#verifier = makeVerifier(configuration);
    this.#wants = new Wants(options.clock, configuration.network.wantDelayMs, {
      stillMissing: (kind, instance, id) => {
        if (kind === "value") return this.values.isWaiting(id, options.clock.elapsedMs());
        return this.instances.get(instance)?.state.inbox.waitingFor.has(id) ?? false;
      },
      ask: (requests) => {
        for (const observer of this.#observers) observer.wanted?.(requests);
      },
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
   * @param mayPropose Whether the peer has not used up its rate of 1as in that instance.
   * @returns its id, or why it is refused. A message that waits is not refused.
   * @internal For links.
   */
  take(
    message: ConsensusMessage,
    source: string,
    mayPropose: (instance: bigint) => boolean,
  ): MessageId | Rejection {
    const wire = decodeMessage(message, this.options.configuration.limits);
    if (isRejection(wire)) return this.refuse(wire);
    const id = this.#verifier.identify(wire);
    if (this.log.get(id) !== undefined) return id;
    // Before any signature is checked.
    if (wire.kind === "1a" && !this.#wants.hasAskedFor(id) && !mayPropose(wire.instance)) {
      this.#stash.put(id, wire);
      return this.refuse(reject("RATE_LIMITED", `too many 1as in instance ${wire.instance}`));
    }
    const taken = this.#accept(wire, id, source);
    for (const [ref, proposal] of this.#unstashed.splice(0)) this.#accept(proposal, ref, source);
    return taken;
  }

  #accept(wire: WireMessage, id: MessageId, source: string): MessageId | Rejection {
    const verified = this.#verifier.verify(wire, id);
    if (isRejection(verified)) return this.refuse(verified);
    const instance = this.instances.open(wire.instance);
    if (isRejection(instance)) return this.refuse(instance);
    const waits = wire.kind === "1a" ? this.#takeValue(wire, id, source) : undefined;
    if (isRejection(waits)) return this.refuse(waits);
    return waits === "waits" ? id : this.#input(instance, verified, wire, source) ?? id;
  }

  /** Offers a value in an instance. The value is kept; flushes. */
  propose(instance: bigint, proposing: Proposing, value: Uint8Array): Rejection | undefined {
    const running = this.instances.open(instance);
    if (isRejection(running)) return running;
    const hash = hashValue(value);
    this.values.put(hash, value);
    this.#release(hash, value);
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
    if (this.log.get(id) !== undefined) return;
    this.#input(running, { kind: "1a", id, ballot: wire.ballot }, wire, SELF);
  }

  /** Tells the links about everything delivered and signed since the last flush. */
  flush(): void {
    const records = this.#unflushed;
    if (records.length === 0) return;
    this.#unflushed = [];
    for (const observer of this.#observers) observer.appended?.(records);
  }

  /** Counts a refusal, and passes it on. */
  refuse(rejection: Rejection): Rejection {
    const { rejected, detail } = rejection;
    this.rejections.set(rejected, (this.rejections.get(rejected) ?? 0) + 1);
    this.options.log("debug", `refused a message: ${detail}`, { code: rejected });
    return rejection;
  }

  /** Wakes an instance at a time, if nothing wakes it before. */
  wake(running: RunningInstance, at: Timestamp): void {
    if (this.#closed) return;
    const { clock } = this.options;
    setTimer(running, clock, at, () => {
      this.#apply(running, step(this.context, running.state, { kind: "tick", now: clock.now() }));
      this.#drive(running);
      this.flush();
    });
  }

  /** Stops all timers and proposers; nothing happens afterwards. */
  close(): void {
    this.#closed = true;
    this.#wants.close();
    for (const running of this.instances.all) {
      running.cancelWake();
      for (const proposing of running.proposers) stopProposing(running, proposing);
    }
  }

  #takeValue(wire: WireProposal, id: MessageId, source: string): "waits" | Rejection | undefined {
    const { value, ballot: { valueHash }, instance } = wire;
    if (value !== undefined) return this.#release(valueHash, value);
    if (this.values.get(valueHash) !== undefined) return undefined;
    if (this.instances.get(instance)?.wires.has(id)) return "waits";
    const rejection = this.values.wait(id, wire, source, this.options.clock.elapsedMs());
    if (rejection !== undefined) return rejection;
    this.#wants.note("value", instance, id, source);
    return "waits";
  }

  /** Lets the 1as go on that wait for a value. It is kept when one of them is delivered. */
  #release(hash: ValueHash, value: Uint8Array): undefined {
    for (const { id, wire, source } of this.values.release(hash)) {
      const running = this.instances.get(wire.instance)!;
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
    const effects = step(this.context, running.state, { kind: "message", message, source, now });
    this.#apply(running, effects);
    this.#drive(running);
    const refused = effects.find((effect) => effect.kind === "reject" && effect.id === message.id);
    return refused?.kind === "reject" ? refused.rejection : undefined;
  }

  #drive(running: RunningInstance): void {
    if (!this.#closed && running.proposers.size > 0) drive(this, running);
  }

  /** Carries out the core's effects, in their order. */
  #apply(running: RunningInstance, effects: readonly Effect[]): void {
    for (const effect of effects) this.#carryOut(running, effect);
    for (const observer of this.#observers) observer.stepped?.(running.id, effects);
  }

  #carryOut(running: RunningInstance, effect: Effect): void {
    switch (effect.kind) {
      case "deliver":
        return this.#deliver(running, effect.entry, effect.source === SELF);
      case "send":
        return this.#send(running, effect.entry);
      case "reject":
        running.wires.delete(effect.id);
        this.refuse(effect.rejection);
        return;
      case "request":
        return this.#request(running, effect.ids, effect.source);
      case "wake":
        return this.wake(running, effect.at);
      case "decide":
        this.decisions.add(
          decisionRecord(this.context.graph, this.values, running.id, effect.decision),
        );
        return;
      case "caught":
        return this.#reportCaught(running, effect.acceptor, effect.evidence);
      case "disagree":
        for (const observer of this.#observers) {
          observer.disagreement?.(running.id, effect.disagreement);
        }
        return;
      case "halt":
        for (const observer of this.#observers) observer.halted?.(running.id, effect.entry);
    }
  }

  #deliver(running: RunningInstance, entry: Entry, own: boolean): void {
    const { id } = entry.message;
    const wire = running.wires.get(id);
    if (wire === undefined) throw new Error(`no wire form of ${id}`);
    running.wires.delete(id);
    this.#wants.satisfied(id);
    if (wire.kind === "1a" && wire.value !== undefined) {
      this.values.put(wire.ballot.valueHash, wire.value);
    }
    this.#unflushed.push(this.log.append(id, wire, own));
  }

  #send(running: RunningInstance, { message }: Entry): void {
    const wire = signMessage(this.options.configuration.signer, running.scope, message);
    this.signed++;
    running.wires.delete(message.id);
    this.#unflushed.push(this.log.append(message.id, wire, true));
  }

  #reportCaught(running: RunningInstance, index: number, evidence: readonly [Entry, Entry]): void {
    const record = caughtRecord(this.context.graph, running.id, index, evidence);
    const { acceptor, instance } = record;
    this.caught.push(record);
    this.options.log("error", `${acceptor} equivocated in instance ${instance}`, { ...record });
    for (const observer of this.#observers) observer.caught?.(instance, acceptor, evidence);
  }

  #request(running: RunningInstance, ids: readonly MessageId[], source: string): void {
    for (const id of ids) {
      const wire = this.#stash.take(id);
      if (wire === undefined) this.#wants.note("message", running.id, id, source);
      else this.#unstashed.push([id, wire]);
    }
  }
}
