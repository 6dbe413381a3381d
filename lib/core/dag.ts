/**
 * Known messages with their facts, and each signer's chain of messages by `prev`.
 *
 * @module
 */

import type { Chain, Dag, Entry } from "./entry.ts";

export type { Chain, Dag, Entry } from "./entry.ts";

/** An empty {@linkcode Dag}. */
export function newDag(): Dag {
  return new Map();
}

/**
 * The entry that stands for a message in each instance that shares `judged`, this one if there was none
 * before; this one if nothing is shared.
 */
export function judgedOnce(judged: Dag | undefined, entry: Entry): Entry {
  const known = judged?.get(entry.message.id);
  if (known === undefined) judged?.set(entry.message.id, entry);
  return known ?? entry;
}

/**
 * The chain position of a message that follows `prev`. Jumps double as in a skew-binary list.
 */
export function chainAfter(prev: Entry | undefined): Chain {
  if (prev === undefined) return { depth: 0, prev: undefined, jump: undefined, jumpDepth: 0 };
  const { depth, jump, jumpDepth } = prev.chain!;
  if (jump !== undefined) {
    const { jump: far, jumpDepth: farDepth } = jump.chain!;
    if (far !== undefined && depth - jumpDepth === jumpDepth - farDepth) {
      return { depth: depth + 1, prev, jump: far, jumpDepth: farDepth };
    }
  }
  return { depth: depth + 1, prev, jump: prev, jumpDepth: depth };
}

/**
 * Whether `m` is `t` or one of its ancestors by `prev`; both are messages of one signer. For
 * well-formed messages this is "m is in Tran(t)" (PROTOCOL section 3, WellFormed).
 * Costs O(log distance).
 */
export function isAncestorOrSelf(m: Entry, t: Entry): boolean {
  const depth = m.chain!.depth;
  let at: Entry = t;
  while (at.chain!.depth > depth) {
    const { jump, jumpDepth, prev } = at.chain!;
    at = jumpDepth >= depth ? jump! : prev!;
  }
  return at === m;
}

/**
 * Two different messages with the same `prev`, one an ancestor of `first` (or itself), the other
 * of `second`: what proves that their signer equivocated (HPaxos_2.tla, CaughtMsg). Neither of the
 * two given may be an ancestor of the other. Costs O(distance).
 */
export function findFork(first: Entry, second: Entry): readonly [Entry, Entry] {
  let a = first;
  let b = second;
  while (a.chain!.depth > b.chain!.depth) a = a.chain!.prev!;
  while (b.chain!.depth > a.chain!.depth) b = b.chain!.prev!;
  while (a.chain!.prev !== b.chain!.prev) {
    a = a.chain!.prev!;
    b = b.chain!.prev!;
  }
  return [a, b];
}
