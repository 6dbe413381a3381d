/**
 * Notices a peer that says nothing: it is asked for a sign of life, and then given up.
 *
 * @module
 */

import type { Cancel, Clock } from "../node/clock.ts";

/** What a {@linkcode SilenceWatch} needs to know. */
export interface SilenceOptions {
  readonly clock: Clock;
  /** Silence after which the peer is asked, in milliseconds. */
  readonly pingIntervalMs: number;
  /** Time for the answer. */
  readonly pingTimeoutMs: number;
  /** Asks. */
  ping(): void;
  /** Gives up. */
  lost(silentMs: number): void;
}

/** Watches one peer until it is stopped. */
export class SilenceWatch {
  readonly #options: SilenceOptions;
  #heardMs: number;
  #cancel: Cancel = () => {};

  constructor(options: SilenceOptions) {
    this.#options = options;
    this.#heardMs = options.clock.elapsedMs();
    this.#check();
  }

  /** Settles whether the peer has said anything more by then; false once `ended` settles. */
  heardWithin(timeoutMs: number, ended: Promise<unknown>): Promise<boolean> {
    const sinceMs = this.#options.clock.elapsedMs();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const cancel = this.#options.clock.after(
      timeoutMs,
      () => resolve(this.#heardMs > sinceMs),
    );
    ended.then(() => {
      cancel();
      resolve(false);
    });
    return promise;
  }

  /** The peer has said something. */
  heard(): void {
    this.#heardMs = this.#options.clock.elapsedMs();
  }

  /** Watches no more. */
  stop(): void {
    this.#cancel();
  }

  #check(): void {
    const { clock, pingIntervalMs, pingTimeoutMs } = this.#options;
    const silentMs = clock.elapsedMs() - this.#heardMs;
    const allMs = pingIntervalMs + pingTimeoutMs;
    if (silentMs >= allMs) return this.#options.lost(silentMs);
    const asked = silentMs >= pingIntervalMs;
    if (asked) this.#options.ping();
    this.#cancel = clock.after((asked ? allMs : pingIntervalMs) - silentMs, () => this.#check());
  }
}
