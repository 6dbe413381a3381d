/**
 * What is to be said to one peer, envelope by envelope.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { type Envelope, EnvelopeSchema } from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { encodeIds, encodeRecord, IDS_MAX, type Named } from "../node/envelopes.ts";
import type { Feed } from "./feed.ts";
import type { Haves } from "./haves.ts";
import type { Ledger } from "../node/ledger.ts";
import type { PeerKnowledge } from "./peer_knowledge.ts";
import type { Request } from "../node/lack.ts";
import type { LogSaying } from "../node/log/log_saying.ts";
import { LogQueue } from "./log_queue.ts";

/** Offered messages that may wait to be asked for, at most: a stretch each of many peers. */
const FETCHES_MAX = 16 * IDS_MAX;

/** Messages in one envelope, at most, and the bytes above which it is closed. */
const BATCH_MAX = 512;
const BATCH_BYTES = 256 * 1024;

/**
 * A longer value is not echoed, in bytes: over a long distance it is on its way from its proposer for
 * longer than an echo waits. Whoever lacks it asks.
 */
const ECHO_VALUE_BYTES_MAX = 4_096;

/** Pings that wait for their answer to be sent, at most. */
const PONGS_MAX = 16;

/** Where a {@linkcode Composer} finds what there is to say. */
export interface ComposerOptions {
  /** For values. */
  readonly ledger: Ledger;
  /** What the peer need not be told. */
  readonly knowledge: PeerKnowledge;
  /** Messages and offers. */
  readonly feed: Feed;
  /** What we have got from others. */
  readonly haves: Haves;
}

/** Makes the envelopes of one link. */
export class Composer {
  readonly #options: ComposerOptions;
  #wants: Request[] = [];
  #fetches: Named[] = [];
  #pongs: bigint[] = [];
  #ping = false;
  /** Pings said so far: their numbers. */
  #pings = 0n;
  /** The position up to which what the peer offered is here, as far as it has not been told. */
  #taken = 0;
  #saidCaughtUp = false;
  readonly #news = new LogQueue();
  #hasGreeted = true;

  /** Nothing to say yet but what the feed has. */
  constructor(options: ComposerOptions) {
    this.#options = options;
  }

  /** Says nothing of being caught up before the log has been told of. */
  holdGreeting(): void {
    this.#hasGreeted = false;
  }

  /** The log has been told of. */
  greeted(): void {
    this.#hasGreeted = true;
  }

  /** Says something about the log. */
  say(saying: LogSaying): void {
    this.#news.add(saying);
  }

  /** Asks for something that the peer should have. */
  want(request: Request): void {
    if (this.#wants.length < IDS_MAX) this.#wants.push(request);
  }

  /** Asks for messages that the peer has offered. */
  fetch(named: readonly Named[]): void {
    this.#fetches.push(...named.slice(0, FETCHES_MAX - this.#fetches.length));
  }

  /** Everything that the peer offered below a position is here. */
  tookIn(position: number): void {
    this.#taken = position;
  }

  /** Asks for a sign of life. Returns the number that the answer will have. */
  ping(): bigint {
    this.#ping = true;
    return this.#pings + 1n;
  }

  /** Answers a ping. */
  pong(ping: bigint): void {
    if (this.#pongs.length < PONGS_MAX) this.#pongs.push(ping);
  }

  /** The next envelope, if there is anything to say now. */
  next(nowMs: number): Envelope | undefined {
    // Asked after each envelope that comes: most times there is nothing.
    if (!this.#hasAnything(nowMs)) return undefined;
    const log = this.#news.next();
    if (log !== undefined) return create(EnvelopeSchema, { log });
    this.#options.feed.goAlong();
    const wants = this.#wants.splice(0, IDS_MAX);
    const named = wants.filter(({ kind }) => kind === "message");
    const envelope = create(EnvelopeSchema, {
      ping: this.#ping ? ++this.#pings : 0n,
      pong: this.#pongs.shift() ?? 0n,
      taken: BigInt(this.#taken),
      want: encodeIds([...this.#fetches.splice(0, IDS_MAX), ...named]),
      wantValues: encodeIds(wants.filter(({ kind }) => kind === "value")),
    });
    this.#ping = false;
    this.#taken = 0;
    this.#addMessages(envelope, nowMs);
    this.#addOffers(envelope);
    const isSaid = saysAnything(envelope);
    const have = this.#options.haves.take(nowMs, isSaid);
    if (have.length > 0) envelope.have = encodeIds(have);
    return isSaid || have.length > 0 ? envelope : undefined;
  }

  /** When there will be something to say, if nothing else happens: undefined if never. */
  dueMs(): number | undefined {
    const dues = [this.#options.feed.dueMs(), this.#options.haves.dueMs]
      .filter((due) => due !== undefined);
    return dues.length === 0 ? undefined : Math.min(...dues);
  }

  #hasAnything(nowMs: number): boolean {
    return this.#ping || this.#taken !== 0 || this.#news.hasAny ||
      this.#pongs.length + this.#wants.length + this.#fetches.length > 0 ||
      (this.dueMs() ?? Infinity) <= nowMs ||
      (!this.#saidCaughtUp && this.#hasGreeted && this.#options.feed.isCaughtUp);
  }

  #addOffers(envelope: Envelope): void {
    const offers = this.#options.feed.nextOffers();
    if (offers !== undefined) {
      envelope.offers = encodeIds(offers.records);
      envelope.offered = BigInt(offers.position);
    }
    if (this.#saidCaughtUp || !this.#hasGreeted || !this.#options.feed.isCaughtUp) return;
    this.#saidCaughtUp = true;
    envelope.caughtUp = true;
  }

  #addMessages(envelope: Envelope, nowMs: number): void {
    const { ledger, knowledge } = this.#options;
    let bytes = 0;
    while (envelope.messages.length < BATCH_MAX && bytes < BATCH_BYTES) {
      const sending = this.#options.feed.next(nowMs);
      if (sending === undefined) return;
      const { record, withValue, isEcho = false } = sending;
      ledger.assertKept(record);
      const hash = record.valueHash;
      const found = hash !== undefined && (withValue || !knowledge.hasValue(hash))
        ? ledger.value(hash)
        : undefined;
      const isLeftOut = isEcho && found !== undefined && found.length > ECHO_VALUE_BYTES_MAX;
      const value = isLeftOut ? undefined : found;
      if (isLeftOut) knowledge.markOffered(record.id);
      else knowledge.markSent(record);
      envelope.messages.push(
        value === undefined ? ledger.encoded(record) : encodeRecord(record, value),
      );
      bytes += 160 + 34 * record.refs.length + (value?.length ?? 0);
    }
  }
}

function saysAnything(envelope: Envelope): boolean {
  const { messages, want, wantValues } = envelope;
  return messages.length + want.length + wantValues.length > 0 ||
    envelope.caughtUp || envelope.offered !== 0n || envelope.taken !== 0n ||
    envelope.ping !== 0n || envelope.pong !== 0n;
}
