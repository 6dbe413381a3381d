/**
 * Notices a peer that says nothing: it is asked for a sign of life, and then given up.
 *
 * @module
 */

import type { Cancel, Clock } from "../node/clock.ts";
import { isLate, type Patience, Silence } from "../wire/silence.ts";

/** What a {@linkcode SilenceWatch} needs to know. */
export interface SilenceOptions extends Patience {
  readonly clock: Clock;
  /**
   * Bytes that have come from the peer in all, if that is known: a long envelope that is on its way
   * is a sign of life.
   */
  receivedBytes?(): number;
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
  readonly #silence: Silence;
  #heardMs = -Infinity;
  #cancel: Cancel = () => {};
  readonly #probes: Set<Probe> = new Set();

  constructor(options: SilenceOptions) {
    this.#options = options;
    const nowMs = options.clock.elapsedMs();
    this.#silence = new Silence(options, nowMs);
    this.#check(nowMs);
  }

  /**
   * Tells, after that time, whether the peer has said anything more by then; no if stopped before.
   * After a pause of our own it has the time once more.
   */
  heardWithin(timeoutMs: number, tell: (heard: boolean) => void): void {
    const probe: Probe = { cancel: () => {}, tell };
    this.#probes.add(probe);
    this.#await(probe, this.#options.clock.elapsedMs(), timeoutMs, true);
  }

  /** The peer has said something. */
  heard(): void {
    this.#heardMs = this.#options.clock.elapsedMs();
    this.#silence.heard(this.#heardMs);
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

  #await(probe: Probe, sinceMs: number, timeoutMs: number, again: boolean): void {
    const { clock } = this.#options;
    const dueMs = clock.elapsedMs() + timeoutMs;
    probe.cancel = clock.after(timeoutMs, () => {
      const heard = this.#heardMs > sinceMs;
      if (!heard && again && isLate(clock.elapsedMs(), dueMs)) {
        return this.#await(probe, sinceMs, timeoutMs, false);
      }
      this.#probes.delete(probe);
      probe.tell(heard);
    });
  }

  #check(dueMs: number): void {
    const { clock, receivedBytes } = this.#options;
    const nowMs = clock.elapsedMs();
    if (receivedBytes !== undefined) this.#silence.received(receivedBytes(), nowMs);
    const { silentMs, verdict, againMs } = this.#silence.look(nowMs, dueMs);
    if (verdict === "lost") return this.#options.lost(silentMs);
    if (verdict === "ask") this.#options.ping();
    this.#cancel = clock.after(againMs, () => this.#check(nowMs + againMs));
  }
}
