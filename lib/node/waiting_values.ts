/**
 * 1as that wait for their values: a 1a is not delivered before its value is here, so that nobody
 * votes for what may be nowhere to be found.
 *
 * @module
 */

import type { Source } from "../core/inbox.ts";
import { reject, type Rejection } from "../core/rejection.ts";
import type { MessageId, ValueHash } from "../core/types.ts";
import type { WireProposal } from "../wire/codec.ts";

/** A 1a whose value is not here. */
export interface WaitingProposal {
  /** Of the 1a. */
  readonly id: MessageId;
  /** The 1a as it came, without its value. */
  readonly wire: WireProposal;
  /** The peer that sent it first, against whose limit it counts. */
  readonly source: Source;
  /** On the clock of `elapsedMs`. */
  readonly untilMs: number;
}

/** Bounds of {@linkcode WaitingValues}. */
export interface ValueLimits {
  /** How many 1as of one source may wait for values. */
  readonly futureProposalsMax: number;
  /** How long each may wait. */
  readonly inboxWaitMsMax: number;
}

/** The 1as of one process that wait for values. */
export class WaitingValues {
  readonly #limits: ValueLimits;
  readonly #waiting: Map<MessageId, WaitingProposal> = new Map();

  /** Empty. Its values are not bounded, only what waits for them. */
  constructor(limits: ValueLimits) {
    this.#limits = limits;
  }

  /** Takes out the 1as that wait for this value. */
  release(hash: ValueHash): WaitingProposal[] {
    const ready = [...this.#waiting.values()].filter(({ wire }) => wire.ballot.valueHash === hash);
    for (const { id } of ready) this.#waiting.delete(id);
    return ready;
  }

  /** Lets a 1a wait for its value; at the source's limit it is refused. */
  wait(
    id: MessageId,
    wire: WireProposal,
    source: Source,
    nowMs: number,
  ): Rejection | undefined {
    if (this.#waiting.has(id)) return undefined;
    this.#expire(nowMs);
    const { futureProposalsMax, inboxWaitMsMax } = this.#limits;
    let used = 0;
    for (const waiting of this.#waiting.values()) if (waiting.source === source) used++;
    if (used >= futureProposalsMax) {
      return reject("FUTURE_FULL", `${futureProposalsMax} 1as wait for their values`);
    }
    this.#waiting.set(id, { id, wire, source, untilMs: nowMs + inboxWaitMsMax });
    return undefined;
  }

  /** Whether a 1a still waits for its value. */
  has(id: MessageId, nowMs: number): boolean {
    this.#expire(nowMs);
    return this.#waiting.has(id);
  }

  /** Those that came first have waited longest. */
  #expire(nowMs: number): void {
    for (const waiting of this.#waiting.values()) {
      if (waiting.untilMs > nowMs) break;
      this.#waiting.delete(waiting.id);
    }
  }
}
