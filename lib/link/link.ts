/**
 * One conversation with one peer, over one stream: Hello, a summary of what each has, then messages,
 * haves, wants and pings (docs/WIRE.md). A state machine: envelopes and time in, envelopes out, all
 * of it synchronous; it knows nothing of streams.
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
import { toHex } from "../wire/hex.ts";
import { Alarm } from "./alarm.ts";
import { Composer } from "./composer.ts";
import { decodeNamed, IDS_MAX, type Named } from "../node/envelopes.ts";
import { Feed } from "./feed.ts";
import { Haves } from "./haves.ts";
import type { Request, Supplier } from "../node/lack.ts";
import { Offered } from "./offered.ts";
import type { LedgerRecord } from "../node/ledger.ts";
import { LinkLog } from "./link_log.ts";
import type { Node } from "../node/node.ts";
import { PeerKnowledge } from "./peer_knowledge.ts";
import { patienceWith } from "./pressing.ts";
import { SilenceWatch } from "./silence.ts";

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
  /** Bytes that have come from the peer in all, if that is known. */
  receivedBytes?(): number;
  /** Judges the peer's Hello: undefined, or why we do not talk to it. */
  admit(link: Link, hello: Hello): Pick<LinkEnd, "reason" | "detail"> | undefined;
  /** Everything that the peer had when the link came up is here. */
  onCaughtUp(link: Link): void;
  /** It is over. Called once; {@linkcode Link.next} may still have a goodbye. */
  onEnded(link: Link, end: LinkEnd): void;
}

/** A conversation. */
export class Link implements Supplier {
  readonly options: LinkOptions;
  /**
   * Called when {@linkcode Link.next} may have something to say that it had not before; replaced by
   * whoever carries envelopes to the peer.
   */
  onReady: () => void = () => {};
  /** What it says and hears of the log. */
  readonly log: LinkLog;
  readonly #node: Node;
  readonly #knowledge: PeerKnowledge;
  readonly #feed: Feed;
  readonly #haves: Haves;
  readonly #offered: Offered;
  readonly #composer: Composer;
  readonly #silence: SilenceWatch;
  readonly #alarm: Alarm;
  #theirs: Hello | undefined;
  #end: LinkEnd | undefined;
  #saidHello = false;
  #saidGoodbye = false;
  /** Whether all that the peer has offered is here. */
  #hasAll = true;

  constructor(options: LinkOptions) {
    const { node } = options;
    const { ledger, options: { clock, configuration: { network } } } = node;
    this.options = options;
    this.#node = node;
    const mayRead = () => node.lookups.take(this.peer, this.#nowMs());
    const knowledge = new PeerKnowledge(ledger, mayRead);
    this.#knowledge = knowledge;
    const patience = patienceWith(this, ledger, network);
    this.#feed = new Feed({ ledger, knowledge, mayRead, ...patience });
    this.#haves = new Haves(network.echoDelayMs / 4);
    this.#alarm = new Alarm(clock, () => this.onReady());
    const lacking = (named: readonly Named[], position: number) =>
      node.fetcher.offered(this, named, position);
    this.#offered = new Offered({ ledger, clock, mayRead, lacking });
    this.#composer = new Composer({ ledger, knowledge, feed: this.#feed, haves: this.#haves });
    this.log = new LinkLog(this, this.#composer, this.#feed);
    this.#silence = new SilenceWatch({
      clock,
      pingIntervalMs: network.pingIntervalMs,
      pingTimeoutMs: network.pingTimeoutMs,
      ...options.receivedBytes && { receivedBytes: options.receivedBytes },
      ping: () => void this.#sayPing(),
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

  /** How it ended; undefined while it goes on. */
  get end(): LinkEnd | undefined {
    return this.#end;
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
    for (const named of decodeNamed(envelope.have)) this.#knowledge.mark(named);
    if (envelope.log && !this.log.hear(envelope.log)) return this.#violation("news of no log");
    this.#takeOffers(envelope);
    for (const message of envelope.messages) {
      if (this.#end !== undefined) break;
      const taken = this.#node.take(message, this.peer);
      if (isRejection(taken)) this.refused(taken);
      else {
        this.#knowledge.mark({ instance: message.instance, id: taken });
        this.#haves.sentByPeer(taken);
      }
    }
    for (const named of decodeNamed(envelope.want)) this.#feed.ask(named);
    for (const named of decodeNamed(envelope.wantValues)) this.#feed.askValue(named);
    this.#feed.tookIn(Number(envelope.taken), this.#nowMs());
    if (envelope.ping !== 0n) this.#composer.pong(envelope.ping);
    this.#silence.answered(envelope.pong);
    this.#node.settled();
    if (envelope.caughtUp) this.options.onCaughtUp(this);
    const { goodbye } = envelope;
    if (goodbye === undefined) return this.onReady();
    this.#finish({ reason: goodbye.reason, detail: goodbye.detail.slice(0, 200), byPeer: true });
  }

  /** Asks for messages that the peer has offered. */
  fetch(named: readonly Named[]): void {
    if (this.isUp) this.#composer.fetch(named);
    this.onReady();
  }

  /** What is not here has to be offered again after the next start: no progress is kept beyond it. */
  tookIn(position: number, isAllHere: boolean): void {
    if (!this.isUp) return;
    this.#composer.tookIn(position);
    this.#hasAll &&= isAllHere;
    const progress = { peer: this.peer, epoch: toHex(this.#theirs!.logEpoch), position };
    if (progress.epoch !== "" && this.#hasAll) this.#node.ledger.setProgress(progress);
    this.#node.settled();
    this.onReady();
  }

  /** Takes in what was just added to the ledger. */
  appended(records: readonly LedgerRecord[]): void {
    if (!this.isUp) return;
    const nowMs = this.#nowMs();
    for (const record of records) {
      this.#knowledge.appended(record);
      this.#feed.appended(record, nowMs);
      this.#haves.appended(record, nowMs);
    }
    this.onReady();
  }

  /** Asks the peer for something that it should have. */
  want(request: Request): void {
    if (!this.isUp) return;
    this.#composer.want(request);
    this.onReady();
  }

  /** Asks for an answer, and tells whether it came in time; no if the link ends before. */
  probe(timeoutMs: number, tell: (answers: boolean) => void): void {
    this.#silence.answeredWithin(this.#sayPing(), timeoutMs, tell);
  }

  /** Something that the peer has sent is refused. */
  refused(rejection: Rejection): void {
    if (this.#end !== undefined) return;
    if (this.#node.blame.tolerates(this.peer, rejection, this.#nowMs())) return;
    this.close(Reason.LIMIT, `too many refused messages, the last: ${rejection.detail}`);
  }

  /** Says goodbye and ends. */
  close(reason: Reason, detail: string): void {
    this.#finish({ reason, detail, byPeer: false });
  }

  /** Notes that the stream broke. */
  broken(detail: string): void {
    this.#finish({ reason: Reason.UNSPECIFIED, detail, byPeer: true });
  }

  /**
   * What is to be sent to the peer now; undefined if nothing is, until {@linkcode Link.onReady} is
   * called. After the end it gives the goodbye, if there is one, and nothing any more.
   */
  next(): Envelope | undefined {
    if (this.#end !== undefined) return this.#goodbye(this.#end);
    if (!this.#saidHello) {
      this.#saidHello = true;
      return create(EnvelopeSchema, { hello: this.options.hello });
    }
    if (this.#theirs === undefined) return undefined;
    const envelope = this.#composer.next(this.#nowMs());
    if (envelope === undefined) this.#alarm.set(this.#composer.dueMs());
    return envelope;
  }

  #nowMs = (): number => this.#node.options.clock.elapsedMs();

  #greet(hello: Hello | undefined): boolean {
    if (hello === undefined) {
      this.#violation("no Hello");
      return false;
    }
    this.#theirs = hello;
    const refusal = this.#judgePast() ?? this.options.admit(this, hello);
    if (refusal === undefined) {
      const { resumeEpoch, resumePosition } = hello;
      this.#feed.start(this.#node.ledger.resumeAt(toHex(resumeEpoch), resumePosition));
      this.log.greet(hello.floor);
      return true;
    }
    this.close(refusal.reason, refusal.detail);
    return false;
  }

  /** Who was cut off for its faults is not talked to before some of them are forgiven. */
  #judgePast(): Pick<LinkEnd, "reason" | "detail"> | undefined {
    if (this.#node.blame.forgives(this.peer, this.#nowMs())) return undefined;
    return { reason: Reason.LIMIT, detail: "too many refused messages, not long ago" };
  }

  #goodbye({ reason, detail, byPeer }: LinkEnd): Envelope | undefined {
    if (byPeer || this.#saidGoodbye) return undefined;
    this.#saidGoodbye = true;
    const hello = this.#saidHello ? undefined : this.options.hello;
    return create(EnvelopeSchema, { hello, goodbye: { reason, detail } });
  }

  #takeOffers({ offers, offered }: Envelope): void {
    if (offered === 0n) return;
    const named = decodeNamed(offers, IDS_MAX + 1);
    if (named.length > IDS_MAX || offered > Number.MAX_SAFE_INTEGER) {
      return this.#violation("too many offers");
    }
    for (const each of named) this.#knowledge.mark(each);
    this.#offered.take(named, Number(offered));
  }

  #sayPing(): bigint {
    const ping = this.#composer.ping();
    this.onReady();
    return ping;
  }

  #violation(detail: string): void {
    this.#node.refuse({ rejected: "PROTOCOL_VIOLATION", detail }, this.peer);
    this.close(Reason.PROTOCOL_ERROR, detail);
  }

  #finish(end: LinkEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#alarm.stop();
    this.#offered.close();
    this.#node.fetcher.lost(this);
    this.#silence.stop();
    this.options.onEnded(this, end);
    this.onReady();
  }
}
