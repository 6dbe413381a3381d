/**
 * Whether a peer is still there, judged by what comes from it. A pause of our own – a disk that is
 * slow, a machine that sleeps – is not the peer's silence: what it has sent meanwhile waits to be
 * read.
 *
 * @module
 */

/** How long a peer may be silent, in milliseconds. */
export interface Patience {
  /** Then it is asked for a sign of life. */
  readonly pingIntervalMs: number;
  /** After so much more it is given up. */
  readonly pingTimeoutMs: number;
}

/** A look that comes later than it was due by more than this says that we stood still. */
const LATE_MS = 100;

/** Whether what happens now was due so long ago that we must have stood still meanwhile. */
export function isLate(nowMs: number, dueMs: number): boolean {
  return nowMs - dueMs > LATE_MS;
}

/** What a peer has, after a pause of our own, for what it has sent to be read. */
const GRACE_MS_MAX = 1_000;

/** What a look at a peer says. */
export interface Look {
  /** Time without a sign of life, but for pauses of our own, in milliseconds. */
  readonly silentMs: number;
  /** Whether to do nothing, to ask for a sign of life, or to give the peer up. */
  readonly verdict: "fine" | "ask" | "lost";
  /** When to look again at the latest, in milliseconds; 0 if the peer is lost. */
  readonly againMs: number;
}

/** Judges the silence of one peer. Knows no clock: all times are of one that does not run backwards. */
export class Silence {
  readonly #patience: Patience;
  #heardMs: number;
  #receivedBytes = 0;
  #hadGrace = false;

  /** Begins as if something had just been heard. */
  constructor(patience: Patience, nowMs: number) {
    this.#patience = patience;
    this.#heardMs = nowMs;
  }

  /** The peer has said something. */
  heard(nowMs: number): void {
    this.#heardMs = nowMs;
    this.#hadGrace = false;
  }

  /** Takes how many bytes have come from the peer in all: if more than before, it is alive. */
  received(bytes: number, nowMs: number): void {
    if (bytes > this.#receivedBytes) this.heard(nowMs);
    this.#receivedBytes = bytes;
  }

  /**
   * Judges the peer. If the look is late the delay is not counted, and, once in each silence, the
   * peer gets some time more.
   *
   * @param dueMs When this look was to happen.
   */
  look(nowMs: number, dueMs: number): Look {
    const { pingIntervalMs, pingTimeoutMs } = this.#patience;
    const allMs = pingIntervalMs + pingTimeoutMs;
    if (isLate(nowMs, dueMs)) this.#forgive(nowMs, nowMs - dueMs);
    const silentMs = nowMs - this.#heardMs;
    if (silentMs >= allMs) return { silentMs, verdict: "lost", againMs: 0 };
    const asks = silentMs >= pingIntervalMs;
    const againMs = (asks ? allMs : pingIntervalMs) - silentMs;
    return { silentMs, verdict: asks ? "ask" : "fine", againMs };
  }

  #forgive(nowMs: number, lateMs: number): void {
    this.#heardMs = Math.min(nowMs, this.#heardMs + lateMs);
    if (this.#hadGrace) return;
    this.#hadGrace = true;
    const { pingIntervalMs, pingTimeoutMs } = this.#patience;
    const graceMs = Math.min(GRACE_MS_MAX, pingTimeoutMs);
    this.#heardMs = Math.max(this.#heardMs, nowMs - pingIntervalMs - pingTimeoutMs + graceMs);
  }
}
