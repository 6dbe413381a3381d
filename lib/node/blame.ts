/**
 * How many refused messages a peer may send before it is not talked to any more. Remembered by peer:
 * a new link is no new beginning.
 *
 * @module
 */

import type { Rejection, RejectionCode } from "../core/rejection.ts";
import { TokenBucket } from "../wire/token_bucket.ts";

/** Refusals that may come of bad luck, or of a bound of ours: nobody is blamed for them. */
const BLAMELESS: ReadonlySet<RejectionCode> = new Set<RejectionCode>([
  "FAR_FUTURE",
  "FUTURE_FULL",
  "INBOX_FULL",
  "OUTSIDE_WINDOW",
  "OVERTAKEN",
  "RATE_LIMITED",
  "REFS_TIMEOUT",
  "SETTLED",
  "TOO_MANY_INSTANCES",
]);

/** Counts the faults of each peer. */
export class Blame {
  readonly #perMinute: number;
  /** By peer; there are as many as the configuration has identities. */
  readonly #buckets: Map<string, TokenBucket> = new Map();

  /**
   * Nobody has done anything wrong yet.
   *
   * @param perMinute Faults a minute that are tolerated; as many at once.
   */
  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Counts a refusal; false if it is one too many. */
  tolerates(peer: string, { rejected }: Rejection, nowMs: number): boolean {
    return BLAMELESS.has(rejected) || this.#bucket(peer, nowMs).take(1, nowMs);
  }

  /** Whether the next fault of a peer would be tolerated. */
  forgives(peer: string, nowMs: number): boolean {
    return this.#buckets.get(peer)?.holds(1, nowMs) ?? true;
  }

  #bucket(peer: string, nowMs: number): TokenBucket {
    const known = this.#buckets.get(peer);
    if (known !== undefined) return known;
    const bucket = new TokenBucket(this.#perMinute, this.#perMinute / 60, nowMs);
    this.#buckets.set(peer, bucket);
    return bucket;
  }
}
