/**
 * Where this acceptor may vote: nowhere before it has asked its peers, and then not where messages
 * of its own have been shown that cannot be taken in yet, for something that they refer to is
 * missing: until they are, it does not know what it has said.
 *
 * @module
 */

import type { AcceptorIndex, Message, MessageId } from "../core/types.ts";

/** The permission of one acceptor. Bounded by what this acceptor has signed: nobody else can make any. */
export class Voting {
  readonly #self: AcceptorIndex | undefined;
  readonly #maySign: (instance: bigint) => boolean;
  /** Messages of its own that were shown before it voted and are not taken in, by instance. */
  readonly #lost: Map<bigint, Set<MessageId>> = new Map();
  #hasStarted = false;

  /**
   * @param self Undefined for a process that does not vote.
   * @param maySign Whether the log lets it sign in an instance; in all if there is none.
   */
  constructor(
    self: AcceptorIndex | undefined,
    maySign: (instance: bigint) => boolean = () => true,
  ) {
    this.#self = self;
    this.#maySign = maySign;
  }

  /** It has asked its peers. */
  start(): void {
    this.#hasStarted = true;
  }

  /** Whether it votes in any instance. An observer never does. */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  /** Whether it may vote in an instance. */
  mayVote(instance: bigint): boolean {
    return this.#hasStarted && !this.#lost.has(instance) && this.#maySign(instance);
  }

  /** Whether it must sign nothing more in an instance. */
  hasStopped(instance: bigint): boolean {
    return !this.#maySign(instance);
  }

  /** How many instances there are in which messages of its own are lost to it. */
  get lostCount(): number {
    return this.#lost.size;
  }

  /** A verified message has come: one of its own is lost to it until it is taken in. */
  shown(instance: bigint, message: Message): void {
    if (this.#hasStarted || message.kind === "1a" || message.signer !== this.#self) return;
    const known = this.#lost.get(instance);
    if (known === undefined) this.#lost.set(instance, new Set([message.id]));
    else known.add(message.id);
  }

  /** A message has been taken in. Tells whether it was the last that was lost in its instance. */
  found(instance: bigint, id: MessageId): boolean {
    const known = this.#lost.get(instance);
    if (known === undefined || !known.delete(id) || known.size > 0) return false;
    return this.#lost.delete(instance);
  }
}
