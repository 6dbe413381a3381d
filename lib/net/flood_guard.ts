/**
 * Whether what a peer sends is worth receiving. HTTP/2 has many frames that cost the receiver work
 * and the sender nothing; most leave no trace in events, but all of them are bytes.
 *
 * @module
 */
import type { NetBounds } from "./bounds.ts";
import { TokenBucket } from "../wire/token_bucket.ts";

/** Counts what one connection does. Each method says what is wrong, or undefined if nothing is. */
export class FloodGuard {
  readonly #calls: TokenBucket;
  readonly #refused: TokenBucket;
  readonly #resets: TokenBucket;
  readonly #controls: TokenBucket;
  readonly #overhead: TokenBucket;
  readonly #bytesRead: () => number;
  #bytesSeen = 0;
  #dataBytes = 0;

  /**
   * Begins with full rates.
   *
   * @param bytesRead Bytes received on the connection so far.
   */
  constructor(bounds: NetBounds, bytesRead: () => number, nowMs: number) {
    const bucket = ([burst, perSecond]: readonly [number, number]) =>
      new TokenBucket(burst, perSecond, nowMs);
    this.#calls = bucket(bounds.callRate);
    this.#refused = bucket(bounds.refusedCallRate);
    this.#resets = bucket(bounds.resetRate);
    this.#controls = bucket(bounds.controlRate);
    this.#overhead = bucket(bounds.overheadBytesRate);
    this.#bytesRead = bytesRead;
  }

  /** The peer has opened a call: whether it may be served. */
  mayCall(nowMs: number): boolean {
    return this.#calls.take(1, nowMs);
  }

  /** A call was worth it: it does not count. */
  onWorthy(nowMs: number): void {
    this.#calls.charge(-1, nowMs);
  }

  /** A call was not served, since calls come too fast. */
  onRefusedCall(nowMs: number): string | undefined {
    return this.#refused.take(1, nowMs) ? undefined : "opens calls too fast";
  }

  /** The peer has reset a call. */
  onReset(nowMs: number): string | undefined {
    return this.#resets.take(1, nowMs) ? undefined : "resets calls too fast";
  }

  /** The peer has sent a PING or SETTINGS. */
  onControl(nowMs: number): string | undefined {
    return this.#controls.take(1, nowMs) ? undefined : "sends PING or SETTINGS too fast";
  }

  /** A call has read this many bytes of data. */
  onData(bytes: number): void {
    this.#dataBytes += bytes;
  }

  /** Call this now and then: compares what was received with what was of use. */
  check(nowMs: number): string | undefined {
    const read = this.#bytesRead();
    const received = read - this.#bytesSeen;
    this.#bytesSeen = read;
    // Every frame has a header of 9 bytes and may carry less than that, hence twice. Data that
    // waits to be read counts for now and is given back later: a negative charge is a refund.
    this.#overhead.charge(received - 3 * this.#dataBytes, nowMs);
    this.#dataBytes = 0;
    return this.#overhead.take(0, nowMs) ? undefined : "sends too much that is not data";
  }
}
