/**
 * What a peer is to be told that we have got from others, lest it send it too.
 *
 * @module
 */

import { IDS_MAX, type Named } from "../node/envelopes.ts";
import type { LogRecord } from "../node/records.ts";
import type { PeerKnowledge } from "./peer_knowledge.ts";

/** Announcements waiting for one peer: the oldest go when it does not read. At worst it sends them. */
export class Haves {
  readonly #knowledge: PeerKnowledge;
  readonly #delayMs: number;
  #waiting: Map<string, LogRecord> = new Map();
  #dueMs: number | undefined;

  /** @param delayMs How long to gather, for one announcement implies all it refers to. */
  constructor(knowledge: PeerKnowledge, delayMs: number) {
    this.#knowledge = knowledge;
    this.#delayMs = delayMs;
  }

  /** When the next announcement is due; undefined if none is. */
  get dueMs(): number | undefined {
    return this.#dueMs;
  }

  /** Takes in a message just added to the log. An own one implies those it refers to. */
  appended(record: LogRecord, nowMs: number): void {
    if (record.own) {
      for (const ref of record.refs) this.#waiting.delete(ref);
    } else {
      this.#waiting.set(record.id, record);
      if (this.#waiting.size > IDS_MAX) {
        const [oldest] = this.#waiting.keys();
        this.#waiting.delete(oldest!);
      }
      this.#dueMs ??= nowMs + this.#delayMs;
    }
  }

  /** Takes out what is to be announced now. */
  due(nowMs: number): Named[] {
    if (this.#dueMs === undefined || this.#dueMs > nowMs) return [];
    const records = [...this.#waiting.values()].filter(({ id }) => !this.#knowledge.has(id));
    this.#waiting = new Map();
    this.#dueMs = undefined;
    const implied = new Set(records.flatMap(({ refs }) => refs));
    return records.filter(({ id }) => !implied.has(id));
  }
}
