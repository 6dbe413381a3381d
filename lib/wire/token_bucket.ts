/**
 * A bound on a rate.
 *
 * @module
 */

/** Lets through `capacity` at once and `perSecond` in the long run. */
export class TokenBucket {
  readonly #capacity: number;
  readonly #perMs: number;
  #tokens: number;
  #at: number;

  /**
   * Begins full.
   *
   * @param nowMs The time, on any clock that does not run backwards.
   */
  constructor(capacity: number, perSecond: number, nowMs: number) {
    this.#capacity = capacity;
    this.#perMs = perSecond / 1000;
    this.#tokens = capacity;
    this.#at = nowMs;
  }

  /** Takes `n` tokens if there are as many; false, and takes none, if not. */
  take(n: number, nowMs: number): boolean {
    this.#refill(nowMs);
    if (this.#tokens < n) return false;
    this.#tokens -= n;
    return true;
  }

  /** Whether there are `n` tokens; takes none. */
  holds(n: number, nowMs: number): boolean {
    this.#refill(nowMs);
    return this.#tokens >= n;
  }

  /** Whether it is as it was at first. */
  isFull(nowMs: number): boolean {
    return this.holds(this.#capacity, nowMs);
  }

  /** Takes `n` tokens whether or not there are as many: what follows waits for the debt. */
  charge(n: number, nowMs: number): void {
    this.#refill(nowMs);
    this.#tokens -= n;
  }

  #refill(nowMs: number): void {
    const earned = Math.max(0, nowMs - this.#at) * this.#perMs;
    this.#tokens = Math.min(this.#capacity, this.#tokens + earned);
    this.#at = nowMs;
  }
}
