/**
 * What this process lacks, and whom it asks for it. What peers offer is fetched from one of them at a
 * time, at once; what a message refers to is asked for after a while, first of the peer that sent
 * the message. Whoever does not bring what it was asked for has others asked.
 *
 * @module
 */

import type { Source } from "../core/inbox.ts";
import type { Rejection, RejectionCode } from "../core/rejection.ts";
import type { MessageId } from "../core/types.ts";
import type { WireProposal } from "../wire/codec.ts";
import { Again } from "./again.ts";
import { BoundedCache } from "./bounded_cache.ts";
import type { Cancel, Clock } from "./clock.ts";
import type { Named } from "./envelopes.ts";
import { Held, type HeldLimits, type HeldProposal } from "./held.ts";
import { type Lack, type LackKind, newLack, nextRequest, type Request } from "./lack.ts";
import type { Supplier } from "./lack.ts";
import { Offers, PATIENCE_MS } from "./offers.ts";
import { Turns } from "./turns.ts";

export type { Request, Supplier } from "./lack.ts";

/** Longest pause between two requests for what a message refers to, in milliseconds. */
const PAUSE_MS_MAX = 5_000;

/** For want of room, or of time: it may be welcome in a while. */
const FOR_NOW: ReadonlySet<RejectionCode> = new Set<RejectionCode>([
  ...["FUTURE_FULL", "INBOX_FULL", "RATE_LIMITED", "TOO_MANY_INSTANCES"] as const,
]);

/** For what the id does not cover: from another, or later, it may be good. */
const OF_THE_COPY: ReadonlySet<RejectionCode> = new Set<RejectionCode>([
  ...["BAD_SIGNATURE", "VALUE_MISMATCH", "OUTSIDE_WINDOW", "SETTLED"] as const,
]);

/** How many refused messages are remembered as refused. */
const REFUSED_MAX = 4_096;

/** What a {@linkcode Fetcher} needs to know. */
export interface FetcherOptions {
  /** For patience. */
  readonly clock: Clock;
  /** Bounds on what is held here. */
  readonly limits: HeldLimits;
  /** How long to wait for what may be on its way, before asking for what a message refers to. */
  readonly delayMs: number;
  /** Whether a message is in the ledger, or never will be. */
  isKnown(named: Named): boolean;
  /** Whether a message that a peer offers may be taken in later only. */
  isEarly?(named: Named, peer: string): boolean;
  /** Whether something waits for a message, which is not here. */
  isMissing(id: MessageId, instance: bigint): boolean;
  /** Whether a message is here, and waits. */
  isHere(named: Named): boolean;
  /** Whether a 1a that came too fast may go on because something by `source` refers to it. */
  mayRefer(wire: WireProposal, source: Source): boolean;
  /** Asks for what messages refer to. */
  ask(requests: readonly Request[]): void;
}

/**
 * All that one process lacks. Bounded by one stretch for each supplier, and by what may wait in
 * inboxes. What is offered, referred to, refused, or comes costs no more if much is lacking.
 */
export class Fetcher {
  /** 1as that are here and go no further yet. */
  readonly held: Held;
  readonly #options: FetcherOptions;
  readonly #lacks: Map<MessageId, Lack> = new Map();
  readonly #offers: Offers;
  readonly #again: Again;
  /** Those that something refers to: when to ask for them. */
  readonly #turns: Turns<Lack> = new Turns();
  readonly #refused: BoundedCache<MessageId, true> = new BoundedCache(REFUSED_MAX);
  #cancel: Cancel | undefined;
  #closed = false;

  /** Nothing is lacking at first. */
  constructor(options: FetcherOptions) {
    this.#options = options;
    this.held = new Held(options.limits);
    this.#again = new Again(options);
    this.#offers = new Offers(options.clock, (lack) => this.#forgetIfIdle(lack));
  }

  /** Whether a message has been asked for, or something waits for it: it is welcome from anyone. */
  isWanted(id: MessageId, instance: bigint): boolean {
    const lack = this.#lacks.get(id);
    return lack !== undefined && (lack.asked !== undefined || lack.turns > 0) ||
      this.#again.has(id) || this.#options.isMissing(id, instance);
  }

  /** By peer: how much of what it has offered is not here yet. */
  get lacking(): ReadonlyMap<string, number> {
    return this.#offers.lacking;
  }

  /** Takes in a stretch of offers: fetches what is neither here nor being fetched from others. */
  offered(supplier: Supplier, named: readonly Named[], position: number): void {
    // Whoever does not wait until a stretch is taken loses it.
    this.#offers.drop(supplier);
    const { isKnown, isEarly = () => false } = this.#options;
    const missing = named.filter((each) => !isKnown(each));
    const lacks = missing.filter((each) => !isEarly(each, supplier.peer)).map((each) =>
      this.#lackOf(each)
    );
    this.#offers.add(supplier, lacks, position, lacks.length === missing.length);
  }

  /**
   * A message waits for these, which its `source` should have.
   *
   * @returns Those that are here, because they came too fast, and may go on now. The others are
   *   asked for.
   */
  referred(instance: bigint, ids: readonly MessageId[], source: Source): HeldProposal[] {
    const { mayRefer } = this.#options;
    const released: HeldProposal[] = [];
    for (const id of ids) {
      const wire = this.held.takeTooFast(id, (wire) => mayRefer(wire, source));
      if (wire !== undefined) released.push({ id, wire, source });
      else this.#askFor("message", { instance, id }, source);
    }
    return released;
  }

  /** Lets a verified 1a wait for its value, which is asked for; or says why it may not wait. */
  waitForValue(id: MessageId, wire: WireProposal, source: Source): Rejection | undefined {
    const rejection = this.held.waitForValue(id, wire, source, this.#nowMs);
    if (rejection === undefined) this.#askFor("value", { instance: wire.instance, id }, source);
    return rejection;
  }

  /** A message is in the ledger now, whoever supplied it. */
  arrived(id: MessageId): void {
    this.#again.arrived(id);
    const lack = this.#lacks.get(id);
    if (lack === undefined) return;
    this.#endTurns(lack);
    this.#offers.dealtWith(lack, true);
  }

  /**
   * A message has come, and was refused. What will be refused again, whoever sends it, has been dealt
   * with; what is wrong with one copy only has been for the one who has sent it.
   *
   * @param peer Who has sent it.
   */
  refused(id: MessageId, code: RejectionCode, peer: string): void {
    const isForGood = !FOR_NOW.has(code) && !OF_THE_COPY.has(code) && code !== "REFS_TIMEOUT";
    if (isForGood) this.#again.forget(id);
    const lack = this.#lacks.get(id);
    if (lack?.asked === undefined) return;
    if (FOR_NOW.has(code)) lack.isRefused = true;
    else if (OF_THE_COPY.has(code)) this.#offers.spoilt(lack, peer);
    else this.hopeless(id);
  }

  /**
   * An acceptor's message that had come, from these, has had to go; it is asked for again.
   *
   * @param lacking What it refers to and is not in the ledger; empty if that is not known.
   */
  hadToGo(named: Named, sources: readonly Source[], lacking: readonly MessageId[] = []): void {
    const wasAsked = (this.#lacks.get(named.id)?.turns ?? 0) > 0;
    this.#again.remember({ ...named, sources, lacking, wasAsked });
  }

  /** Whether a message was offered and refused, so that what refers to it cannot come in either. */
  hasRefused(id: MessageId): boolean {
    return this.#refused.get(id) ?? false;
  }

  /** A message that is offered can never come in, nor what refers to it. */
  hopeless(id: MessageId): void {
    const lack = this.#lacks.get(id);
    if (lack?.asked === undefined) return;
    this.#refused.set(id, true, 1);
    this.#offers.dealtWith(lack, false);
  }

  /** A supplier is gone: what was fetched from it is fetched from others. */
  lost(supplier: Supplier): void {
    this.#offers.lost(supplier);
  }

  /** Asks for nothing any more. */
  close(): void {
    this.#closed = true;
    this.#cancel?.();
    this.#offers.close();
    this.#again.close();
  }

  get #nowMs(): number {
    return this.#options.clock.elapsedMs();
  }

  #lackOf(named: Named): Lack {
    const known = this.#lacks.get(named.id);
    if (known !== undefined) return known;
    const lack = newLack(named);
    this.#lacks.set(named.id, lack);
    return lack;
  }

  #forgetIfIdle({ id, offerers, referrers }: Lack): void {
    if (offerers.size + referrers.length === 0) this.#lacks.delete(id);
  }

  /** Of a 1a that has come since it was asked for, only the value can be missing. */
  #askFor(kind: LackKind, named: Named, source: Source): void {
    const lack = this.#lackOf(named);
    if (kind === "value") lack.kind = kind;
    if (lack.referrers.length === 0) {
      this.#turns.set(lack, this.#nowMs, this.#options.delayMs);
      this.#watchTurns();
    }
    if (!lack.referrers.includes(source)) lack.referrers.push(source);
  }

  /** Nothing refers to it any more, or it is here. */
  #endTurns(lack: Lack): void {
    this.#turns.delete(lack);
    lack.referrers.length = 0;
    lack.turns = 0;
    lack.kind = "message";
    this.#forgetIfIdle(lack);
  }

  #watchTurns(): void {
    if (this.#cancel !== undefined || this.#turns.size === 0 || this.#closed) return;
    this.#cancel = this.#options.clock.after(this.#options.delayMs, () => {
      this.#cancel = undefined;
      const requests = this.#turns.due(this.#nowMs).flatMap((lack) => this.#takeTurn(lack));
      if (requests.length > 0) this.#options.ask(requests);
      this.#watchTurns();
    });
  }

  /** The request that is due now, if one is. What is not missing any more is forgotten. */
  #takeTurn(lack: Lack): Request[] {
    const { delayMs } = this.#options;
    const nowMs = this.#nowMs;
    if (!this.#isMissing(lack)) {
      this.#endTurns(lack);
      return [];
    }
    // It may well come from the one who offers it.
    const isFetched = lack.asked !== undefined && nowMs - lack.askedMs < PATIENCE_MS;
    if (lack.kind === "message" && isFetched) {
      this.#turns.set(lack, nowMs, delayMs);
      return [];
    }
    const request = nextRequest(lack);
    const pauseMs = Math.min(PAUSE_MS_MAX, delayMs * 2 ** Math.min(lack.turns, 16));
    this.#turns.set(lack, nowMs, pauseMs);
    return [request];
  }

  /** Of a 1a whose value has not come in time, the 1a itself may be missing again. */
  #isMissing(lack: Lack): boolean {
    if (lack.kind === "value") {
      if (this.held.lacksValue(lack.id, this.#nowMs)) return true;
      lack.kind = "message";
    }
    return this.#options.isMissing(lack.id, lack.instance);
  }
}
