/**
 * Bytes of messages that have come in part. Whoever reads a message keeps what there is of it until
 * it is whole, so a peer that begins many and ends none has us keep them all.
 *
 * @module
 */

import type { NodeRequest } from "./rpc.ts";

/** Bytes before each message of a call that carries many: a flag and a length. */
const PREFIX_BYTES = 5;

/** Has the bytes that a request is iterated over counted on their way; ends that where `count` throws. */
export function countWhenRead(request: NodeRequest, count: (chunk: Uint8Array) => void): void {
  const iterate = request[Symbol.asyncIterator].bind(request);
  Object.defineProperty(request, Symbol.asyncIterator, {
    value: async function* () {
      for await (const chunk of { [Symbol.asyncIterator]: iterate }) {
        count(chunk);
        yield chunk;
      }
    },
  });
}

/** How much of all calls of one identity has come in part. */
export class InFlight {
  readonly #max: number;
  #bytes = 0;

  /** @param max Bytes at most. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Counts more, or fewer. False if there are too many now. */
  add(bytes: number): boolean {
    this.#bytes += bytes;
    return this.#bytes <= this.#max;
  }
}

/** What of one call has come in part. */
export class PartialMessage {
  readonly #account: InFlight;
  readonly #isFramed: boolean;
  #held = 0;
  /** Bytes of the prefix that have come. */
  #prefixed = 0;
  /** Bytes of the message that are still to come; until the prefix is whole, what of that is known. */
  #rest = 0;
  #bytesMax: number;

  /**
   * @param isFramed Whether messages have a prefix that tells their length, rather than a call.
   * @param firstBytesMax How long the first of such messages may be.
   */
  constructor(account: InFlight, isFramed: boolean, firstBytesMax = Infinity) {
    this.#account = account;
    this.#isFramed = isFramed;
    this.#bytesMax = firstBytesMax;
  }

  /** Takes note of what has come. False if it is too much. */
  onData(chunk: Uint8Array): boolean {
    const before = this.#held;
    const isFine = !this.#isFramed || this.#follow(chunk);
    if (!this.#isFramed) this.#held += chunk.length;
    return this.#account.add(this.#held - before) && isFine;
  }

  /** The call is over. */
  end(): void {
    this.#account.add(-this.#held);
    this.#held = 0;
  }

  #follow(chunk: Uint8Array): boolean {
    for (let at = 0; at < chunk.length;) {
      if (this.#prefixed < PREFIX_BYTES) {
        this.#prefixed++;
        // Bytes beyond the length's four shift the flag out.
        this.#rest = (this.#rest << 8 | chunk[at++]!) >>> 0;
        if (this.#prefixed < PREFIX_BYTES) continue;
        if (this.#rest > this.#bytesMax) return false;
        this.#bytesMax = Infinity;
      }
      const taken = Math.min(this.#rest, chunk.length - at);
      at += taken;
      this.#held += taken;
      this.#rest -= taken;
      if (this.#rest > 0) return true;
      this.#prefixed = 0;
      this.#held = 0;
    }
    return true;
  }
}
