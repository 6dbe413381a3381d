/**
 * Sets of small indices as bit masks.
 *
 * @module
 */

import type { AcceptorIndex, AcceptorSet } from "./types.ts";

const WORD = 30n;
const WORD_MASK = (1n << WORD) - 1n;

/**
 * The set that holds exactly `indices`.
 *
 * @example
 * ```ts
 * import { countMembers, setOf } from "./acceptor_set.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(setOf([0, 2]), 0b101n);
 * assertEquals(countMembers(0b101n), 2);
 * ```
 */
export function setOf(indices: Iterable<AcceptorIndex>): AcceptorSet {
  let set = 0n;
  for (const index of indices) set |= 1n << BigInt(index);
  return set;
}

/** The set of all indices below `count`. */
export function fullSet(count: number): AcceptorSet {
  return (1n << BigInt(count)) - 1n;
}

/** Whether `set` holds `index`. */
export function hasMember(set: AcceptorSet, index: AcceptorIndex): boolean {
  return ((set >> BigInt(index)) & 1n) === 1n;
}

/** The members of `set`, ascending. */
export function membersOf(set: AcceptorSet): AcceptorIndex[] {
  const members: AcceptorIndex[] = [];
  for (
    let rest = set, base = 0;
    rest !== 0n;
    rest >>= WORD, base += Number(WORD)
  ) {
    for (let word = Number(rest & WORD_MASK); word !== 0; word &= word - 1) {
      members.push(base + 31 - Math.clz32(word & -word));
    }
  }
  return members;
}

/** How many members `set` has. */
export function countMembers(set: AcceptorSet): number {
  let count = 0;
  for (let rest = set; rest !== 0n; rest >>= WORD) {
    for (let word = Number(rest & WORD_MASK); word !== 0; word &= word - 1) {
      count++;
    }
  }
  return count;
}
