/**
 * What peers have offered and this process lacks: fetched from one of them at a time.
 *
 * @module
 */

import type { MessageId } from "../core/types.ts";
import type { Cancel, Clock } from "./clock.ts";
import type { Named } from "./envelopes.ts";

/** A peer that offers, seen from here: a link. */
export interface Supplier {
  /** Asks it for messages that it has offered. */
  fetch(named: readonly Named[]): void;
  /** Everything offered by it below a position is here. */
  tookIn(position: number): void;
}

interface Stretch {
  readonly position: number;
  readonly missing: Set<MessageId>;
  /** When something of it came last, or it was offered. */
  movedMs: number;
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

/** All fetches of one process. Bounded by one stretch for each supplier. */
export class Intake {
  readonly #clock: Clock;
  readonly #isKnown: (named: Named) => boolean;
  readonly #stretches: Map<Supplier, Stretch> = new Map();
  readonly #fetches: Map<MessageId, Fetch> = new Map();
  #cancel: Cancel | undefined;
  #closed = false;

  /**
   * Nothing is fetched at first.
   *
   * @param isKnown Whether a message is in the log.
   */
  constructor(clock: Clock, isKnown: (named: Named) => boolean) {
    this.#clock = clock;
    this.#isKnown = isKnown;
  }

  /** Whether a message is being fetched: then it is welcome from anyone. */
  isFetching(id: MessageId): boolean {
    return this.#fetches.has(id);
  }

  /** Takes in a stretch of offers: fetches what is neither here nor being fetched from others. */
  offered(supplier: Supplier, named: readonly Named[], position: number): void {
    // Whoever does not wait until a stretch is taken loses it.
    if (this.#stretches.has(supplier)) this.lost(supplier);
    const lacking = named.filter((each) => !this.#isKnown(each));
    const missing = new Set(lacking.map(({ id }) => id));
    this.#stretches.set(supplier, { position, missing, movedMs: this.#clock.elapsedMs() });
    const askedMs = this.#clock.elapsedMs();
    const wanted = lacking.filter(({ id }) => !this.#fetches.has(id));
    for (const { instance, id } of wanted) {
      const fetch = { instance, asked: supplier, tried: new Set<Supplier>(), askedMs };
      this.#fetches.set(id, { ...fetch, isRefused: false });
    }
    if (wanted.length > 0) supplier.fetch(wanted);
    this.#finish(supplier);
    this.#watch();
  }

  /** A message is in the log now, whoever supplied it. */
  arrived(id: MessageId): void {
    this.#fetches.delete(id);
    const nowMs = this.#clock.elapsedMs();
    for (const [supplier, stretch] of this.#stretches) {
      if (!stretch.missing.delete(id)) continue;
      stretch.movedMs = nowMs;
      this.#finish(supplier);
    }
  }

  /** A message has come, and was refused: in a while it may be welcome. */
  refused(id: MessageId): void {
    const fetch = this.#fetches.get(id);
    if (fetch !== undefined) fetch.isRefused = true;
  }

  /** A supplier is gone: what was fetched from it is fetched from others. */
  lost(supplier: Supplier): void {
    const stretch = this.#stretches.get(supplier);
    this.#stretches.delete(supplier);
    const orphans: MessageId[] = [];
    for (const id of stretch?.missing ?? []) {
      const fetch = this.#fetches.get(id)!;
      fetch.tried.delete(supplier);
      if (fetch.asked !== supplier) continue;
      fetch.isRefused = true;
      if (this.#suppliersOf(id).length > 0) orphans.push(id);
      else this.#fetches.delete(id);
    }
    this.#passOver(orphans);
  }

  /** Fetches nothing any more. */
  close(): void {
    this.#closed = true;
    this.#cancel?.();
  }

  #finish(supplier: Supplier): void {
    const stretch = this.#stretches.get(supplier);
    if (stretch === undefined || stretch.missing.size > 0) return;
    this.#stretches.delete(supplier);
    supplier.tookIn(stretch.position);
  }

  #suppliersOf(id: MessageId): Supplier[] {
    return [...this.#stretches]
      .flatMap(([supplier, { missing }]) => missing.has(id) ? [supplier] : []);
  }

  /**
   * Asks the next supplier of each message. When all have had their time, the first is asked again
   * if the message has come since; if not, it is still on its way, or will never come.
   */
  #passOver(ids: readonly MessageId[]): void {
    const bySupplier = new Map<Supplier, Named[]>();
    for (const id of ids) {
      const fetch = this.#fetches.get(id)!;
      fetch.tried.add(fetch.asked);
      const suppliers = this.#suppliersOf(id);
      const next = suppliers.find((supplier) => !fetch.tried.has(supplier)) ?? suppliers[0]!;
      if (fetch.tried.has(next)) {
        if (!fetch.isRefused) continue;
        fetch.tried.clear();
      }
      fetch.asked = next;
      fetch.askedMs = this.#clock.elapsedMs();
      fetch.isRefused = false;
      const named = bySupplier.get(next);
      if (named === undefined) bySupplier.set(next, [{ instance: fetch.instance, id }]);
      else named.push({ instance: fetch.instance, id });
    }
    for (const [next, named] of bySupplier) next.fetch(named);
  }

  #watch(): void {
    if (this.#cancel !== undefined || this.#closed || this.#fetches.size === 0) return;
    this.#cancel = this.#clock.after(PATIENCE_MS, () => {
      this.#cancel = undefined;
      const beforeMs = this.#clock.elapsedMs() - PATIENCE_MS;
      const slow = [...this.#fetches].filter(([, { askedMs, asked }]) =>
        askedMs <= beforeMs && (this.#stretches.get(asked)?.movedMs ?? 0) <= beforeMs
      );
      this.#passOver(slow.map(([id]) => id));
      this.#watch();
    });
  }
}
