/**
 * The conversations of one life of an honest process, and when they go on.
 *
 * @module
 */

import type { InstanceState } from "../core/instance.ts";
import type { MessageId } from "../core/types.ts";
import { Conversation, type Logged } from "./conversation.ts";
import type { EventQueue } from "./event_queue.ts";
import type { Greeting, Packet } from "./packet.ts";
import type { Sealed } from "./sealed.ts";
import { Wants } from "./wants.ts";

/** Packets to one peer are at least so far apart, unless there is something of our own to say. */
const PAUSE_MS = 4;

/** What mail needs of the world. */
export interface PostOffice {
  /** Time. */
  readonly queue: EventQueue;
  /** How long an echo waits. */
  readonly echoDelayMs: number;
  /** Hands a packet to the network. */
  transmit(from: number, to: number, packet: Packet): void;
}

/** See the module. */
export class Mail {
  /** By peer. */
  readonly conversations: ReadonlyMap<number, Conversation>;
  /** What is missing. */
  readonly wants: Wants = new Wants();
  /** All that may be told to others, in causal order. */
  readonly log: Logged[] = [];
  readonly #said: Set<MessageId> = new Set();
  readonly #stage: PostOffice;
  readonly #self: number;
  readonly #incarnation: number;
  #flushMs = Infinity;
  #isClosed = false;

  /** @param incarnation Counts the lives of the process. */
  constructor(stage: PostOffice, self: number, peers: readonly number[], incarnation: number) {
    this.#stage = stage;
    this.#self = self;
    this.#incarnation = incarnation;
    this.conversations = new Map(peers.map((peer) => [peer, new Conversation(peer)]));
  }

  /** Says nothing any more. */
  close(): void {
    this.#isClosed = true;
  }

  /** Adds what may be passed on, in a while. */
  add(sealed: Sealed, atMs = this.#stage.queue.nowMs): void {
    this.log.push({ sealed, atMs });
    this.#said.add(sealed.message.id);
  }

  /** Whether a message may be told to others. */
  isSaid(id: MessageId): boolean {
    return this.#said.has(id);
  }

  /** Says something of our own to everybody at once. */
  say(own: readonly Sealed[]): void {
    const { nowMs } = this.#stage.queue;
    for (const sealed of own) {
      if (!this.isSaid(sealed.message.id)) this.add(sealed);
      for (const conversation of this.conversations.values()) conversation.supply(sealed, nowMs);
    }
    this.#flush();
  }

  /** Goes on when something is due. To be called after every input. */
  schedule(state: InstanceState): void {
    const { queue } = this.#stage;
    let dueMs = this.wants.nextMs();
    for (const conversation of this.conversations.values()) {
      dueMs = Math.min(dueMs, conversation.nextMs(this.log, this.#stage.echoDelayMs));
    }
    if (dueMs === Infinity) return;
    const flushMs = Math.max(dueMs, queue.nowMs + PAUSE_MS);
    if (flushMs >= this.#flushMs) return;
    this.#flushMs = flushMs;
    queue.at(flushMs, () => {
      if (this.#isClosed || this.#flushMs !== flushMs) return;
      this.#flushMs = Infinity;
      this.#ask(state);
      this.#flush();
      this.schedule(state);
    });
  }

  #ask(state: InstanceState): void {
    const peers = [...this.conversations.keys()];
    for (const { id, peer } of this.wants.due(this.#stage.queue.nowMs, state, peers)) {
      this.conversations.get(peer)?.want(id);
    }
  }

  #flush(): void {
    const { nowMs } = this.#stage.queue;
    const hello = (): Greeting => ({ incarnation: this.#incarnation, knows: [...this.#said] });
    for (const conversation of this.conversations.values()) {
      const packet = conversation.take(this.log, nowMs, nowMs - this.#stage.echoDelayMs, hello);
      if (packet === undefined) continue;
      const life = this.#incarnation;
      this.#stage.transmit(this.#self, conversation.peer, { ...packet, life });
    }
  }
}
