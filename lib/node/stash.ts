/**
 * 1as that were refused because there were too many. Most are never missed, but when an acceptor has
 * answered one, its answer comes next, and to ask for the 1a again would cost a round trip for each:
 * a peer that returns after an absence gets thousands.
 *
 * @module
 */

import type { MessageId } from "../core/types.ts";
import type { WireProposal } from "../wire/codec.ts";

/** 1as held at most; beyond it the oldest go. */
const COUNT_MAX = 256;
/** Bytes of values held at most, but for the last 1a alone. */
const BYTES_MAX = 4 * 1024 * 1024;

/** The last few 1as that came too fast, not verified. */
export class Stash {
  readonly #held: Map<MessageId, WireProposal> = new Map();
  #bytes = 0;

  /** How many are held. */
  get size(): number {
    return this.#held.size;
  }

  /** A 1a that is held; undefined if it is not here any more. */
  get(id: MessageId): WireProposal | undefined {
    return this.#held.get(id);
  }

  /** Holds a 1a for a while. */
  put(id: MessageId, wire: WireProposal): void {
    this.take(id);
    this.#held.set(id, wire);
    this.#bytes += sizeOf(wire);
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= COUNT_MAX && this.#bytes <= BYTES_MAX) break;
      if (oldest !== id) this.take(oldest);
    }
  }

  /** Takes a 1a out; undefined if it is not here any more. */
  take(id: MessageId): WireProposal | undefined {
    const wire = this.#held.get(id);
    if (wire === undefined) return undefined;
    this.#held.delete(id);
    this.#bytes -= sizeOf(wire);
    return wire;
  }
}

function sizeOf({ value }: WireProposal): number {
  return value?.length ?? 0;
}
