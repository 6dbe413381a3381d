/**
 * How many refused messages a peer may send before it is not talked to any more.
 *
 * @module
 */

import type { Rejection, RejectionCode } from "../core/rejection.ts";
import { TokenBucket } from "../net/token_bucket.ts";

/** Refusals that may come of bad luck, or of a bound of ours: nobody is blamed for them. */
const BLAMELESS: ReadonlySet<RejectionCode> = new Set<RejectionCode>([
  "FAR_FUTURE",
  "FUTURE_FULL",
  "INBOX_FULL",
  "RATE_LIMITED",
  "REFS_TIMEOUT",
  "TOO_MANY_INSTANCES",
]);

/** Counts one peer's faults. */
export class Blame {
  readonly #perMinute: number;
  #bucket: TokenBucket | undefined;

  /** @param perMinute Faults a minute that are tolerated; so many at once. */
  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** Counts a refusal; false if it is one too many. */
  tolerates({ rejected }: Rejection, nowMs: number): boolean {
    if (BLAMELESS.has(rejected)) return true;
    this.#bucket ??= new TokenBucket(this.#perMinute, this.#perMinute / 60, nowMs);
    return this.#bucket.take(1, nowMs);
  }
}
