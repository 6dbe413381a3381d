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
  /** The number of the ping that is to be answered. */
  readonly ping: bigint;
  cancel: Cancel;
  readonly tell: (answers: boolean) => void;
}

/** Watches one peer until it is stopped. */
export class SilenceWatch {
  readonly #options: SilenceOptions;
  readonly #silence: Silence;
  /** The highest ping that has been answered. */
  #answered = 0n;
  #cancel: Cancel = () => {};
  readonly #probes: Set<Probe> = new Set();

  constructor(options: SilenceOptions) {
    this.#options = options;
    const nowMs = options.clock.elapsedMs();
    this.#silence = new Silence(options, nowMs);
    this.#check(nowMs);
  }

  /**
   * Tells, after that time, whether the peer has answered a ping by then; no if stopped before. What
   * else comes may have been on its way when the peer ended. After a pause of our own it has the time
   * once more.
   */
  answeredWithin(ping: bigint, timeoutMs: number, tell: (answers: boolean) => void): void {
    const probe: Probe = { ping, cancel: () => {}, tell };
    this.#probes.add(probe);
    this.#await(probe, timeoutMs, true);
  }

  /** The peer has said something. */
  heard(): void {
    this.#silence.heard(this.#options.clock.elapsedMs());
  }

  /** The peer has answered a ping; 0 for none. */
  answered(ping: bigint): void {
    if (ping > this.#answered) this.#answered = ping;
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

  #await(probe: Probe, timeoutMs: number, again: boolean): void {
    const { clock } = this.#options;
    const dueMs = clock.elapsedMs() + timeoutMs;
    probe.cancel = clock.after(timeoutMs, () => {
      const answers = this.#answered >= probe.ping;
      if (!answers && again && isLate(clock.elapsedMs(), dueMs)) {
        return this.#await(probe, timeoutMs, false);
      }
      this.#probes.delete(probe);
      probe.tell(answers);
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
