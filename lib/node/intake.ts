/**
 * What peers have offered and this process lacks: fetched from one of them at a time.
 *
 * @module
 */

import type { RejectionCode } from "../core/rejection.ts";
import type { MessageId } from "../core/types.ts";
import { BoundedCache } from "./bounded_cache.ts";
import type { Cancel, Clock } from "./clock.ts";
import type { Named } from "./envelopes.ts";
import { broken } from "./invariant.ts";

/** A peer that offers, seen from here: a link. */
export interface Supplier {
  /** Name of the identity that it has proved to be. */
  readonly peer: string;
  /** Asks it for messages that it has offered. */
  fetch(named: readonly Named[]): void;
  /**
   * Everything offered by it below a position has been dealt with.
   *
   * @param isAllHere Whether all of it is here: if not, it has to be offered again some day.
   */
  tookIn(position: number, isAllHere: boolean): void;
}

interface Stretch {
  readonly position: number;
  readonly missing: Set<MessageId>;
  /** When something of it came last, or it was offered. */
  movedMs: number;
  /** Something of it is refused, or has never come. */
  isAllHere: boolean;
  /** Others have been asked for something of it, for this one took too long. */
  isLate: boolean;
}

interface Fetch {
  readonly instance: bigint;
  asked: Supplier;
  /** Those who have been asked and have had their time. */
  readonly tried: Set<Supplier>;
  askedMs: number;
  /** It has come since it was asked for, but could not be taken in: it has to be asked for again. */
  isRefused: boolean;
}

/** A supplier of which nothing has come for so long is passed over if there is another, in ms. */
const PATIENCE_MS = 5_000;

/** And one that has not brought a message for so long, whatever else it brings meanwhile. */
const PATIENCE_MS_MAX = 15_000;

/** For want of room, or of time: it may be welcome in a while. */
const FOR_NOW: ReadonlySet<RejectionCode> = new Set<RejectionCode>([
  ...["FUTURE_FULL", "INBOX_FULL", "RATE_LIMITED", "TOO_MANY_INSTANCES"] as const,
]);

/** For what the id does not cover: from another it may be good. */
const OF_THE_COPY: ReadonlySet<RejectionCode> = new Set<RejectionCode>([
  ...["BAD_SIGNATURE", "VALUE_MISMATCH"] as const,
]);

/** Of so many messages that were refused it is remembered that they were. */
const REFUSED_MAX = 4_096;

/** What an {@linkcode Intake} needs to know. */
export interface IntakeOptions {
  /** For patience. */
  readonly clock: Clock;
  /** Whether a message is in the log. */
  isKnown(named: Named): boolean;
}

/** All fetches of one process. Bounded by one stretch for each supplier. */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #stretches: Map<Supplier, Stretch> = new Map();
  readonly #fetches: Map<MessageId, Fetch> = new Map();
  /** Those who were passed over lately: they are asked only for what nobody else offers. */
  readonly #slow: Set<Supplier> = new Set();
  readonly #refused: BoundedCache<MessageId, true> = new BoundedCache(REFUSED_MAX);
  #cancel: Cancel | undefined;
  #closed = false;

  /** Nothing is fetched at first. */
  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Whether a message is being fetched: then it is welcome from anyone. */
  isFetching(id: MessageId): boolean {
    return this.#fetches.has(id);
  }

  /** Whether a message has been asked for so lately that it may well come. */
  isOnItsWay(id: MessageId): boolean {
    const fetching = this.#fetches.get(id);
    return fetching !== undefined && this.#nowMs - fetching.askedMs < PATIENCE_MS;
  }

  /** By peer: how much of what it has offered is not here yet. */
  get lacking(): ReadonlyMap<string, number> {
    return new Map([...this.#stretches].map(([{ peer }, { missing }]) => [peer, missing.size]));
  }

  /** Takes in a stretch of offers: fetches what is neither here nor being fetched from others. */
  offered(supplier: Supplier, named: readonly Named[], position: number): void {
    // Whoever does not wait until a stretch is taken loses it.
    if (this.#stretches.has(supplier)) this.#forget(supplier);
    const lacking = named.filter((each) => !this.#options.isKnown(each));
    const missing = new Set(lacking.map(({ id }) => id));
    const movedMs = this.#nowMs;
    const stretch = { position, missing, movedMs, isAllHere: true, isLate: false };
    this.#stretches.set(supplier, stretch);
    const wanted = lacking.filter(({ id, instance }) => this.#mayAsk(supplier, instance, id));
    if (wanted.length > 0) supplier.fetch(wanted);
    this.#finish(supplier);
    this.#watch();
  }

  /** A message is in the log now, whoever supplied it. */
  arrived(id: MessageId): void {
    this.#dealtWith(id, true);
  }

  /**
   * A message has come, and was refused. What will be refused again, whoever sends it, has been dealt
   * with; what is wrong with one copy only has been for the one who has sent it.
   *
   * @param peer Who has sent it.
   */
  refused(id: MessageId, code: RejectionCode, peer: string): void {
    const fetching = this.#fetches.get(id);
    if (fetching === undefined) return;
    if (FOR_NOW.has(code)) fetching.isRefused = true;
    else if (!OF_THE_COPY.has(code)) {
      this.#refused.set(id, true, 1);
      this.#dealtWith(id, false);
    } else {
      for (const [supplier, { missing }] of this.#stretches) {
        if (supplier.peer === peer && missing.has(id)) this.#countOut(supplier, [id]);
      }
    }
  }

  /** Whether a message was offered and refused, so that what refers to it cannot come in either. */
  hasRefused(id: MessageId): boolean {
    return this.#refused.get(id) ?? false;
  }

  /** A message has come, and cannot come in, because something it refers to has been refused. */
  hopeless(id: MessageId): void {
    if (!this.#fetches.has(id)) return;
    this.#refused.set(id, true, 1);
    this.#dealtWith(id, false);
  }

  /** A supplier is gone: what was fetched from it is fetched from others. */
  lost(supplier: Supplier): void {
    this.#slow.delete(supplier);
    this.#forget(supplier);
  }

  /** Fetches nothing any more. */
  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  get #nowMs(): number {
    return this.#options.clock.elapsedMs();
  }

  #dealtWith(id: MessageId, isHere: boolean): void {
    this.#fetches.delete(id);
    const nowMs = this.#nowMs;
    for (const [supplier, stretch] of this.#stretches) {
      if (!stretch.missing.delete(id)) continue;
      stretch.movedMs = nowMs;
      stretch.isAllHere &&= isHere;
      this.#finish(supplier);
    }
  }

  /** Whether a supplier is to be asked for a message: nobody has been, or only one that is slow. */
  #mayAsk(supplier: Supplier, instance: bigint, id: MessageId): boolean {
    const askedMs = this.#nowMs;
    const fetching = this.#fetches.get(id);
    if (fetching === undefined) {
      const tried = new Set<Supplier>();
      this.#fetches.set(id, { instance, asked: supplier, tried, askedMs, isRefused: false });
      return true;
    }
    if (!this.#slow.has(fetching.asked) || this.#slow.has(supplier)) return false;
    fetching.tried.add(fetching.asked);
    fetching.asked = supplier;
    fetching.askedMs = askedMs;
    return true;
  }

  #finish(supplier: Supplier): void {
    const stretch = this.#stretches.get(supplier);
    if (stretch === undefined || stretch.missing.size > 0) return;
    this.#stretches.delete(supplier);
    if (!stretch.isLate) this.#slow.delete(supplier);
    supplier.tookIn(stretch.position, stretch.isAllHere);
  }

  #forget(supplier: Supplier): void {
    const stretch = this.#stretches.get(supplier);
    this.#stretches.delete(supplier);
    this.#abandon(supplier, [...stretch?.missing ?? []]);
  }

  /** From this supplier these are not to be had. */
  #countOut(supplier: Supplier, ids: readonly MessageId[]): void {
    const stretch = this.#stretches.get(supplier)!;
    for (const id of ids) stretch.missing.delete(id);
    if (ids.length > 0) stretch.isAllHere = false;
    this.#abandon(supplier, ids);
    this.#finish(supplier);
  }

  /** A supplier does not offer these any more. */
  #abandon(supplier: Supplier, ids: readonly MessageId[]): void {
    const orphans: MessageId[] = [];
    for (const id of ids) {
      const fetching = this.#fetches.get(id);
      if (fetching === undefined) broken("stretches-are-fetched", `${id} is not`);
      fetching.tried.delete(supplier);
      if (fetching.asked !== supplier) continue;
      fetching.isRefused = true;
      if (this.#suppliersOf(id).length > 0) orphans.push(id);
      else this.#fetches.delete(id);
    }
    this.#passOver(orphans);
  }

  /** Those who offer a message, the slow ones last. */
  #suppliersOf(id: MessageId): Supplier[] {
    const all = [...this.#stretches]
      .flatMap(([supplier, { missing }]) => missing.has(id) ? [supplier] : []);
    const isSlow = (supplier: Supplier) => this.#slow.has(supplier);
    return [...all.filter((supplier) => !isSlow(supplier)), ...all.filter(isSlow)];
  }

  /**
   * Asks the next supplier of each message. When all have had their time, the first is asked again
   * if the message has come since; if not, it is still on its way, or will never come.
   */
  #passOver(ids: readonly MessageId[]): void {
    const bySupplier = new Map<Supplier, Named[]>();
    for (const id of ids) {
      const fetching = this.#fetches.get(id)!;
      fetching.tried.add(fetching.asked);
      const suppliers = this.#suppliersOf(id);
      const next = suppliers.find((supplier) => !fetching.tried.has(supplier)) ?? suppliers[0]!;
      if (fetching.tried.has(next)) {
        if (!fetching.isRefused) continue;
        fetching.tried.clear();
      }
      this.#isLate(fetching.asked, next);
      fetching.asked = next;
      fetching.askedMs = this.#nowMs;
      fetching.isRefused = false;
      const named = bySupplier.get(next);
      if (named === undefined) bySupplier.set(next, [{ instance: fetching.instance, id }]);
      else named.push({ instance: fetching.instance, id });
    }
    for (const [next, named] of bySupplier) next.fetch(named);
  }

  /** Somebody else is asked for what this one was to bring. */
  #isLate(supplier: Supplier, next: Supplier): void {
    const stretch = this.#stretches.get(supplier);
    if (stretch === undefined || next === supplier) return;
    stretch.isLate = true;
    this.#slow.add(supplier);
  }

  #watch(): void {
    if (this.#cancel !== undefined || this.#closed || this.#fetches.size === 0) return;
    this.#cancel = this.#options.clock.after(PATIENCE_MS, () => {
      this.#cancel = undefined;
      const nowMs = this.#nowMs;
      const slow = [...this.#fetches].filter(([, { askedMs, asked }]) => {
        const movedMs = this.#stretches.get(asked)?.movedMs ?? 0;
        return nowMs - askedMs >= PATIENCE_MS_MAX ||
          nowMs - Math.max(askedMs, movedMs) >= PATIENCE_MS;
      });
      this.#passOver(slow.map(([id]) => id));
      this.#watch();
    });
  }
}
