/**
 * Carries out the effects of the core's steps: signs, hands to the ledger, reports.
 *
 * @module
 */

import type { Entry } from "../core/dag.ts";
import type { Effect } from "../core/effects.ts";
import type { Rejection } from "../core/rejection.ts";
import type { LearnerGraph } from "../core/learner_graph.ts";
import type { AcceptorIndex, MessageId, Timestamp } from "../core/types.ts";
import type { Signer } from "../crypto/keys.ts";
import type { Instances } from "./instances.ts";
import type { Fetcher } from "./fetcher.ts";
import type { HeldProposal } from "./held.ts";
import { broken } from "./invariant.ts";
import type { Urgency } from "./keeping.ts";
import type { Ledger, LedgerRecord } from "./ledger.ts";
import type { Logger } from "./logger.ts";
import type { NodeObserver, RunningInstance } from "./node_types.ts";
import type { Refusals } from "./refusals.ts";
import { decisionRecord } from "./decision_book.ts";
import { evidenceRecord } from "./evidence_record.ts";
import { signMessage } from "./signing.ts";
import { isBy, voteOf, type Who } from "./vote.ts";

/**
 * Between what {@linkcode Outcomes} carries effects out.
 *
 * @internal For the node.
 */
export interface OutcomesParts {
  /** Of the configuration. */
  readonly graph: LearnerGraph;
  /** The acceptor that this process is; undefined for an observer. */
  readonly self: AcceptorIndex | undefined;
  /** Signs drafts. */
  readonly signer: Signer;
  /** Who waits for what. */
  readonly who: Who;
  /** Where everything goes. */
  readonly ledger: Ledger;
  /** Who is told. */
  readonly observers: ReadonlySet<NodeObserver>;
  /** Told of equivocations. */
  readonly log: Logger;
  /** Counts what is refused. */
  readonly refusals: Refusals;
  /** Where instances are. */
  readonly instances: Instances;
  /** Asks for what is missing; has what came too fast, and may be missing now. */
  readonly fetcher: Fetcher;
}

/** What follows from effects, beyond what has been carried out. */
export interface Consequences {
  /** 1as that came too fast, and are missing now: to be taken in. */
  readonly released: readonly HeldProposal[];
  /** When the instance wants a tick; undefined if it does not say. */
  readonly wakeAt: Timestamp | undefined;
}

/** The source of what this process itself proposes. */
export const SELF = "";

/** What was carried out and has not been flushed. */
export interface Unflushed {
  /** In the order of the ledger. */
  readonly records: readonly LedgerRecord[];
  /**
   * Whether any of them is by this acceptor, signed now or taken back from others: it must be
   * durable before anything is sent.
   */
  readonly lasting: boolean;
  /** Whether any learner decided. */
  readonly decided: boolean;
  /** What was refused after it had waited. */
  readonly refused: readonly Refused[];
}

/** Something that waited and was refused. */
export interface Refused {
  /** Why. */
  readonly rejection: Rejection;
  /** Who has sent it. */
  readonly sources: readonly string[];
}

/** What the core of one process wants done, done. */
export class Outcomes {
  /** How many messages this process has signed. */
  signed = 0;
  /** How many messages of its own it has taken over from others. */
  adopted = 0;
  readonly #parts: OutcomesParts;
  #records: LedgerRecord[] = [];
  #refused: Refused[] = [];
  #isLasting = false;
  #hasDecided = false;
  #isUrgent = false;
  #isApplying = false;

  /** Nothing has happened yet. */
  constructor(parts: OutcomesParts) {
    this.#parts = parts;
  }

  /**
   * Carries out the effects of one step, in their order. What is to be sent is signed and handed to
   * the ledger; it is sent when that has kept it.
   *
   * @param current The message just taken, if one was: whoever handed it in is told if it is refused.
   * @returns What is left for the node to do.
   */
  apply(
    running: RunningInstance,
    effects: readonly Effect[],
    current: MessageId | undefined,
  ): Consequences {
    const { observers } = this.#parts;
    if (this.#isApplying) broken("one-step-at-a-time", `instance ${running.id} made one`);
    this.#isApplying = true;
    const released: HeldProposal[] = [];
    let wakeAt: Timestamp | undefined;
    for (const effect of effects) {
      if (effect.kind === "wake") wakeAt = effect.at;
      else if (effect.kind === "request") {
        released.push(...this.#parts.fetcher.referred(running.id, effect.ids, effect.source));
      } else this.#carryOut(running, effect);
      if (effect.kind !== "reject" || effect.id === current) continue;
      this.#refused.push(effect);
    }
    checkWaiting(running);
    if (current !== undefined) this.#giveUpIfHopeless(running, current);
    for (const observer of observers) observer.stepped?.(running.id, effects);
    this.#isApplying = false;
    return { released, wakeAt };
  }

  /** How much of a hurry there is to flush: none for what others have signed. */
  get urgency(): Urgency {
    if (this.#isUrgent || this.#refused.length > 0) return "urgent";
    return this.#records.length > 0 || this.#parts.ledger.hasPending ? "waits" : "none";
  }

  /** Takes out what is to be flushed. */
  takeUnflushed(): Unflushed {
    const unflushed = {
      records: this.#records,
      lasting: this.#isLasting,
      decided: this.#hasDecided,
      refused: this.#refused,
    };
    this.#records = [];
    this.#refused = [];
    this.#isLasting = false;
    this.#hasDecided = false;
    this.#isUrgent = false;
    return unflushed;
  }

  #carryOut(
    running: RunningInstance,
    effect: Exclude<Effect, { readonly kind: "wake" | "request" }>,
  ): void {
    const { observers, ledger, graph } = this.#parts;
    switch (effect.kind) {
      case "deliver":
        return this.#deliver(running, effect.entry, effect.source);
      case "send":
        return this.#send(running, effect.entry);
      case "reject":
        this.#askAgain(running, effect);
        running.wires.delete(effect.id);
        this.#parts.fetcher.refused(
          ...[effect.id, effect.rejection.rejected, effect.sources[0] ?? SELF] as const,
        );
        this.#giveUpOn(running, effect.id);
        return this.#parts.refusals.add(effect.rejection, effect.sources[0] ?? SELF);
      case "decide":
        this.#hasDecided = true;
        this.#isUrgent = true;
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

  #deliver(running: RunningInstance, { message }: Entry, source: string): void {
    const { id } = message;
    const own = source === SELF;
    const wire = running.wires.get(id);
    if (wire === undefined) broken("delivered-has-form", `${id} has not`);
    running.wires.delete(id);
    if (wire.kind === "1a" && wire.value !== undefined) {
      this.#parts.ledger.putValue(wire.ballot.valueHash, wire.value);
    }
    if (message.kind === "1a") {
      running.byDetour ||= !own && !isBy(message.ballot, source, this.#parts.who);
    } else if (message.signer === this.#parts.self) {
      this.adopted++;
      // It has been forgotten before.
      this.#isLasting = true;
    }
    this.#isUrgent ||= own || this.#isLasting;
    this.#records.push(this.#parts.ledger.append(id, wire, own));
    this.#isIn(id, running);
  }

  #send(running: RunningInstance, { message, facts }: Entry): void {
    if (message.kind === "1a" || message.signer !== this.#parts.self) {
      broken("votes-in-one-name", `${message.id} is not its own`);
    }
    const wire = signMessage(this.#parts.signer, running.scope, message);
    this.signed++;
    this.#isLasting = true;
    this.#isUrgent = true;
    running.wires.delete(message.id);
    const vote = voteOf(running, facts, this.#parts.who);
    this.#records.push(this.#parts.ledger.append(message.id, wire, true, vote));
    this.#isIn(message.id, running);
  }

  /** What has had to go, and is not hopeless, is not given up: whoever sent it will not by itself. */
  #askAgain(running: RunningInstance, effect: Extract<Effect, { kind: "reject" }>): void {
    const { fetcher } = this.#parts;
    const { id, rejection: { rejected }, sources } = effect;
    if (rejected !== "INBOX_FULL" && rejected !== "REFS_TIMEOUT") return;
    if (fetcher.hasRefused(id)) return;
    const wire = running.wires.get(id);
    const refs = wire?.kind === "acceptor" ? wire.content.refs : [];
    const lacking = refs.filter((ref) => !running.state.dag.has(ref));
    fetcher.hadToGo({ instance: running.id, id }, sources, lacking);
  }

  /** A message is in the ledger: nobody need ask for it any more. */
  #isIn(id: MessageId, running: RunningInstance): void {
    this.#parts.instances.filled(running);
    this.#parts.fetcher.arrived(id);
  }

  /** A message has come that waits: if for something refused, it waits in vain. */
  #giveUpIfHopeless(running: RunningInstance, id: MessageId): void {
    const { fetcher } = this.#parts;
    const waiting = running.state.inbox.waiting.get(id);
    if (waiting === undefined) return;
    for (const ref of waiting.missing) {
      if (!fetcher.hasRefused(ref)) continue;
      fetcher.hopeless(id);
      return this.#giveUpOn(running, id);
    }
  }

  /** What was offered and waits, however far, for something refused has been dealt with. */
  #giveUpOn({ state: { inbox } }: RunningInstance, id: MessageId): void {
    const { fetcher } = this.#parts;
    if (!fetcher.hasRefused(id)) return;
    const stack = [...inbox.waitingFor.get(id) ?? []];
    const seen = new Set(stack);
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      fetcher.hopeless(next);
      for (const waiter of inbox.waitingFor.get(next) ?? []) {
        if (!seen.has(waiter)) stack.push(waiter);
        seen.add(waiter);
      }
    }
  }

  #reportCaught(running: RunningInstance, index: number, evidence: readonly [Entry, Entry]): void {
    const record = evidenceRecord(this.#parts.graph, running.id, index, evidence);
    const { acceptor, instance } = record;
    this.#parts.ledger.addEvidence(record);
    this.#parts.log("error", `${acceptor} equivocated in instance ${instance}`, { ...record });
    for (const observer of this.#parts.observers) observer.caught?.(instance, acceptor, evidence);
  }
}

/** What only one of them believes to wait would never be asked for, or never be delivered. */
function checkWaiting({ wires, state: { inbox, held, future } }: RunningInstance): void {
  const count = inbox.waiting.size + held.size + future.length;
  if (wires.size === count) return;
  broken("waits-with-its-form", `${wires.size} wait here and ${count} in the core`);
}
