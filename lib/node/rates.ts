/**
 * Rates, one for each of many keys.
 *
 * @module
 */

import { TokenBucket } from "../wire/token_bucket.ts";

/** Buckets kept. Beyond it the one unused for longest goes. */
const BUCKETS_MAX = 4_096;

/** A bound on the rate of something, for each key on its own. */
export class Rates<K> {
  readonly #perSecond: number;
  /** In the order of their last use. */
  readonly #buckets: Map<K, TokenBucket> = new Map();

  /** @param perSecond In the long run; twice as many at once. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Whether `count` more are within the rate; counts them if so. */
  take(key: K, nowMs: number, count: number = 1): boolean {
    return this.#bucket(key, nowMs).take(count, nowMs);
  }

  /** Whether one more would be within the rate. */
  allows(key: K, nowMs: number): boolean {
    return this.#bucket(key, nowMs).holds(1, nowMs);
  }

  /** Counts what has happened already, within the rate or not: what follows waits for the debt. */
  charge(key: K, nowMs: number, count: number): void {
    this.#bucket(key, nowMs).charge(count, nowMs);
  }

  #bucket(key: K, nowMs: number): TokenBucket {
    const known = this.#buckets.get(key);
    if (known !== undefined) this.#buckets.delete(key);
    const bucket = known ?? new TokenBucket(2 * this.#perSecond, this.#perSecond, nowMs);
    this.#buckets.set(key, bucket);
    this.#forget(bucket, nowMs);
    return bucket;
  }

  /** Those unused for longest: one that is full again, as it is after two seconds, is no loss. */
  #forget(used: TokenBucket, nowMs: number): void {
    for (const [key, bucket] of this.#buckets) {
      if (bucket === used) return;
      if (this.#buckets.size <= BUCKETS_MAX && !bucket.isFull(nowMs)) return;
      this.#buckets.delete(key);
    }
  }
}
