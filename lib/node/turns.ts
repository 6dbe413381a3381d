/**
 * Who is looked at again when, in the order of time.
 *
 * @module
 */

/**
 * Things that each have one time to come. There are few lengths of pauses, and of one length those
 * begun first end first, so that all costs O(1) for each thing, however many there are.
 */
export class Turns<T> {
  /** By the length of the pause: when it ends, the first to end first. */
  readonly #byPause: Map<number, Map<T, number>> = new Map();
  readonly #pauses: Map<T, number> = new Map();

  /** How many things have a time to come. */
  get size(): number {
    return this.#pauses.size;
  }

  /** Has a thing come up after a pause from now on, and not before. */
  set(thing: T, nowMs: number, pauseMs: number): void {
    this.delete(thing);
    this.#pauses.set(thing, pauseMs);
    const same = this.#byPause.get(pauseMs);
    if (same === undefined) this.#byPause.set(pauseMs, new Map([[thing, nowMs + pauseMs]]));
    else same.set(thing, nowMs + pauseMs);
  }

  /** It does not come up any more. */
  delete(thing: T): void {
    const pauseMs = this.#pauses.get(thing);
    if (pauseMs === undefined) return;
    this.#pauses.delete(thing);
    const same = this.#byPause.get(pauseMs)!;
    same.delete(thing);
    if (same.size === 0) this.#byPause.delete(pauseMs);
  }

  /** Takes out all whose time has come. */
  due(nowMs: number): T[] {
    const due: T[] = [];
    for (const same of this.#byPause.values()) {
      for (const [thing, atMs] of same) {
        if (atMs > nowMs) break;
        due.push(thing);
      }
    }
    for (const thing of due) this.delete(thing);
    return due;
  }
}
