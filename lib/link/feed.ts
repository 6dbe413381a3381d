/**
 * Which messages a link sends next: what the peer asked for, then own messages at once and others'
 * after a while, for by then the peer has usually shown that it has them. What was in the log before
 * the link, and what a slow peer did not keep up with, is only offered, by id and in stretches: the
 * peer asks for what it lacks. So nothing piles up, and nothing is sent that is not wanted.
 *
 * @module
 */

import type { MessageId } from "../core/types.ts";
import type { Named } from "../node/envelopes.ts";
import type { Ledger } from "../node/ledger.ts";
import type { LogRecord } from "../node/log_record.ts";
import type { PeerKnowledge } from "./peer_knowledge.ts";

/** Messages that may wait for one peer before it falls back to offers. */
const QUEUE_MAX = 4_096;

/** Messages in one stretch of offers. */
const STRETCH = 1_024;

interface Echo {
  readonly record: LogRecord;
  readonly dueMs: number;
}

/** A message to send. */
export interface Sending {
  /** What to send. */
  readonly record: LogRecord;
  /** The peer has asked for the value of this 1a: it comes along even if it should be there. */
  readonly withValue: boolean;
}

/** A stretch of the log, for the peer to say what it lacks of it. */
export interface Offers {
  /** Those that the peer is not known to have, in log order. */
  readonly records: readonly LogRecord[];
  /** The position behind the stretch. */
  readonly position: number;
}

/** Settings of a {@linkcode Feed}. */
export interface FeedOptions {
  /** What is offered and sent. */
  readonly ledger: Ledger;
  /** What need not be. */
  readonly knowledge: PeerKnowledge;
  /** How long to wait before sending others' messages, in milliseconds. */
  readonly echoDelayMs: number;
}

/** What is still to be sent to one peer. */
export class Feed {
  readonly #ledger: Ledger;
  readonly #knowledge: PeerKnowledge;
  readonly #echoDelayMs: number;
  /** Offered up to here; from `#until` on, messages are sent without being offered. */
  #cursor: number | undefined;
  #until = 0;
  #taken = 0;
  /** Nothing is echoed before: by then a peer that was behind has said what it has got. */
  #quietUntilMs = 0;
  #urgent: LogRecord[] = [];
  #echoes: Echo[] = [];
  readonly #asked: Map<MessageId, Sending> = new Map();

  /** Nothing is sent or offered before {@linkcode Feed.start}. */
  constructor({ ledger, knowledge, echoDelayMs }: FeedOptions) {
    this.#ledger = ledger;
    this.#knowledge = knowledge;
    this.#echoDelayMs = echoDelayMs;
  }

  /** Begins to offer, at the position up to which the peer has taken in the log. */
  start(position: number): void {
    this.#until = this.#ledger.journal.length;
    this.#cursor = Math.min(position, this.#until);
    this.#taken = this.#cursor;
  }

  /** Whether all that is offered only has been offered and taken. */
  get isCaughtUp(): boolean {
    return this.#cursor !== undefined && this.#taken >= this.#until;
  }

  /** Takes in a message just added to the log. */
  appended(record: LogRecord, nowMs: number): void {
    if (this.#cursor === undefined || record.position < this.#until) return;
    if (this.#knowledge.has(record.id)) return;
    if (record.own) this.#urgent.push(record);
    else this.#echoes.push({ record, dueMs: nowMs + this.#echoDelayMs });
    if (this.#urgent.length + this.#echoes.length > QUEUE_MAX) this.#fallBack();
  }

  /**
   * The next stretch to offer; undefined while the one before is not taken, and when there is none.
   */
  nextOffers(): Offers | undefined {
    const cursor = this.#cursor;
    if (cursor === undefined || cursor >= this.#until || this.#taken < cursor) return undefined;
    const records = this.#ledger.from(cursor, Math.min(STRETCH, this.#until - cursor));
    this.#cursor = cursor + records.length;
    const offered = records.filter(({ id }) => !this.#knowledge.has(id));
    for (const { id } of offered) this.#knowledge.markOffered(id);
    return { records: offered, position: this.#cursor };
  }

  /** The peer has everything offered below a position. */
  tookIn(position: number, nowMs: number): void {
    if (this.#cursor === undefined || position > this.#cursor) return;
    const wasBehind = !this.isCaughtUp;
    this.#taken = Math.max(this.#taken, position);
    if (wasBehind && this.isCaughtUp) this.#quietUntilMs = nowMs + this.#echoDelayMs;
  }

  /**
   * The peer lacks this: sent next, with all that it refers to and may lack too, but for what is
   * offered: of that the peer asks for what it lacks, and may get it from somebody else. Costs no
   * more for being asked again before it is sent.
   */
  ask({ instance, id }: Named): void {
    const records = new Map<MessageId, LogRecord>();
    const room = QUEUE_MAX - this.#asked.size;
    const stack = [id];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const record = this.#ledger.get(instance, next);
      if (record === undefined || records.has(next) || this.#asked.has(next)) continue;
      if (records.size >= room) break;
      const isOffered = record.position < this.#until;
      if (!isOffered || next === id) records.set(next, record);
      if (isOffered) continue;
      for (const ref of record.refs) if (!this.#knowledge.has(ref)) stack.push(ref);
    }
    const inOrder = [...records.values()].sort((a, b) => a.position - b.position);
    for (const record of inOrder) this.#asked.set(record.id, { record, withValue: false });
  }

  /** The peer lacks the value of this 1a. */
  askValue({ instance, id }: Named): void {
    const record = this.#ledger.get(instance, id);
    if (record === undefined || (this.#asked.size >= QUEUE_MAX && !this.#asked.has(id))) return;
    this.#asked.set(id, { record, withValue: true });
  }

  /** Takes out the next message to send now. Undefined if there is none. The caller marks it as sent. */
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

  /** When there is something to send or offer: 0 for now, undefined if nothing is. */
  dueMs(): number | undefined {
    const offers = this.#cursor !== undefined && this.#cursor < this.#until &&
      this.#taken >= this.#cursor;
    if (offers || this.#asked.size > 0 || this.#urgent.length > 0) return 0;
    while (this.#echoes.length > 0 && this.#knowledge.has(this.#echoes[0]!.record.id)) {
      this.#echoes.shift();
    }
    return this.#echoDueMs();
  }

  #take(nowMs: number): LogRecord | undefined {
    if (this.#urgent.length > 0) return this.#urgent.shift();
    return (this.#echoDueMs() ?? Infinity) <= nowMs ? this.#echoes.shift()!.record : undefined;
  }

  /**
   * Undefined if there is nothing to echo, and while the peer is behind: busy with what it lacks, it
   * is late to tell what has come to it from elsewhere. What it cannot do without it asks for.
   */
  #echoDueMs(): number | undefined {
    const [first] = this.#echoes;
    if (first === undefined || !this.isCaughtUp) return undefined;
    return Math.max(first.dueMs, this.#quietUntilMs);
  }

  #fallBack(): void {
    const queued = [this.#urgent[0], this.#echoes[0]?.record]
      .flatMap((record) => record === undefined ? [] : [record.position]);
    this.#cursor = Math.min(this.#cursor!, ...queued);
    this.#taken = Math.min(this.#taken, this.#cursor);
    this.#until = this.#ledger.journal.length;
    this.#urgent = [];
    this.#echoes = [];
  }
}
