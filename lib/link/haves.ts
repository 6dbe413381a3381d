/**
 * What a peer is to be told that we have got from others, so that it does not send it too: by the next envelope
 * that goes to it, or after a while by one of its own. What the peer itself has sent it need not be
 * told; what it has only shown to have, it need: it does not know that we have it.
 *
 * @module
 */

import type { MessageId } from "../core/types.ts";
import { BoundedSet } from "../node/bounded_set.ts";
import { IDS_MAX, type Named } from "../node/envelopes.ts";
import type { LedgerRecord } from "../node/ledger.ts";

/** Announcements waiting for one peer: the oldest go when it does not read. At worst it sends them. */
export class Haves {
  readonly #delayMs: number;
  /** What it has sent, and is not in the ledger yet. */
  readonly #itsOwn: BoundedSet<MessageId> = new BoundedSet(IDS_MAX);
  #waiting: Map<MessageId, LedgerRecord> = new Map();
  #dueMs: number | undefined;

  /** @param delayMs How long to gather, for one announcement implies all it refers to. */
  constructor(delayMs: number) {
    this.#delayMs = delayMs;
  }

  /** When the next announcement is due; undefined if none is. */
  get dueMs(): number | undefined {
    return this.#dueMs;
  }

  /** The peer has sent this. */
  sentByPeer(id: MessageId): void {
    if (this.#waiting.delete(id)) return this.#settle();
    this.#itsOwn.add(id);
  }

  /** Takes in a message just added to the ledger. An own one implies those it refers to. */
  appended(record: LedgerRecord, nowMs: number): void {
    if (record.own) {
      for (const ref of record.refs) this.#waiting.delete(ref);
      return this.#settle();
    }
    if (this.#itsOwn.delete(record.id)) return;
    this.#waiting.set(record.id, record);
    if (this.#waiting.size > IDS_MAX) this.#waiting.delete(this.#waiting.keys().next().value!);
    this.#dueMs ??= nowMs + this.#delayMs;
  }

  /**
   * Takes out what is to be announced now.
   *
   * @param early Whether there is an envelope to go along with: then half the delay is enough.
   */
  take(nowMs: number, early: boolean): Named[] {
    if (this.#dueMs === undefined) return [];
    if (this.#dueMs - (early ? this.#delayMs / 2 : 0) > nowMs) return [];
    const records = [...this.#waiting.values()];
    this.#waiting = new Map();
    this.#dueMs = undefined;
    const implied = new Set(records.flatMap(({ refs }) => refs));
    return records.filter(({ id }) => !implied.has(id));
  }

  #settle(): void {
    if (this.#waiting.size === 0) this.#dueMs = undefined;
  }
}
