/**
 * Which messages a link sends next. At first it reads the log from its start, skipping what the peer
 * has; when it has caught up, own messages go at once and others' after a while, for by then the
 * peer has usually shown that it has them. A peer that reads too slowly goes back to reading the
 * log: nothing piles up for it.
 *
 * @module
 */

import type { MessageId } from "../core/types.ts";
import type { LogRecord, MessageLog } from "./message_log.ts";
import type { PeerKnowledge } from "./peer_knowledge.ts";

/** Messages that may wait for one peer before it goes back to reading the log. */
const QUEUE_MAX = 4_096;

interface Echo {
  readonly record: LogRecord;
  readonly dueMs: number;
}

/** A message to send. */
export interface Sending {
  readonly record: LogRecord;
  /** The peer has asked for the value of this 1a: it comes along even if it should be there. */
  readonly withValue: boolean;
}

/** Settings of a {@linkcode Feed}. */
export interface FeedOptions {
  readonly log: MessageLog;
  readonly knowledge: PeerKnowledge;
  readonly echoDelayMs: number;
}

/** What is still to be sent to one peer. */
export class Feed {
  readonly #log: MessageLog;
  readonly #knowledge: PeerKnowledge;
  readonly #echoDelayMs: number;
  /** Where it reads the log; undefined while it keeps up. */
  #cursor: number | undefined;
  #urgent: LogRecord[] = [];
  #echoes: Echo[] = [];
  readonly #asked: Map<MessageId, Sending> = new Map();

  constructor({ log, knowledge, echoDelayMs }: FeedOptions) {
    this.#log = log;
    this.#knowledge = knowledge;
    this.#echoDelayMs = echoDelayMs;
  }

  /** Begins at the start of the log. Before this, only what is asked for is sent. */
  start(): void {
    this.#cursor = 0;
  }

  /** Takes in a message just added to the log. */
  appended(record: LogRecord, nowMs: number): void {
    if (this.#cursor !== undefined || this.#knowledge.has(record.id)) return;
    if (record.own) this.#urgent.push(record);
    else this.#echoes.push({ record, dueMs: nowMs + this.#echoDelayMs });
    if (this.#urgent.length + this.#echoes.length > QUEUE_MAX) this.#fallBack();
  }

  /**
   * The peer lacks this: sent next, with all that it refers to and may lack too. Costs no more for
   * being asked again before it is sent.
   */
  ask(id: MessageId): void {
    const records = new Map<MessageId, LogRecord>();
    const room = QUEUE_MAX - this.#asked.size;
    const stack = [id];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const record = this.#log.get(next);
      if (record === undefined || records.has(next) || this.#asked.has(next)) continue;
      if (records.size >= room) break;
      records.set(next, record);
      for (const ref of record.refs) if (!this.#knowledge.has(ref)) stack.push(ref);
    }
    const inOrder = [...records.values()].sort((a, b) => a.position - b.position);
    for (const record of inOrder) this.#asked.set(record.id, { record, withValue: false });
  }

  /** The peer lacks the value of this 1a. */
  askValue(id: MessageId): void {
    const record = this.#log.get(id);
    if (record === undefined || (this.#asked.size >= QUEUE_MAX && !this.#asked.has(id))) return;
    this.#asked.set(id, { record, withValue: true });
  }

  /**
   * Takes out the next message to send now: first what was asked for, then in causal order.
   * Undefined if there is none. The caller marks it as sent.
   */
  next(nowMs: number): Sending | undefined {
    for (const [id, asked] of this.#asked) {
      this.#asked.delete(id);
      return asked;
    }
    for (let record = this.#take(nowMs); record !== undefined; record = this.#take(nowMs)) {
      if (!this.#knowledge.has(record.id)) return { record, withValue: false };
    }
    return undefined;
  }

  #take(nowMs: number): LogRecord | undefined {
    if (this.#cursor !== undefined) {
      const record = this.#log.at(this.#cursor);
      if (record !== undefined) {
        this.#cursor++;
        return record;
      }
      this.#cursor = undefined;
    }
    if (this.#urgent.length > 0) return this.#urgent.shift();
    return (this.#echoes[0]?.dueMs ?? Infinity) <= nowMs ? this.#echoes.shift()!.record : undefined;
  }

  /** When there is something to send: 0 for now, undefined if nothing is. */
  dueMs(): number | undefined {
    if (this.#asked.size > 0 || this.#cursor !== undefined || this.#urgent.length > 0) return 0;
    while (this.#echoes.length > 0 && this.#knowledge.has(this.#echoes[0]!.record.id)) {
      this.#echoes.shift();
    }
    return this.#echoes[0]?.dueMs;
  }

  #fallBack(): void {
    const first = [this.#urgent[0], this.#echoes[0]?.record]
      .flatMap((record) => record === undefined ? [] : [record.position]);
    this.#cursor = Math.min(...first);
    this.#urgent = [];
    this.#echoes = [];
  }
}
