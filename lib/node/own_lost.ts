/**
 * Messages of this acceptor itself that peers have shown and that cannot be taken in yet, for
 * something that they refer to is missing: until they are, it must not vote there, for it does not
 * know what it has said.
 *
 * @module
 */

import type { AcceptorIndex, Message, MessageId } from "../core/types.ts";

/** See the module. Bounded by what this acceptor has signed: nobody else can make any. */
export class OwnLost {
  readonly #self: AcceptorIndex | undefined;
  readonly #byInstance: Map<bigint, Set<MessageId>> = new Map();

  /** @param self Undefined for a process that does not vote. */
  constructor(self: AcceptorIndex | undefined) {
    this.#self = self;
  }

  /** How many instances there are in which it must not vote. */
  get size(): number {
    return this.#byInstance.size;
  }

  /** Whether it must not vote in an instance. */
  has(instance: bigint): boolean {
    return this.#byInstance.has(instance);
  }

  /** A verified message has come. */
  shown(instance: bigint, message: Message): void {
    if (message.kind === "1a" || message.signer !== this.#self) return;
    const known = this.#byInstance.get(instance);
    if (known === undefined) this.#byInstance.set(instance, new Set([message.id]));
    else known.add(message.id);
  }

  /** A message has been taken in. Tells whether it was the last that was missing in its instance. */
  found(instance: bigint, id: MessageId): boolean {
    const known = this.#byInstance.get(instance);
    if (known === undefined || !known.delete(id) || known.size > 0) return false;
    return this.#byInstance.delete(instance);
  }
}
