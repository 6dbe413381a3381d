/**
 * 1as that have come and go no further yet: for want of their values, so that nobody votes for what
 * may be nowhere to be found, or because there were too many. With the messages that wait in the
 * core for refs and for the clock these are all that wait.
 *
 * @module
 */

import { type Account, credit, debit, newAccount } from "../core/account.ts";
import type { Source } from "../core/inbox.ts";
import { reject, type Rejection } from "../core/rejection.ts";
import type { MessageId, ValueHash } from "../core/types.ts";
import type { WireProposal } from "../wire/codec.ts";

/** 1as held for their rate at most; beyond it the oldest go. */
const COUNT_MAX = 256;
/** Bytes of the values of these at most, but for the last 1a alone. */
const BYTES_MAX = 4 * 1024 * 1024;

/** A 1a that is held. */
export interface HeldProposal {
  /** Of the 1a. */
  readonly id: MessageId;
  /** The 1a as it came. */
  readonly wire: WireProposal;
  /** The peer that sent it first, or, if it came too fast, what refers to it. */
  readonly source: Source;
}

/** A 1a that waits for its value. */
interface Valueless extends HeldProposal {
  readonly untilMs: number;
}

/** Bounds on 1as that wait for values. */
export interface HeldLimits {
  /** How many of one source may wait. */
  readonly futureProposalsMax: number;
  /** How long each may wait. */
  readonly inboxWaitMsMax: number;
}

/** The 1as of one process that are held. Everything costs O(1) for each 1a. */
export class Held {
  readonly #limits: HeldLimits;
  /** In order of arrival, and so of the end of their time. */
  readonly #valueless: Map<MessageId, Valueless> = new Map();
  readonly #byValue: Map<ValueHash, Set<Valueless>> = new Map();
  readonly #waiting: Account = newAccount();
  readonly #tooFast: Map<MessageId, WireProposal> = new Map();
  #bytes = 0;

  /** Nothing is held. */
  constructor(limits: HeldLimits) {
    this.#limits = limits;
  }

  /** Lets a verified 1a wait for its value; at the source's limit it is refused. */
  waitForValue(
    id: MessageId,
    wire: WireProposal,
    source: Source,
    nowMs: number,
  ): Rejection | undefined {
    if (this.#valueless.has(id)) return undefined;
    this.#expire(nowMs);
    const { futureProposalsMax, inboxWaitMsMax } = this.#limits;
    if ((this.#waiting.get(source) ?? 0) >= futureProposalsMax) {
      return reject("FUTURE_FULL", `${futureProposalsMax} 1as wait for their values`);
    }
    const waiting = { id, wire, source, untilMs: nowMs + inboxWaitMsMax };
    this.#valueless.set(id, waiting);
    debit(this.#waiting, source, 1);
    const { valueHash } = wire.ballot;
    const same = this.#byValue.get(valueHash);
    if (same === undefined) this.#byValue.set(valueHash, new Set([waiting]));
    else same.add(waiting);
    return undefined;
  }

  /** Takes out the 1as that wait for this value. */
  withValue(hash: ValueHash): HeldProposal[] {
    const ready = [...this.#byValue.get(hash) ?? []];
    for (const waiting of ready) this.#remove(waiting);
    return ready;
  }

  /** Whether a 1a still waits for its value. */
  lacksValue(id: MessageId, nowMs: number): boolean {
    this.#expire(nowMs);
    return this.#valueless.has(id);
  }

  /** How many are held because they came too fast. */
  get tooFast(): number {
    return this.#tooFast.size;
  }

  /**
   * Holds a 1a, not verified, that came too fast. Most are never missed, but when an acceptor has
   * answered one, its answer comes next, and to ask for the 1a again would cost a round trip for
   * each: a peer that returns after an absence gets thousands.
   */
  putTooFast(id: MessageId, wire: WireProposal): void {
    this.takeTooFast(id);
    this.#tooFast.set(id, wire);
    this.#bytes += sizeOf(wire);
    for (const oldest of this.#tooFast.keys()) {
      if (this.#tooFast.size <= COUNT_MAX && this.#bytes <= BYTES_MAX) break;
      if (oldest !== id) this.takeTooFast(oldest);
    }
  }

  /**
   * Takes out a 1a that came too fast.
   *
   * @param mayGo Whether it may go on now; it stays if not.
   * @returns Undefined if it is not here any more, or stays.
   */
  takeTooFast(
    id: MessageId,
    mayGo: (wire: WireProposal) => boolean = () => true,
  ): WireProposal | undefined {
    const wire = this.#tooFast.get(id);
    if (wire === undefined || !mayGo(wire)) return undefined;
    this.#tooFast.delete(id);
    this.#bytes -= sizeOf(wire);
    return wire;
  }

  /** Those that came first have waited longest. */
  #expire(nowMs: number): void {
    for (const waiting of this.#valueless.values()) {
      if (waiting.untilMs > nowMs) break;
      this.#remove(waiting);
    }
  }

  #remove(waiting: Valueless): void {
    const { id, source, wire: { ballot: { valueHash } } } = waiting;
    this.#valueless.delete(id);
    credit(this.#waiting, source, 1);
    const same = this.#byValue.get(valueHash)!;
    same.delete(waiting);
    if (same.size === 0) this.#byValue.delete(valueHash);
  }
}

function sizeOf({ value }: WireProposal): number {
  return value?.length ?? 0;
}
