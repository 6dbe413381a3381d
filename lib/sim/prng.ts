/**
 * A small deterministic source of choices: the same seed gives the same choices everywhere.
 *
 * @module
 */

/** Choices drawn from a seed. */
export interface Prng {
  /** A whole number from 0 to 2^32 - 1. */
  next(): number;
  /** A whole number from 0 to `count` - 1; `count` is at least 1. */
  below(count: number): number;
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** One of the items; undefined only if there are none. */
  pick<T>(items: readonly T[]): T | undefined;
  /** Each item with the given probability, in the order given. */
  some<T>(items: readonly T[], probability: number): T[];
  /** The items in a random order. */
  shuffled<T>(items: readonly T[]): T[];
}

/** Makes a {@linkcode Prng}: a counter whose every value is scrambled. */
export function makePrng(seed: number): Prng {
  let counter = Math.imul(seed, 0x9e3779b1) >>> 0;
  const next = () => {
    counter = (counter + 0x6d2b79f5) >>> 0;
    return scramble(counter);
  };
  const below = (count: number) => Math.floor(next() / 2 ** 32 * count);
  const chance = (probability: number) => next() / 2 ** 32 < probability;
  return {
    next,
    below,
    between: (from, to) => from + below(to - from + 1),
    chance,
    pick: (items) => items[below(items.length)],
    some: (items, probability) => items.filter(() => chance(probability)),
    shuffled: (items) => {
      const order = [...items];
      for (let last = order.length - 1; last > 0; last--) {
        const other = below(last + 1);
        [order[last], order[other]] = [order[other]!, order[last]!];
      }
      return order;
    },
  };
}

/** Spreads every bit of a 32-bit number over all the others. */
export function scramble(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x45d9f3b3);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
