/**
 * What a peer has shown that it knows, and so need not be sent.
 *
 * @module
 */

import type { MessageId, ValueHash } from "../core/types.ts";
import type { LogRecord, MessageLog } from "./message_log.ts";

/** How many ids unknown to us a peer may claim to have; further ones are ignored. */
const CLAIMS_MAX = 65_536;

/** What one peer is known to have. */
export class PeerKnowledge {
  readonly #log: MessageLog;
  /** What it has, with all that this refers to. */
  readonly #ids: Set<MessageId> = new Set();
  /** What it has been sent, perhaps without something that this refers to. */
  readonly #sent: Set<MessageId> = new Set();
  readonly #values: Set<ValueHash> = new Set();
  #claims = 0;

  constructor(log: MessageLog) {
    this.#log = log;
  }

  /** Whether the peer has this message. */
  has(id: MessageId): boolean {
    return this.#ids.has(id) || this.#sent.has(id);
  }

  /** Notes that a message, with its value if it is a 1a, is on its way to the peer. */
  markSent({ id, valueHash }: LogRecord): void {
    this.#sent.add(id);
    if (valueHash !== undefined) this.#values.add(valueHash);
  }

  /** Whether the peer has the value with this hash. */
  hasValue(hash: ValueHash): boolean {
    return this.#values.has(hash);
  }

  /**
   * Notes that the peer has a message, and so all that this refers to. Each message is walked over
   * once. One that we do not have yet is remembered, within a bound.
   */
  mark(id: MessageId): void {
    const stack = [id];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (this.#ids.has(next)) continue;
      const record = this.#log.get(next);
      if (record === undefined) {
        if (this.#claims >= CLAIMS_MAX) continue;
        this.#claims++;
        this.#ids.add(next);
        continue;
      }
      this.#ids.add(next);
      this.#sent.delete(next);
      this.#walk(record, stack);
    }
  }

  /** Whether the peer has a message just added to the log; if so, it has what this refers to. */
  hasAppended(record: LogRecord): boolean {
    if (!this.#ids.has(record.id)) return false;
    this.#claims = Math.max(0, this.#claims - 1);
    const stack: MessageId[] = [];
    this.#walk(record, stack);
    for (const id of stack) this.mark(id);
    return true;
  }

  #walk(record: LogRecord, stack: MessageId[]): void {
    stack.push(...record.refs);
    if (record.valueHash !== undefined) this.#values.add(record.valueHash);
  }
}
