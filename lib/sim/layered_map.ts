/**
 * A map that is cheap to copy, for states that are copied more often than they grow.
 *
 * @module
 */

/** Of what a copy holds, so much may have been added since its base was made: half as much as that. */
const SHARE = 1 / 2;

/** A map to which things are added, never taken away; copies share most of what they hold. */
export class LayeredMap<K, V> extends Map<K, V> {
  /** Shared with copies: never changed. */
  #base: ReadonlyMap<K, V>;
  /** What has been added or changed since. */
  #added: Map<K, V>;

  private constructor(base: ReadonlyMap<K, V>, added: Map<K, V>) {
    super();
    this.#base = base;
    this.#added = added;
  }

  /** A copy of any map, to which it is no bother if that one changes; costs little if it is one of these. */
  static copyOf<K, V>(map: ReadonlyMap<K, V>): LayeredMap<K, V> {
    if (!(map instanceof LayeredMap)) return new LayeredMap(new Map(map), new Map());
    if (map.#added.size > map.#base.size * SHARE) {
      map.#base = new Map(map);
      map.#added = new Map();
    }
    return new LayeredMap<K, V>(map.#base, new Map(map.#added));
  }

  override get size(): number {
    return this.#base.size + this.#added.size;
  }

  override has(key: K): boolean {
    return this.#added.has(key) || this.#base.has(key);
  }

  override get(key: K): V | undefined {
    return this.#added.get(key) ?? this.#base.get(key);
  }

  override set(key: K, value: V): this {
    // A key of the base would be counted twice, and come in another place.
    if (this.#base.has(key)) throw new Error("what is there already is not changed");
    this.#added.set(key, value);
    return this;
  }

  override delete(): boolean {
    throw new Error("nothing is taken away");
  }

  override clear(): void {
    throw new Error("nothing is taken away");
  }

  override *entries(): MapIterator<[K, V]> {
    yield* this.#base.entries();
    yield* this.#added.entries();
  }

  override *keys(): MapIterator<K> {
    yield* this.#base.keys();
    yield* this.#added.keys();
  }

  override *values(): MapIterator<V> {
    yield* this.#base.values();
    yield* this.#added.values();
  }

  override [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  override forEach(each: (value: V, key: K, map: Map<K, V>) => void): void {
    for (const [key, value] of this.entries()) each(value, key, this);
  }
}
