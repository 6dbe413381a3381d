/**
 * One process of the cluster: its instances, and the path of a message from the wire through the
 * core to the log and the links. Whether it signs depends on its role.
 *
 * @module
 */

import type { Entry } from "../core/dag.ts";
import { type CoreContext, type Effect, step } from "../core/instance.ts";
import { isRejection, reject, type Rejection, type RejectionCode } from "../core/rejection.ts";
import { compareTimestamps, type Message, type MessageId } from "../core/types.ts";
import type { Timestamp, ValueHash } from "../core/types.ts";
import { hashValue } from "../crypto/hash.ts";
import { makeVerifier, type Verifier } from "../crypto/verify.ts";
import { canonicalAcceptorMessage } from "../wire/canonical.ts";
import { decodeMessage, type WireMessage, type WireProposal } from "../wire/codec.ts";
import type { ConsensusMessage } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { msBetween } from "./clock.ts";
import { DecisionBook } from "./decision_book.ts";
import { Instances } from "./instances.ts";
import { type LogRecord, MessageLog } from "./message_log.ts";
import type { CaughtRecord, NodeObserver, NodeOptions, RunningInstance } from "./node_types.ts";
import { drive, type Proposing, stopProposing } from "./proposing.ts";
import { caughtRecord, decisionRecord } from "./records.ts";
import { ValueStore } from "./values.ts";
import { Wants } from "./wants.ts";

/** The source of what this process itself proposes. */
const SELF = "";

/** A process's share in all instances. Everything happens synchronously. */
export class Node {
  readonly options: NodeOptions;
  readonly context: CoreContext;
  readonly log: MessageLog = new MessageLog();
  readonly decisions: DecisionBook = new DecisionBook();
  readonly values: ValueStore;
  readonly instances: Instances;
  readonly rejections: Map<RejectionCode, number> = new Map();
  readonly caught: CaughtRecord[] = [];
  signed = 0;
  readonly #observers: Set<NodeObserver> = new Set();
  readonly #verifier: Verifier;
  readonly #wants: Wants;
  #unflushed: LogRecord[] = [];
  #closed = false;

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
    const rejection = this.#screen(wire, id, mayPropose);
    if (rejection !== undefined) return this.refuse(rejection);
    const verified = this.#verifier.verify(wire, id);
    if (isRejection(verified)) return this.refuse(verified);
    const instance = this.instances.open(wire.instance);
    if (isRejection(instance)) return this.refuse(instance);
    const waits = wire.kind === "1a" ? this.#takeValue(wire, id, source) : undefined;
    if (isRejection(waits)) return this.refuse(waits);
    if (waits !== "waits") this.#input(instance, verified, wire, source);
    return id;
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
    if (running.wakeAt !== undefined && compareTimestamps(running.wakeAt, at) <= 0) return;
    running.cancelWake();
    running.wakeAt = at;
    const { clock } = this.options;
    const delayMs = Math.ceil(Math.max(0, msBetween(clock.now(), at))) + 1;
    running.cancelWake = clock.after(delayMs, () => {
      running.wakeAt = undefined;
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

  /** What can be refused before a signature is checked. */
  #screen(
    wire: WireMessage,
    id: MessageId,
    mayPropose: (instance: bigint) => boolean,
  ): Rejection | undefined {
    if (wire.kind !== "1a" || this.#wants.hasAskedFor(id)) return undefined;
    if (mayPropose(wire.instance)) return undefined;
    return reject("RATE_LIMITED", `too many 1as in instance ${wire.instance}`);
  }

  #takeValue(
    wire: WireProposal,
    id: MessageId,
    source: string,
  ): "waits" | Rejection | undefined {
    const { value, ballot: { valueHash }, instance } = wire;
    if (value !== undefined) return this.#release(valueHash, value);
    if (this.values.get(valueHash) !== undefined) return undefined;
    if (this.instances.get(instance)?.wires.has(id)) return "waits";
    const rejection = this.values.wait(id, wire, source, this.options.clock.elapsedMs());
    if (rejection !== undefined) return rejection;
    this.#want("value", instance, [id], source);
    return "waits";
  }

  /** Lets the 1as go on that wait for a value. It is kept when one of them is delivered. */
  #release(hash: ValueHash, value: Uint8Array): undefined {
    for (const { id, wire, source } of this.values.release(hash)) {
      const running = this.instances.open(wire.instance);
      if (isRejection(running)) this.refuse(running);
      else {this.#input(
          running,
          { kind: "1a", id, ballot: wire.ballot },
          { ...wire, value },
          source,
        );}
    }
  }

  #input(running: RunningInstance, message: Message, wire: WireMessage, source: string): void {
    if (running.state.dag.has(message.id)) return;
    const now = this.options.clock.now();
    running.wires.set(message.id, wire);
    this.#apply(
      running,
      step(this.context, running.state, { kind: "message", message, source, now }),
    );
    this.#drive(running);
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
        return this.#want("message", running.id, effect.ids, effect.source);
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
    if (message.kind === "1a") throw new Error("a 1a is not signed");
    const { signer, prev, refs } = message;
    const content = { signer, prev, refs };
    const bytes = canonicalAcceptorMessage(running.scope, content);
    const signature = this.options.configuration.signer.sign(bytes);
    this.signed++;
    running.wires.delete(message.id);
    const wire: WireMessage = { kind: "acceptor", instance: running.id, content, signature };
    this.#unflushed.push(this.log.append(message.id, wire, true));
  }

  #reportCaught(
    running: RunningInstance,
    index: number,
    evidence: readonly [Entry, Entry],
  ): void {
    const record = caughtRecord(this.context.graph, running.id, index, evidence);
    const { acceptor, instance, first, second } = record;
    this.caught.push(record);
    this.options.log("error", `${acceptor} equivocated in instance ${instance}`, {
      acceptor,
      instance,
      first,
      second,
    });
    for (const observer of this.#observers) observer.caught?.(instance, acceptor, evidence);
  }

  #want(
    kind: "message" | "value",
    instance: bigint,
    ids: readonly MessageId[],
    source: string,
  ): void {
    for (const id of ids) this.#wants.note(kind, instance, id, source);
  }
}
