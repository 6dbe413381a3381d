/**
 * A set that forgets what was added longest ago, at no cost: by halves. To delete the oldest one by
 * one costs more than it seems, for each time it has to be found among the holes of those before.
 *
 * @module
 */

/** Holds at most so many items: always the newest half of that, and not more. */
export class BoundedSet<T> {
  readonly #half: number;
  #young: Set<T> = new Set();
  #old: Set<T> = new Set();

  /** @param max Items at most, at least two. */
  constructor(max: number) {
    this.#half = Math.max(1, Math.floor(max / 2));
  }

  /** Whether it is there. */
  has(item: T): boolean {
    return this.#young.has(item) || this.#old.has(item);
  }

  /** Adds an item, as the newest. */
  add(item: T): void {
    this.#young.add(item);
    if (this.#young.size < this.#half) return;
    this.#old = this.#young;
    this.#young = new Set();
  }

  /** Takes all items out. */
  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }

  /** Takes an item out. Tells whether it was there. */
  delete(item: T): boolean {
    const wasYoung = this.#young.delete(item);
    return this.#old.delete(item) || wasYoung;
  }
}
