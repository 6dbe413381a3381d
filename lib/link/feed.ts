/**
 * Which messages a link sends next: what the peer asked for, then own messages at once, or with the
 * next envelope if the peer can do nothing with them yet, and others' after a while, for by then the
 * peer has usually shown that it has them. What was in the ledger
 * before the link, and what a slow peer did not keep up with, is only offered, by id and in
 * stretches: the peer asks for what it lacks. So nothing piles up, and nothing is sent that is not
 * wanted.
 *
 * @module
 */

import type { MessageId } from "../core/types.ts";
import type { Named } from "../node/envelopes.ts";
import type { Ledger, LedgerRecord } from "../node/ledger.ts";
import type { PeerKnowledge } from "./peer_knowledge.ts";

/** Messages that may wait for one peer before it falls back to offers. */
const QUEUE_MAX = 4_096;

/** Messages in one stretch of offers. */
const STRETCH = 1_024;

interface Echo {
  readonly record: LedgerRecord;
  readonly dueMs: number;
}

/** A message to send. */
export interface Sending {
  /** What to send. */
  readonly record: LedgerRecord;
  /** The peer has asked for the value of this 1a: it comes along even if it should be there. */
  readonly withValue: boolean;
  /** Somebody else's, of which the peer has not shown that it has it: it may be on its way. */
  readonly isEcho?: boolean;
}

/** A stretch of the ledger, for the peer to say what it lacks of it. */
export interface Offers {
  /** Those that the peer is not known to have, in ledger order. */
  readonly records: readonly LedgerRecord[];
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
  /** Whether one more message may be looked for in the journal for this peer; counts it if so. */
  readonly mayRead?: () => boolean;
  /** Whether the peer can do something with an own message at once; always, if absent. */
  readonly isPressing?: (record: LedgerRecord) => boolean;
  /** How long an own message waits for company otherwise, in milliseconds. */
  readonly patienceMs?: number;
}

/** What the peer has asked for, as it was asked for. */
interface Asked extends Named {
  /** Only the value is missing. */
  readonly valueOnly: boolean;
}

/** How long what may not be looked for yet waits before it is tried again, in milliseconds. */
const PAUSE_MS = 100;

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
  /** Own messages, sent in this order: when one has to go all do. */
  #own: LedgerRecord[] = [];
  #ownDueMs = Infinity;
  #echoes: Echo[] = [];
  /** Not looked for yet: that is done when there is room to send it. */
  readonly #wanted: Map<MessageId, Asked> = new Map();
  readonly #asked: Map<MessageId, Sending> = new Map();
  readonly #mayRead: () => boolean;
  readonly #isPressing: (record: LedgerRecord) => boolean;
  readonly #patienceMs: number;
  /** Nothing more is looked for before. */
  #pausedUntilMs = 0;

  /** Nothing is sent or offered before {@linkcode Feed.start}. */
  constructor(options: FeedOptions) {
    this.#mayRead = options.mayRead ?? (() => true);
    this.#ledger = options.ledger;
    this.#knowledge = options.knowledge;
    this.#echoDelayMs = options.echoDelayMs;
    this.#isPressing = options.isPressing ?? (() => true);
    this.#patienceMs = options.patienceMs ?? 0;
  }

  /** Begins to offer, at the position up to which the peer has taken in the ledger. */
  start(position: number): void {
    this.#until = this.#ledger.journal.length;
    this.#cursor = Math.min(position, this.#until);
    this.#taken = this.#cursor;
  }

  /** Offers everything again that the peer is not known to have taken in. */
  again(): void {
    if (this.#cursor === undefined) return;
    this.#cursor = this.#ledger.journal.firstPosition;
    this.#taken = this.#cursor;
    this.#until = this.#ledger.journal.length;
    this.#own = [];
    this.#ownDueMs = Infinity;
    this.#echoes = [];
    this.#knowledge.forgetSent();
  }

  /** Whether all that is offered only has been offered and taken. */
  get isCaughtUp(): boolean {
    return this.#cursor !== undefined && this.#taken >= this.#until;
  }

  /** Takes in a message just added to the ledger. */
  appended(record: LedgerRecord, nowMs: number): void {
    if (this.#wanted.has(record.id)) this.#pausedUntilMs = 0;
    if (this.#cursor === undefined || record.position < this.#until) return;
    if (this.#knowledge.has(record.id)) return;
    if (record.own) {
      this.#own.push(record);
      const dueMs = this.#isPressing(record) ? 0 : nowMs + this.#patienceMs;
      this.#ownDueMs = Math.min(this.#ownDueMs, dueMs);
    } else this.#echoes.push({ record, dueMs: nowMs + this.#echoDelayMs });
    if (this.#own.length + this.#echoes.length > QUEUE_MAX) this.#fallBack();
  }

  /**
   * The next stretch to offer; undefined while the one before is not taken, and when there is none.
   */
  nextOffers(): Offers | undefined {
    const cursor = this.#cursor;
    if (cursor === undefined || cursor >= this.#until || this.#taken < cursor) return undefined;
    const records = this.#ledger.from(cursor, STRETCH)
      .filter(({ position }) => position < this.#until);
    // Positions whose messages are forgotten are passed over.
    this.#cursor = records.length < STRETCH ? this.#until : records.at(-1)!.position + 1;
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
   * offered: of that the peer asks for what it lacks, and may get it from somebody else. Costs
   * nothing before there is room to send it, and no more for being asked again before.
   */
  ask(named: Named): void {
    this.#want({ ...named, valueOnly: false });
  }

  /** The peer lacks the value of this 1a. */
  askValue(named: Named): void {
    this.#want({ ...named, valueOnly: true });
  }

  /** There is an envelope anyway: own messages need not wait for another. */
  goAlong(): void {
    if (this.#own.length > 0) this.#ownDueMs = 0;
  }

  /** Takes out the next message to send now. Undefined if there is none. The caller marks it as sent. */
  next(nowMs: number): Sending | undefined {
    this.#lookUp(nowMs);
    if (this.#asked.size > 0) this.goAlong();
    for (const [id, asked] of this.#asked) {
      this.#asked.delete(id);
      return asked;
    }
    for (let record = this.#take(nowMs); record !== undefined; record = this.#take(nowMs)) {
      if (this.#knowledge.has(record.id)) continue;
      return { record, withValue: false, isEcho: !record.own };
    }
    return undefined;
  }

  /** When there is something to send or offer: 0 for now, undefined if nothing is. */
  dueMs(): number | undefined {
    const offers = this.#cursor !== undefined && this.#cursor < this.#until &&
      this.#taken >= this.#cursor;
    if (offers || this.#asked.size > 0) return 0;
    if (this.#wanted.size > 0) return Math.min(this.#pausedUntilMs, this.#ownDueMs);
    while (this.#echoes.length > 0 && this.#knowledge.has(this.#echoes[0]!.record.id)) {
      this.#echoes.shift();
    }
    const dueMs = Math.min(this.#ownDueMs, this.#echoDueMs() ?? Infinity);
    return dueMs === Infinity ? undefined : dueMs;
  }

  #want(asked: Asked): void {
    const isKnown = this.#wanted.has(asked.id) || this.#asked.has(asked.id);
    if (isKnown ? asked.valueOnly : this.#wanted.size + this.#asked.size < QUEUE_MAX) {
      this.#wanted.set(asked.id, asked);
    }
  }

  /** Finds the first thing wanted that is there. */
  #lookUp(nowMs: number): void {
    if (this.#pausedUntilMs > nowMs) return;
    for (const [id, asked] of this.#wanted) {
      if (this.#asked.size > 0) return;
      if (this.#ledger.recent(id) === undefined && !this.#mayRead()) {
        this.#pausedUntilMs = nowMs + PAUSE_MS;
        return;
      }
      const record = this.#ledger.get(asked.instance, id);
      if (record !== undefined && !this.#ledger.isKept(record)) continue;
      this.#wanted.delete(id);
      if (record === undefined) continue;
      if (asked.valueOnly) this.#asked.set(id, { record, withValue: true });
      else this.#gather(record);
    }
    // What is left waits to be kept, which is told.
    if (this.#wanted.size > 0 && this.#asked.size === 0) this.#pausedUntilMs = nowMs + PAUSE_MS;
  }

  /** A message, after what it refers to and the peer may lack. */
  #gather(wanted: LedgerRecord): void {
    const records = new Map<MessageId, LedgerRecord>();
    const stack = [wanted];
    for (let record = stack.pop(); record !== undefined; record = stack.pop()) {
      if (records.has(record.id)) continue;
      if (records.size >= QUEUE_MAX) break;
      const isOffered = record.position < this.#until;
      if (!isOffered || record === wanted) records.set(record.id, record);
      if (isOffered) continue;
      for (const ref of record.refs) {
        if (this.#knowledge.has(ref) || records.has(ref)) continue;
        const next = this.#ledger.recent(ref) ??
          (this.#mayRead() ? this.#ledger.get(record.instance, ref) : undefined);
        if (next !== undefined) stack.push(next);
      }
    }
    const inOrder = [...records.values()].sort((a, b) => a.position - b.position);
    for (const record of inOrder) {
      this.#asked.set(record.id, { record, withValue: false });
      if (this.#wanted.get(record.id)?.valueOnly === false) this.#wanted.delete(record.id);
    }
  }

  #take(nowMs: number): LedgerRecord | undefined {
    if (this.#ownDueMs <= nowMs) {
      const record = this.#own.shift();
      if (this.#own.length === 0) this.#ownDueMs = Infinity;
      return record;
    }
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
    const queued = [this.#own[0], this.#echoes[0]?.record]
      .flatMap((record) => record === undefined ? [] : [record.position]);
    this.#cursor = Math.min(this.#cursor!, ...queued);
    this.#taken = Math.min(this.#taken, this.#cursor);
    this.#until = this.#ledger.journal.length;
    this.#own = [];
    this.#ownDueMs = Infinity;
    this.#echoes = [];
  }
}
