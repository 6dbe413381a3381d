/**
 * Processes that do as they like. All villains of a world conspire: they know at once whatever any
 * link carries. What they cannot do is to sign for others.
 *
 * @module
 */

import type { Entry } from "../core/dag.ts";
import { conclude } from "../core/facts.ts";
import { emptyPast, include } from "../core/past.ts";
import type { Rejection } from "../core/rejection.ts";
import {
  type AcceptorMessage,
  addMs,
  type Ballot,
  type MessageId,
  type Timestamp,
} from "../core/types.ts";
import type { Conspiracy } from "./conspiracy.ts";
import type { Packet } from "./packet.ts";
import { INSTANCE, seal, seal1a, type Sealed } from "./sealed.ts";
import type { Scene } from "./scene.ts";

/** What a villain does. */
export interface Strategy {
  /** For the table of what has been seen. */
  readonly name: string;
  /** The world begins. */
  begin?(villain: Villain): void;
  /** The conspiracy has learned of a message, whoever sent it. */
  heard?(villain: Villain, entry: Entry): void;
  /** A peer has sent the villain a packet. */
  received?(villain: Villain, from: number, packet: Packet): void;
}

/** Packets that a villain sends of its own accord in the life of a world: one must end. */
const ACTS_MAX = 400;

/** One process that follows no rules. */
export class Villain {
  /** Its number among all processes of the world. */
  readonly index: number;
  /** The acceptor that it is; undefined for a proposer, which can sign nothing. */
  readonly acceptor: number | undefined;
  /** Processes that it talks to. */
  readonly peers: readonly number[];
  readonly stage: Scene;
  readonly conspiracy: Conspiracy;
  readonly #strategies: readonly Strategy[];
  /** Whether it still does anything. */
  isActive = true;
  /** Whether it says to everybody that it has what they send, so that they stop. */
  acknowledges = true;
  /** Whether it sends what it is asked for. */
  supplies = true;
  #acts = 0;

  /** It has done nothing yet. */
  constructor(
    conspiracy: Conspiracy,
    stage: Scene,
    index: number,
    peers: readonly number[],
    strategies: readonly Strategy[],
  ) {
    this.conspiracy = conspiracy;
    this.stage = stage;
    this.index = index;
    this.acceptor = stage.acceptorOf(index);
    this.peers = peers;
    this.#strategies = strategies;
    conspiracy.members.push(this);
  }

  /** The world begins. */
  begin(): void {
    for (const strategy of this.#strategies) strategy.begin?.(this);
  }

  /** The conspiracy has learned something. */
  hear(entry: Entry): void {
    if (!this.isActive) return;
    for (const strategy of this.#strategies) strategy.heard?.(this, entry);
  }

  /** Takes what a peer has sent, and tells it what it wants to hear. */
  receive(from: number, packet: Packet): void {
    if (this.isActive) {
      for (const strategy of this.#strategies) strategy.received?.(this, from, packet);
    }
    const bodies = packet.want
      .map((id) => this.conspiracy.sealedOf(id))
      .filter((sealed) => sealed !== undefined && this.isActive && this.supplies) as Sealed[];
    const have = this.acknowledges ? packet.bodies.map(({ message }) => message.id) : [];
    if (bodies.length + have.length === 0) return;
    this.stage.transmit(this.index, from, { bodies, have, want: [] });
  }

  /**
   * Signs something as this villain, which is an acceptor, without asking whether it is well-formed.
   *
   * @param strategy To be remembered as the author.
   */
  sign(
    strategy: string,
    prev: MessageId | undefined,
    refs: Iterable<MessageId>,
    nonce = 0,
    instance = INSTANCE,
  ): Sealed {
    const message = this.message(prev, refs, instance);
    this.conspiracy.remember(message.id, strategy);
    return seal(message, nonce, instance);
  }

  /** What the villain says, as it is named in an instance, without a signature. */
  message(
    prev: MessageId | undefined,
    refs: Iterable<MessageId>,
    instance: number = INSTANCE,
    signer: number = this.acceptor!,
  ): AcceptorMessage {
    const content = { signer, prev, refs: [...new Set(refs)].sort() };
    return { kind: "acceptor", id: this.stage.naming.message(content, instance), ...content };
  }

  /** What the villain would say with these refs, if that were well-formed. Nobody learns of it. */
  draft(prev: Entry | undefined, refs: readonly Entry[]): Entry | Rejection {
    const past = emptyPast(this.stage.graph);
    for (const ref of refs) include(past, ref);
    if (prev !== undefined) include(past, prev);
    const ids = [...refs, ...(prev === undefined ? [] : [prev])].map(({ message }) => message.id);
    return conclude(
      this.stage.graph,
      past,
      this.acceptor!,
      prev,
      () => this.message(prev?.message.id, ids),
    );
  }

  /** Offers a value in its own name, to be sent; the clocks of villains are right. */
  offer(strategy: string, ballot: Omit<Ballot, "proposer">): Sealed {
    const proposal = this.stage.naming.proposal({ ...ballot, proposer: this.index });
    this.conspiracy.remember(proposal.id, strategy);
    return seal1a(proposal);
  }

  /** What a clock that is right shows, or will show in a number of milliseconds. */
  now(aheadMs = 0): Timestamp {
    return addMs(this.stage.beginning, this.stage.queue.nowMs + aheadMs);
  }

  /** Sends a packet to some processes, as long as it has not done too much. */
  send(to: Iterable<number>, packet: Partial<Packet>): void {
    const whole = { bodies: [], have: [], want: [], ...packet };
    for (const peer of to) {
      if (!this.isActive || ++this.#acts > ACTS_MAX) return;
      this.stage.transmit(this.index, peer, whole);
    }
  }

  /** Sends messages to some processes, if there are any. */
  speak(to: Iterable<number>, bodies: readonly Sealed[]): void {
    if (bodies.length > 0) this.send(to, { bodies });
  }

  /** Does something later, if it is active by then. */
  after(ms: number, act: () => void): void {
    this.stage.queue.after(ms, () => this.isActive && act());
  }

  /** Does something `times` times, with a pause before each. */
  repeat(times: number, pauseMs: number, act: (turn: number) => void): void {
    const go = (turn: number) => {
      act(turn);
      if (turn + 1 < times) this.after(pauseMs, () => go(turn + 1));
    };
    this.after(pauseMs, () => go(0));
  }
}
