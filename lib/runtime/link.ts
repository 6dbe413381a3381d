/**
 * One conversation with one peer, over one stream: Hello, a summary of what each has, then messages,
 * haves, wants and pings (docs/WIRE.md). Knows nothing of sockets: envelopes in, envelopes out.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { isRejection, type Rejection } from "../core/rejection.ts";
import {
  type Envelope,
  EnvelopeSchema,
  Goodbye_Reason as Reason,
  type Hello,
} from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { Blame } from "./blame.ts";
import type { Cancel } from "./clock.ts";
import { decodeIds, encodeIds, encodeRecord, type Named } from "./envelopes.ts";
import { Feed } from "./feed.ts";
import { Haves } from "./haves.ts";
import type { LogRecord } from "./message_log.ts";
import type { Node } from "./node.ts";
import { PeerKnowledge } from "./peer_knowledge.ts";
import { Rates } from "./rates.ts";
import { SilenceWatch } from "./silence.ts";
import type { Request } from "./wants.ts";

/** Why a link ended. */
export interface LinkEnd {
  readonly reason: Reason;
  readonly detail: string;
  /** Whether the peer ended it, rather than we. */
  readonly byPeer: boolean;
}

/** What a link needs to know. */
export interface LinkOptions {
  readonly node: Node;
  /** Name of the identity that the peer has proved to be; empty without TLS. */
  readonly peer: string;
  /** Whether we dialed. */
  readonly dialed: boolean;
  /** What we say first. */
  readonly hello: Hello;
  /** Judges the peer's Hello: undefined, or why we do not talk to it. */
  admit(link: Link, hello: Hello): Pick<LinkEnd, "reason" | "detail"> | undefined;
}

/** Messages in one envelope, at most; it is closed when it exceeds so many bytes. */
const BATCH_MAX = 512;
const BATCH_BYTES = 256 * 1024;
/** Ids of one kind in one envelope, at most. */
const IDS_MAX = 4_096;
/** Pings that wait for their answer to be sent, at most. */
const PONGS_MAX = 16;
/** A conversation. */
export class Link {
  readonly options: LinkOptions;
  /** Settles when it is over. */
  readonly ended: Promise<LinkEnd>;
  readonly #node: Node;
  readonly #settle: (end: LinkEnd) => void;
  readonly #knowledge: PeerKnowledge;
  readonly #feed: Feed;
  readonly #haves: Haves;
  readonly #proposals: Rates<bigint>;
  readonly #blame: Blame;
  readonly #silence: SilenceWatch;
  #theirs: Hello | undefined;
  #end: LinkEnd | undefined;
  #saidHello = false;
  /** What we have, as far as the peer has not been told. */
  #summary: Named[] | undefined;
  #wants: Request[] = [];
  #pongs: bigint[] = [];
  #ping = false;
  #wake: () => void = () => {};
  #cancelWake: Cancel = () => {};

  constructor(options: LinkOptions) {
    const { node } = options;
    const { limits, network } = node.options.configuration;
    this.options = options;
    this.#node = node;
    const { promise, resolve } = Promise.withResolvers<LinkEnd>();
    this.ended = promise;
    this.#settle = resolve;
    this.#knowledge = new PeerKnowledge(node.log);
    const { echoDelayMs } = network;
    this.#feed = new Feed({ log: node.log, knowledge: this.#knowledge, echoDelayMs });
    this.#haves = new Haves(this.#knowledge, echoDelayMs / 4);
    this.#proposals = new Rates(limits.proposalsPerSecondMax);
    this.#blame = new Blame(limits.rejectionsPerMinuteMax);
    this.#silence = new SilenceWatch({
      clock: node.options.clock,
      pingIntervalMs: network.pingIntervalMs,
      pingTimeoutMs: network.pingTimeoutMs,
      ping: () => this.#sayPing(),
      lost: (silentMs) => this.broken(`silent for ${Math.round(silentMs)} ms`),
    });
  }

  /** What the peer said it is; undefined before it did. */
  get theirHello(): Hello | undefined {
    return this.#theirs;
  }

  /** Name of the identity that the peer has proved to be; without TLS, that it says it is. */
  get peer(): string {
    return this.options.peer === "" ? this.#theirs?.name ?? "" : this.options.peer;
  }

  /** Whether both sides have agreed to talk, and still do. */
  get isUp(): boolean {
    return this.#theirs !== undefined && this.#end === undefined;
  }

  /** Takes one envelope from the peer. */
  receive(envelope: Envelope): void {
    if (this.#end !== undefined) return;
    this.#silence.heard();
    if (this.#theirs !== undefined && envelope.hello !== undefined) {
      return this.#violation("a second Hello");
    }
    if (this.#theirs === undefined && !this.#greet(envelope.hello)) return;
    for (const id of decodeIds(envelope.have)) this.#knowledge.mark(id);
    for (const message of envelope.messages) {
      if (this.#end !== undefined) break;
      const taken = this.#node.take(message, this.peer, this.#mayPropose);
      if (isRejection(taken)) this.#refused(taken);
      else this.#knowledge.mark(taken);
    }
    for (const id of decodeIds(envelope.want).slice(0, IDS_MAX)) this.#feed.ask(id);
    for (const id of decodeIds(envelope.wantValues).slice(0, IDS_MAX)) this.#feed.askValue(id);
    if (envelope.summaryComplete) this.#feed.start();
    if (envelope.ping !== 0n && this.#pongs.length < PONGS_MAX) this.#pongs.push(envelope.ping);
    this.#node.flush();
    const { goodbye } = envelope;
    if (goodbye === undefined) return this.#wake();
    this.#finish({ reason: goodbye.reason, detail: goodbye.detail.slice(0, 200), byPeer: true });
  }

  /** Takes in what was just added to the log. */
  appended(records: readonly LogRecord[]): void {
    if (!this.isUp) return;
    const nowMs = this.#nowMs();
    for (const record of records) {
      const has = this.#knowledge.hasAppended(record);
      this.#feed.appended(record, nowMs);
      if (!has || record.own) this.#haves.appended(record, nowMs);
    }
    this.#wake();
  }

  /** Asks the peer for something that it should have. */
  want(request: Request): void {
    if (!this.isUp || this.#wants.length >= IDS_MAX) return;
    this.#wants.push(request);
    this.#wake();
  }

  /** Asks for a sign of life; settles whether one came in time. */
  probe(timeoutMs: number): Promise<boolean> {
    this.#sayPing();
    return this.#silence.heardWithin(timeoutMs, this.ended);
  }

  /** Says goodbye and ends. */
  close(reason: Reason, detail: string): void {
    this.#finish({ reason, detail, byPeer: false });
  }

  /** Notes that the stream broke. */
  broken(detail: string): void {
    this.#finish({ reason: Reason.UNSPECIFIED, detail, byPeer: true });
  }

  /** What is sent to the peer, until the link ends. For one consumer. */
  async *outgoing(): AsyncGenerator<Envelope> {
    try {
      for (;;) {
        const woken = new Promise<void>((resolve) => this.#wake = resolve);
        const envelope = this.#next();
        if (envelope !== undefined) yield envelope;
        else if (this.#end !== undefined) break;
        else await woken;
      }
      const { reason, detail, byPeer } = this.#end;
      const hello = this.#saidHello ? undefined : this.options.hello;
      if (!byPeer) yield create(EnvelopeSchema, { hello, goodbye: { reason, detail } });
    } finally {
      this.broken("the stream ended");
    }
  }

  readonly #mayPropose = (instance: bigint): boolean =>
    this.#proposals.take(instance, this.#nowMs());

  #nowMs(): number {
    return this.#node.options.clock.elapsedMs();
  }

  #greet(hello: Hello | undefined): boolean {
    if (hello === undefined) {
      this.#violation("no Hello");
      return false;
    }
    this.#theirs = hello;
    const refusal = this.options.admit(this, hello);
    if (refusal === undefined) {
      this.#summary = this.#node.instances.summary();
      return true;
    }
    this.close(refusal.reason, refusal.detail);
    return false;
  }

  /** The next envelope, if there is anything to say now; else arranges to be woken when there is. */
  #next(): Envelope | undefined {
    if (this.#end !== undefined) return undefined;
    if (!this.#saidHello) {
      this.#saidHello = true;
      return create(EnvelopeSchema, { hello: this.options.hello });
    }
    if (this.#theirs === undefined) return undefined;
    const envelope = create(EnvelopeSchema, {
      ping: this.#ping ? 1n : 0n,
      pong: this.#pongs.shift() ?? 0n,
      have: encodeIds(this.#summary?.splice(0, IDS_MAX) ?? []),
      summaryComplete: this.#summary?.length === 0,
    });
    this.#ping = false;
    if (envelope.summaryComplete) this.#summary = undefined;
    const wants = this.#wants.splice(0, IDS_MAX);
    envelope.want = encodeIds(wants.filter(({ kind }) => kind === "message"));
    envelope.wantValues = encodeIds(wants.filter(({ kind }) => kind === "value"));
    const nowMs = this.#nowMs();
    this.#addMessages(envelope, nowMs);
    envelope.have.push(...encodeIds(this.#haves.due(nowMs)));
    const says = envelope.messages.length + envelope.have.length + wants.length > 0 ||
      envelope.summaryComplete || envelope.ping !== 0n || envelope.pong !== 0n;
    if (says) return envelope;
    this.#scheduleWake();
    return undefined;
  }

  #addMessages(envelope: Envelope, nowMs: number): void {
    let bytes = 0;
    while (envelope.messages.length < BATCH_MAX && bytes < BATCH_BYTES) {
      const sending = this.#feed.next(nowMs);
      if (sending === undefined) return;
      const { record, withValue } = sending;
      const hash = record.valueHash;
      const value = hash !== undefined && (withValue || !this.#knowledge.hasValue(hash))
        ? this.#node.values.get(hash)
        : undefined;
      this.#knowledge.markSent(record);
      envelope.messages.push(encodeRecord(record, value));
      bytes += 160 + 34 * record.refs.length + (value?.length ?? 0);
    }
  }

  #scheduleWake(): void {
    this.#cancelWake();
    const dues = [this.#feed.dueMs(), this.#haves.dueMs].filter((due) => due !== undefined);
    if (dues.length === 0) return;
    const delayMs = Math.min(...dues) - this.#nowMs();
    this.#cancelWake = this.#node.options.clock.after(delayMs, () => this.#wake());
  }

  #sayPing(): void {
    this.#ping = true;
    this.#wake();
  }

  #refused(rejection: Rejection): void {
    if (this.#blame.tolerates(rejection, this.#nowMs())) return;
    this.close(Reason.LIMIT, `too many refused messages, the last: ${rejection.detail}`);
  }

  #violation(detail: string): void {
    this.#node.refuse({ rejected: "PROTOCOL_VIOLATION", detail });
    this.close(Reason.PROTOCOL_ERROR, detail);
  }

  #finish(end: LinkEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#cancelWake();
    this.#silence.stop();
    this.#settle(end);
    this.#wake();
  }
}
