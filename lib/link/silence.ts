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

interface Probe {
  cancel: Cancel;
  readonly tell: (heard: boolean) => void;
}

/** Watches one peer until it is stopped. */
export class SilenceWatch {
  readonly #options: SilenceOptions;
  #heardMs: number;
  #cancel: Cancel = () => {};
  readonly #probes: Set<Probe> = new Set();

  constructor(options: SilenceOptions) {
    this.#options = options;
    this.#heardMs = options.clock.elapsedMs();
    this.#check();
  }

  /** Tells, after that time, whether the peer has said anything more by then; no if stopped before. */
  heardWithin(timeoutMs: number, tell: (heard: boolean) => void): void {
    const sinceMs = this.#options.clock.elapsedMs();
    const probe: Probe = { cancel: () => {}, tell };
    probe.cancel = this.#options.clock.after(timeoutMs, () => {
      this.#probes.delete(probe);
      tell(this.#heardMs > sinceMs);
    });
    this.#probes.add(probe);
  }

  /** The peer has said something. */
  heard(): void {
    this.#heardMs = this.#options.clock.elapsedMs();
  }

  /** Watches no more. */
  stop(): void {
    this.#cancel();
    const probes = [...this.#probes];
    this.#probes.clear();
    for (const { cancel, tell } of probes) {
      cancel();
      tell(false);
    }
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
