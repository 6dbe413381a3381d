/**
 * A map that forgets what was used longest ago.
 *
 * @module
 */

/** Keeps entries up to a total weight; the least recently used leave first. */
export class BoundedCache<K, V> {
  readonly #weightMax: number;
  readonly #entries: Map<K, { readonly value: V; readonly weight: number }> = new Map();
  #weight = 0;

  constructor(weightMax: number) {
    this.#weightMax = weightMax;
  }

  /** The value of a key, which counts as used now. */
  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Adds an entry; one that is heavier than all that may be kept is not kept. */
  set(key: K, value: V, weight: number): void {
    this.#remove(key);
    if (weight > this.#weightMax) return;
    this.#entries.set(key, { value, weight });
    this.#weight += weight;
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#weightMax) break;
      this.#remove(oldest);
    }
  }

  #remove(key: K): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#weight -= entry.weight;
  }
}
