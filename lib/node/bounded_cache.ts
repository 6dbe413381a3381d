/**
 * A map that forgets what was added longest ago, by halves. To keep entries in the order of their use
 * costs a deletion and an insertion for each look, and is worth nothing where what is used is new.
 *
 * @module
 */

interface Weighed<V> {
  readonly value: V;
  readonly weight: number;
}

/** Keeps entries up to a total weight: what was added last, a half of that weight at least. */
export class BoundedCache<K, V> {
  readonly #weightMax: number;
  #young: Map<K, Weighed<V>> = new Map();
  #youngWeight = 0;
  #old: Map<K, Weighed<V>> = new Map();
  #oldWeight = 0;

  /** Keeps nothing yet. */
  constructor(weightMax: number) {
    this.#weightMax = weightMax;
  }

  /** The value of a key. */
  get(key: K): V | undefined {
    return (this.#young.get(key) ?? this.#old.get(key))?.value;
  }

  /** Adds an entry; one that is heavier than all that may be kept is not kept. */
  set(key: K, value: V, weight: number): void {
    this.#youngWeight -= this.#young.get(key)?.weight ?? 0;
    this.#young.delete(key);
    this.#oldWeight -= this.#old.get(key)?.weight ?? 0;
    this.#old.delete(key);
    if (weight <= this.#weightMax) this.#put(key, { value, weight });
  }

  /** Puts an entry that is nowhere into the young half, which becomes the old one if it is full. */
  #put(key: K, entry: Weighed<V>): void {
    if (this.#youngWeight + entry.weight > this.#weightMax / 2) {
      this.#old = this.#young;
      this.#oldWeight = this.#youngWeight;
      this.#young = new Map();
      this.#youngWeight = 0;
    }
    // Only where an entry is, or was, heavier than a half.
    if (this.#oldWeight + this.#youngWeight + entry.weight > this.#weightMax) {
      this.#old = new Map();
      this.#oldWeight = 0;
    }
    this.#young.set(key, entry);
    this.#youngWeight += entry.weight;
  }
}
