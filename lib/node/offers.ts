/**
 * What peers offer and is not here: fetched from one of those who offer it, and from others if that
 * one takes too long.
 *
 * @module
 */

import type { MessageId } from "../core/types.ts";
import type { Cancel, Clock } from "./clock.ts";
import { broken } from "./invariant.ts";
import type { Lack, Supplier } from "./lack.ts";

/** What one supplier has offered and is not dealt with yet. */
interface Stretch {
  readonly position: number;
  readonly missing: Map<MessageId, Lack>;
  /** When something of it came last, or it was offered. */
  movedMs: number;
  /** Something of it is refused, or has never come. */
  isAllHere: boolean;
  /** Others have been asked for something of it, for this one took too long. */
  isLate: boolean;
}

/** A supplier of which nothing has come for so long is passed over if there is another, in ms. */
export const PATIENCE_MS = 5_000;

/** And one that has not brought a message for so long, whatever else it brings meanwhile. */
const PATIENCE_MS_MAX = 15_000;

/** All offers that are open. Bounded by one stretch for each supplier. */
export class Offers {
  readonly #clock: Clock;
  readonly #notOffered: (lack: Lack) => void;
  readonly #stretches: Map<Supplier, Stretch> = new Map();
  /** Those who were passed over lately: they are asked only for what nobody else offers. */
  readonly #slow: Set<Supplier> = new Set();
  /** What suppliers are to be told when this turn is over: they may be handing in something now. */
  #news: (() => void)[] = [];
  #cancel: Cancel | undefined;
  #willTell = false;
  #cancelTelling: Cancel = () => {};
  #closed = false;

  /** @param notOffered Told that nobody offers a message any more. */
  constructor(clock: Clock, notOffered: (lack: Lack) => void) {
    this.#clock = clock;
    this.#notOffered = notOffered;
  }

  /** By peer: how much of what it has offered is not here yet. */
  get lacking(): ReadonlyMap<string, number> {
    return new Map([...this.#stretches].map(([{ peer }, { missing }]) => [peer, missing.size]));
  }

  /**
   * Takes in a stretch, of which these are lacking: fetches what is not fetched from others.
   *
   * @param isAllHere False if more of it is lacking, and not to be fetched now.
   */
  add(supplier: Supplier, lacks: readonly Lack[], position: number, isAllHere = true): void {
    const missing = new Map(lacks.map((lack) => [lack.id, lack]));
    const movedMs = this.#nowMs;
    this.#stretches.set(supplier, { position, missing, movedMs, isAllHere, isLate: false });
    const wanted = lacks.filter((lack) => this.#mayFetch(lack, supplier));
    if (wanted.length > 0) this.#tell(() => supplier.fetch(wanted));
    this.#finish(supplier);
    this.#watch();
  }

  /** It need not be fetched any more, from whoever offers it. */
  dealtWith(lack: Lack, isHere: boolean): void {
    const suppliers = [...lack.offerers];
    lack.offerers.clear();
    this.#endFetch(lack);
    for (const supplier of suppliers) {
      const stretch = this.#stretches.get(supplier);
      if (stretch === undefined) continue;
      stretch.missing.delete(lack.id);
      stretch.movedMs = this.#nowMs;
      stretch.isAllHere &&= isHere;
      this.#finish(supplier);
    }
  }

  /** It is not to be had from a peer. */
  spoilt(lack: Lack, peer: string): void {
    for (const supplier of [...lack.offerers]) {
      const stretch = this.#stretches.get(supplier);
      if (supplier.peer !== peer || stretch === undefined) continue;
      stretch.missing.delete(lack.id);
      stretch.isAllHere = false;
      this.#abandon(supplier, [lack]);
      this.#finish(supplier);
    }
  }

  /** A supplier is gone: what was fetched from it is fetched from others. */
  lost(supplier: Supplier): void {
    this.#slow.delete(supplier);
    this.drop(supplier);
  }

  /** The stretch of a supplier does not count any more. */
  drop(supplier: Supplier): void {
    const stretch = this.#stretches.get(supplier);
    this.#stretches.delete(supplier);
    this.#abandon(supplier, [...stretch?.missing.values() ?? []]);
  }

  /** Fetches nothing any more. */
  close(): void {
    this.#closed = true;
    this.#cancel?.();
    this.#cancelTelling();
  }

  get #nowMs(): number {
    return this.#clock.elapsedMs();
  }

  #tell(news: () => void): void {
    this.#news.push(news);
    if (this.#willTell || this.#closed) return;
    this.#willTell = true;
    this.#cancelTelling = this.#clock.after(0, () => {
      this.#willTell = false;
      for (const news of this.#news.splice(0)) news();
    });
  }

  /** Whether a supplier is to be asked: nobody has been, or only one that is slow. */
  #mayFetch(lack: Lack, supplier: Supplier): boolean {
    lack.offerers.add(supplier);
    const { asked } = lack;
    if (asked !== undefined) {
      if (!this.#slow.has(asked) || this.#slow.has(supplier)) return false;
      lack.tried.add(asked);
    }
    this.#isAsked(lack, supplier);
    return true;
  }

  #isAsked(lack: Lack, supplier: Supplier): void {
    lack.asked = supplier;
    lack.askedMs = this.#nowMs;
    lack.isRefused = false;
  }

  #endFetch(lack: Lack): void {
    lack.asked = undefined;
    lack.tried.clear();
    this.#notOffered(lack);
  }

  #finish(supplier: Supplier): void {
    const stretch = this.#stretches.get(supplier);
    if (stretch === undefined || stretch.missing.size > 0) return;
    this.#stretches.delete(supplier);
    if (!stretch.isLate) this.#slow.delete(supplier);
    this.#tell(() => supplier.tookIn(stretch.position, stretch.isAllHere));
  }

  /** A supplier does not offer these any more. */
  #abandon(supplier: Supplier, lacks: readonly Lack[]): void {
    const orphans: Lack[] = [];
    for (const lack of lacks) {
      if (lack.asked === undefined) broken("stretches-are-fetched", `${lack.id} is not`);
      lack.offerers.delete(supplier);
      lack.tried.delete(supplier);
      if (lack.asked !== supplier) continue;
      lack.isRefused = true;
      if (lack.offerers.size > 0) orphans.push(lack);
      else this.#endFetch(lack);
    }
    this.#passOver(orphans);
  }

  /** Those who offer a message, the slow ones last. */
  #suppliersOf({ offerers }: Lack): Supplier[] {
    const all = [...offerers];
    const isSlow = (supplier: Supplier) => this.#slow.has(supplier);
    return [...all.filter((supplier) => !isSlow(supplier)), ...all.filter(isSlow)];
  }

  /**
   * Asks the next supplier of each message. When all have had their time, the first is asked again
   * if the message has come since; if not, it is still on its way, or will never come.
   */
  #passOver(lacks: readonly Lack[]): void {
    const bySupplier = new Map<Supplier, Lack[]>();
    for (const lack of lacks) {
      const asked = lack.asked!;
      lack.tried.add(asked);
      const suppliers = this.#suppliersOf(lack);
      const next = suppliers.find((supplier) => !lack.tried.has(supplier)) ?? suppliers[0]!;
      if (lack.tried.has(next)) {
        if (!lack.isRefused) continue;
        lack.tried.clear();
      }
      this.#isLate(asked, next);
      this.#isAsked(lack, next);
      const wanted = bySupplier.get(next);
      if (wanted === undefined) bySupplier.set(next, [lack]);
      else wanted.push(lack);
    }
    for (const [next, wanted] of bySupplier) this.#tell(() => next.fetch(wanted));
  }

  /** Somebody else is asked for what this one was to bring. */
  #isLate(supplier: Supplier, next: Supplier): void {
    const stretch = this.#stretches.get(supplier);
    if (stretch === undefined || next === supplier) return;
    stretch.isLate = true;
    this.#slow.add(supplier);
  }

  /** Those whose suppliers have had their time. */
  get #overdue(): Lack[] {
    const nowMs = this.#nowMs;
    return [...this.#stretches].flatMap(([supplier, { missing, movedMs }]) =>
      [...missing.values()].filter(({ asked, askedMs }) =>
        asked === supplier && (nowMs - askedMs >= PATIENCE_MS_MAX ||
          nowMs - Math.max(askedMs, movedMs) >= PATIENCE_MS)
      )
    );
  }

  #watch(): void {
    if (this.#cancel !== undefined || this.#closed || this.#stretches.size === 0) return;
    this.#cancel = this.#clock.after(PATIENCE_MS, () => {
      this.#cancel = undefined;
      this.#passOver(this.#overdue);
      this.#watch();
    });
  }
}
