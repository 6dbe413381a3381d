/**
 * Carries out the effects of the core's steps: signs, hands to the ledger, reports.
 *
 * @module
 */

import type { Entry } from "../core/dag.ts";
import type { Effect } from "../core/effects.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import type { Rejection } from "../core/rejection.ts";
import type { AcceptorIndex, MessageId, Timestamp } from "../core/types.ts";
import type { Signer } from "../crypto/keys.ts";
import type { Ledger } from "./ledger.ts";
import type { LogRecord } from "./log_record.ts";
import type { Logger } from "./logger.ts";
import type { NodeObserver, RunningInstance } from "./node_types.ts";
import { decisionRecord, evidenceRecord } from "./records.ts";
import { signMessage } from "./signing.ts";

/** What {@linkcode Outcomes} needs of the node. */
export interface OutcomesHost {
  /** Of the configuration. */
  readonly graph: LearnerGraph;
  /** The acceptor that this process is; undefined for an observer. */
  readonly self: AcceptorIndex | undefined;
  /** Signs drafts. */
  readonly signer: Signer;
  /** Where everything goes. */
  readonly ledger: Ledger;
  /** Who is told. */
  readonly observers: ReadonlySet<NodeObserver>;
  /** Told of equivocations. */
  readonly log: Logger;
  /** Counts a refusal of a message. */
  refuse(rejection: Rejection, id: MessageId, peer: string): void;
  /** Something is missing that `source` should have. */
  want(instance: bigint, id: MessageId, source: string): void;
  /** A message is in the log. */
  delivered(id: MessageId, running: RunningInstance): void;
  /** The instance wants a tick. */
  wake(running: RunningInstance, at: Timestamp): void;
}

/** The source of what this process itself proposes. */
export const SELF = "";

/** What was carried out and has not been flushed. */
export interface Unflushed {
  /** In the order of the log. */
  readonly records: readonly LogRecord[];
  /**
   * Whether any of them is by this acceptor, signed now or taken back from others: it must be
   * durable before anything is sent.
   */
  readonly lasting: boolean;
  /** Whether any learner decided. */
  readonly decided: boolean;
}

/** See the module. */
export class Outcomes {
  /** How many messages this process has signed. */
  signed = 0;
  /** How many messages of its own it has taken over from others. */
  adopted = 0;
  readonly #host: OutcomesHost;
  #records: LogRecord[] = [];
  #isLasting = false;
  #hasDecided = false;

  /** Nothing has happened yet. */
  constructor(host: OutcomesHost) {
    this.#host = host;
  }

  /**
   * Carries out the effects of one step, in their order.
   *
   * @param current The message just taken, if one was: whoever handed it in is told if it is refused.
   */
  apply(
    running: RunningInstance,
    effects: readonly Effect[],
    current: MessageId | undefined,
  ): void {
    for (const effect of effects) {
      this.#carryOut(running, effect);
      if (effect.kind !== "reject" || effect.id === current) continue;
      const { rejection, sources } = effect;
      for (const observer of this.#host.observers) observer.refused?.(rejection, sources);
    }
    for (const observer of this.#host.observers) observer.stepped?.(running.id, effects);
  }

  /** Takes out what is to be flushed. */
  takeUnflushed(): Unflushed {
    const unflushed = {
      records: this.#records,
      lasting: this.#isLasting,
      decided: this.#hasDecided,
    };
    this.#records = [];
    this.#isLasting = false;
    this.#hasDecided = false;
    return unflushed;
  }

  #carryOut(running: RunningInstance, effect: Effect): void {
    const { observers, ledger, graph } = this.#host;
    switch (effect.kind) {
      case "deliver":
        return this.#deliver(running, effect.entry, effect.source === SELF);
      case "send":
        return this.#send(running, effect.entry);
      case "reject":
        running.wires.delete(effect.id);
        return this.#host.refuse(effect.rejection, effect.id, effect.sources[0] ?? SELF);
      case "request":
        for (const id of effect.ids) this.#host.want(running.id, id, effect.source);
        return;
      case "wake":
        return this.#host.wake(running, effect.at);
      case "decide":
        this.#hasDecided = true;
        return ledger.decide(decisionRecord(graph, running.id, effect.decision));
      case "caught":
        return this.#reportCaught(running, effect.acceptor, effect.evidence);
      case "disagree":
        for (const observer of observers) {
          observer.disagreement?.(running.id, effect.disagreement);
        }
        return;
      case "estranged":
        for (const observer of observers) {
          observer.estranged?.(running.id, effect.entry, effect.forked);
        }
    }
  }

  #deliver(running: RunningInstance, { message }: Entry, own: boolean): void {
    const { id } = message;
    const wire = running.wires.get(id);
    if (wire === undefined) throw new Error(`no wire form of ${id}`);
    running.wires.delete(id);
    if (wire.kind === "1a" && wire.value !== undefined) {
      this.#host.ledger.putValue(wire.ballot.valueHash, wire.value);
    }
    if (message.kind === "acceptor" && message.signer === this.#host.self) {
      this.adopted++;
      // It has been forgotten before.
      this.#isLasting = true;
    }
    this.#records.push(this.#host.ledger.append(id, wire, own));
    this.#host.delivered(id, running);
  }

  #send(running: RunningInstance, { message }: Entry): void {
    const wire = signMessage(this.#host.signer, running.scope, message);
    this.signed++;
    this.#isLasting = true;
    running.wires.delete(message.id);
    this.#records.push(this.#host.ledger.append(message.id, wire, true));
    this.#host.delivered(message.id, running);
  }

  #reportCaught(running: RunningInstance, index: number, evidence: readonly [Entry, Entry]): void {
    const record = evidenceRecord(this.#host.graph, running.id, index, evidence);
    const { acceptor, instance } = record;
    this.#host.ledger.addEvidence(record);
    this.#host.log("error", `${acceptor} equivocated in instance ${instance}`, { ...record });
    for (const observer of this.#host.observers) observer.caught?.(instance, acceptor, evidence);
  }
}
