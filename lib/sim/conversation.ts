/**
 * What an honest process keeps about one peer: what the peer has, what it must still be sent, what
 * it was sent and has not confirmed.
 *
 * @module
 */

import type { MessageId } from "../core/types.ts";
import type { Greeting, Packet } from "./packet.ts";
import type { Sealed } from "./sealed.ts";

/** What was sent and is not confirmed is sent again after so long, at first. */
const PATIENCE_MS = 80;

/** And after so long at last: the pause doubles. */
const PATIENCE_MS_MAX = 160;

/** How long the word that something has come waits for something to go with. */
const HAVE_DELAY_MS = 8;

/** Messages in one packet at most. */
const BODIES_MAX = 64;

/** A message of the log and when it came. */
export interface Logged {
  /** As delivered. */
  readonly sealed: Sealed;
  /** When. */
  readonly atMs: number;
}

/** See the module. */
export class Conversation {
  /** The peer, by its number. */
  readonly peer: number;
  /** Whether the peer has shown all that it knew when we started. */
  isWelcome = false;
  readonly #known: Set<MessageId> = new Set();
  readonly #unconfirmed: Map<MessageId, { sealed: Sealed; againMs: number; pauseMs: number }> =
    new Map();
  /** Nothing is to be sent again before. */
  #againMs = Infinity;
  #have: MessageId[] = [];
  #haveMs = Infinity;
  #wants: MessageId[] = [];
  /** How much of our log has been looked at. */
  #cursor = 0;
  #helloMs = 0;
  #helloPauseMs = PATIENCE_MS;
  #welcome: number | undefined;
  #peerLife = 0;

  /** @param peer By its number. */
  constructor(peer: number) {
    this.peer = peer;
  }

  /**
   * A packet has come. What the peer knew in a life before this one counts no more.
   *
   * @returns Whether the packet is of a life that the peer has ended since: its link is long gone.
   */
  isStale({ life }: Packet): boolean {
    if (life === undefined || life === this.#peerLife) return false;
    if (life < this.#peerLife) return true;
    if (this.#peerLife > 0) this.#startAnew();
    this.#peerLife = life;
    return false;
  }

  /** The peer has this message. */
  confirm(id: MessageId): void {
    this.#known.add(id);
    this.#unconfirmed.delete(id);
  }

  /** The peer has sent a message that we have: so that it does not send it again. */
  received(id: MessageId, nowMs: number): void {
    this.confirm(id);
    this.#have.push(id);
    this.#haveMs = Math.min(this.#haveMs, nowMs + HAVE_DELAY_MS);
  }

  /** The peer has started, or says hello once more. */
  greeted({ incarnation, knows }: Greeting): void {
    this.#startAnew();
    for (const id of knows) this.#known.add(id);
    this.#welcome = incarnation;
  }

  #startAnew(): void {
    this.#known.clear();
    this.#unconfirmed.clear();
    this.#againMs = Infinity;
    this.#have = [];
    this.#haveMs = Infinity;
    this.#cursor = 0;
  }

  /** The peer has answered our hello. */
  welcomed({ knows }: Greeting): void {
    this.isWelcome = true;
    for (const id of knows) this.confirm(id);
  }

  /** Sends a message even if the peer is taken to have it. */
  supply(sealed: Sealed, nowMs: number): void {
    this.#unconfirmed.set(sealed.message.id, { sealed, againMs: nowMs, pauseMs: PATIENCE_MS });
    this.#againMs = Math.min(this.#againMs, nowMs);
  }

  /** Asks the peer for a message. */
  want(id: MessageId): void {
    this.#wants.push(id);
  }

  /**
   * Takes out what is due; undefined if nothing is.
   *
   * @param echoBeforeMs What came before this time is passed on.
   * @param hello Sent until it is answered.
   */
  take(
    log: readonly Logged[],
    nowMs: number,
    echoBeforeMs: number,
    hello: () => Greeting,
  ): Packet | undefined {
    for (; this.#cursor < log.length && log[this.#cursor]!.atMs <= echoBeforeMs; this.#cursor++) {
      const { sealed } = log[this.#cursor]!;
      if (!this.#known.has(sealed.message.id) && !this.#unconfirmed.has(sealed.message.id)) {
        this.supply(sealed, nowMs);
      }
    }
    if (this.#welcome !== undefined && log.length > 0) this.#catchUp(log, nowMs);
    const bodies = this.#againMs > nowMs ? [] : this.#dueBodies(nowMs);
    const greeting = this.#greeting(nowMs, hello);
    const [have, want] = [this.#have, this.#wants];
    if (bodies.length + want.length === 0 && greeting === undefined && this.#haveMs > nowMs) {
      return undefined;
    }
    this.#have = [];
    this.#haveMs = Infinity;
    this.#wants = [];
    return { bodies, have, want, ...greeting };
  }

  /** When something will be due; infinite if nothing will. */
  nextMs(log: readonly Logged[], echoDelayMs: number): number {
    if (this.#wants.length > 0 || this.#welcome !== undefined) return 0;
    let next = Math.min(this.#haveMs, this.#againMs);
    if (!this.isWelcome) next = Math.min(next, this.#helloMs);
    if (this.#cursor < log.length) next = Math.min(next, log[this.#cursor]!.atMs + echoDelayMs);
    return next;
  }

  #dueBodies(nowMs: number): Sealed[] {
    const bodies: Sealed[] = [];
    this.#againMs = Infinity;
    for (const waiting of this.#unconfirmed.values()) {
      // One who has just come gets all at once: its answer to our hello is complete.
      const hasRoom = bodies.length < BODIES_MAX || this.#welcome !== undefined;
      if (waiting.againMs <= nowMs && hasRoom) {
        waiting.againMs = nowMs + waiting.pauseMs;
        waiting.pauseMs = Math.min(PATIENCE_MS_MAX, 2 * waiting.pauseMs);
        bodies.push(waiting.sealed);
      }
      this.#againMs = Math.min(this.#againMs, waiting.againMs);
    }
    return bodies;
  }

  #catchUp(log: readonly Logged[], nowMs: number): void {
    for (; this.#cursor < log.length; this.#cursor++) {
      const { sealed } = log[this.#cursor]!;
      if (!this.#known.has(sealed.message.id)) this.supply(sealed, nowMs);
    }
  }

  #greeting(
    nowMs: number,
    hello: () => Greeting,
  ): { hello?: Greeting; welcome?: Greeting } | undefined {
    let greeting: { hello?: Greeting; welcome?: Greeting } | undefined;
    if (!this.isWelcome && this.#helloMs <= nowMs) {
      this.#helloMs = nowMs + this.#helloPauseMs;
      this.#helloPauseMs = Math.min(PATIENCE_MS_MAX, 2 * this.#helloPauseMs);
      greeting = { hello: hello() };
    }
    if (this.#welcome !== undefined) {
      greeting = { ...greeting, welcome: { ...hello(), incarnation: this.#welcome } };
      this.#welcome = undefined;
    }
    return greeting;
  }
}
