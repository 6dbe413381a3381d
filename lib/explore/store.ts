/**
 * The states of the whole that were visited, kept whole, so that none is ever taken for another.
 *
 * @module
 */

import { scramble } from "../sim/prng.ts";

/** Number of a state in the order of discovery. */
export type StateNumber = number;

/** Visited states; each is `width` whole numbers. */
export interface Store {
  readonly width: number;
  /** How many states there are. */
  size: number;
  /** State after state. */
  words: Int32Array;
  /** By state: the one it was first reached from; its own number for a first one. */
  parents: Int32Array;
  /** A hash table of state numbers plus one; a power of two, at most half full. */
  slots: Int32Array;
}

const FIRST_CAPACITY = 1 << 12;

/** A store without states. */
export function newStore(width: number): Store {
  return {
    width,
    size: 0,
    words: new Int32Array(FIRST_CAPACITY * width),
    parents: new Int32Array(FIRST_CAPACITY),
    slots: new Int32Array(FIRST_CAPACITY * 2),
  };
}

/** Enters a state, or finds it: then its number is below the size before the call. */
export function visit(store: Store, state: Int32Array, parent: StateNumber): StateNumber {
  const slot = slotOf(store, state, 0);
  const found = store.slots[slot]! - 1;
  if (found >= 0) return found;
  if (store.size === store.parents.length) {
    grow(store);
    return visit(store, state, parent);
  }
  const number = store.size++;
  store.words.set(state, number * store.width);
  store.parents[number] = parent;
  store.slots[slot] = number + 1;
  return number;
}

/** The number of a state, or -1 if it was not visited. */
export function find(store: Store, state: Int32Array): StateNumber {
  return store.slots[slotOf(store, state, 0)]! - 1;
}

/** Copies a state out of the store. */
export function read(store: Store, number: StateNumber, into: Int32Array): void {
  const { width, words } = store;
  for (let i = 0; i < width; i++) into[i] = words[number * width + i]!;
}

/** Where the state that starts at `from` in `words` is, or belongs. */
function slotOf({ width, words, slots }: Store, state: Int32Array, from: number): number {
  let hash = 0;
  for (let i = 0; i < width; i++) hash = scramble(Math.imul(hash, 31) + state[from + i]! | 0);
  const mask = slots.length - 1;
  for (let slot = hash & mask;; slot = (slot + 1) & mask) {
    const number = slots[slot]! - 1;
    if (number < 0) return slot;
    let same = 0;
    while (same < width && words[number * width + same] === state[from + same]) same++;
    if (same === width) return slot;
  }
}

function grow(store: Store): void {
  const { width, size } = store;
  const words = new Int32Array(size * 2 * width);
  words.set(store.words);
  const parents = new Int32Array(size * 2);
  parents.set(store.parents);
  store.words = words;
  store.parents = parents;
  store.slots = new Int32Array(size * 4);
  for (let number = 0; number < size; number++) {
    store.slots[slotOf(store, words, number * width)] = number + 1;
  }
}
