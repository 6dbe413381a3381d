/**
 * Rates, one for each of many keys.
 *
 * @module
 */

import { TokenBucket } from "../net/token_bucket.ts";

/** Buckets kept; beyond it all start afresh, which lets through one more burst each. */
const BUCKETS_MAX = 4_096;

/** A bound on the rate of something, for each key on its own. */
export class Rates<K> {
  readonly #perSecond: number;
  readonly #buckets: Map<K, TokenBucket> = new Map();

  /** @param perSecond In the long run; twice as many at once. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Whether one more is within the rate; counts it if so. */
  take(key: K, nowMs: number): boolean {
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      if (this.#buckets.size >= BUCKETS_MAX) this.#buckets.clear();
      bucket = new TokenBucket(2 * this.#perSecond, this.#perSecond, nowMs);
      this.#buckets.set(key, bucket);
    }
    return bucket.take(1, nowMs);
  }
}
