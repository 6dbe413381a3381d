/**
 * All minimal sets with a property that every larger set has too, smallest first.
 *
 * @module
 */

import type { AcceptorSet } from "../core/types.ts";
import type { Effort, Work } from "./effort.ts";
import { Encoding } from "./encoding.ts";
import { binomial } from "./simplify.ts";
import { not } from "./solver.ts";
import type { Symmetry } from "./symmetry.ts";

/** How many members of each kind, by kind. */
export type Counts = readonly number[];

/** Minimal sets that differ only in which acceptors of a kind, or which of like kinds, they have. */
export interface Pattern {
  /** By kind; of like kinds the earlier has no fewer. */
  readonly counts: Counts;
  /** One of them. */
  readonly example: AcceptorSet;
  /** How many members each has. */
  readonly size: number;
  /** How many there are; not exact beyond 2^53. */
  readonly sets: number;
}

/** Minimal sets, smallest first. */
export interface MinimalSets {
  /** By which patterns are to be read. */
  readonly symmetry: Symmetry;
  /** As far as they were looked for. */
  readonly patterns: readonly Pattern[];
  /** Whether that is all. */
  readonly complete: boolean;
  /** There is none of a smaller size beyond those in `patterns`. */
  readonly completeBelow: number;
}

/** Nothing was looked for. */
export function noneSought(symmetry: Symmetry): MinimalSets {
  return { symmetry, patterns: [], complete: false, completeBelow: 0 };
}

/** A question about a set with that many of each kind; every larger set must have the answer too. */
export type Property = (counts: Counts) => Work<boolean | "unknown">;

/**
 * Lists minimal sets. A candidate is a smallest set that is not within any set known to lack the
 * property; so it either is minimal or leads to a largest set without the property. Costs one
 * question for each of them and some for each such largest set.
 *
 * @param property Monotone, and the same for sets that the symmetry makes alike.
 * @param patternsMax Then it ends.
 */
export function* minimalSets(
  symmetry: Symmetry,
  property: Property,
  patternsMax: number,
  effort: Effort,
): Work<MinimalSets> {
  const { kinds } = symmetry;
  if (effort.stopped) return noneSought(symmetry);
  const encoding = new Encoding(symmetry);
  const { solver } = encoding;
  const set = encoding.set();
  encoding.inOrder(set);
  const patterns: Pattern[] = [];
  for (let size = 0; size <= set.of.length; size++) {
    const atMost = solver.variable();
    solver.addThreshold(set.of.length - size, set.of.map(not), atMost);
    const part = { symmetry, patterns, complete: false, completeBelow: size };
    for (;;) {
      yield;
      const found = yield* solver.solve([atMost], effort);
      if (found === false) break;
      const counts = kinds.map((members) => members.filter((i) => solver.holds(set.of[i]!)).length);
      const holds = found === true ? yield* property(counts) : found;
      if (holds === "unknown") return part;
      if (holds) {
        patterns.push(patternOf(symmetry, counts));
        solver.addClause(
          kinds.flatMap((members, kind) =>
            counts[kind] === 0 ? [] : [not(set.of[members[counts[kind]! - 1]!]!)]
          ),
        );
        if (counts.every((count) => count === 0)) return { ...part, complete: true };
        if (patterns.length >= patternsMax) return part;
        continue;
      }
      const largest = yield* grow(symmetry, counts, property);
      if (largest === "unknown") return part;
      solver.addClause(kinds.flatMap((members, kind) => {
        const next = members[largest[kind]!];
        return next === undefined ? [] : [set.of[next]!];
      }));
    }
    if ((yield* solver.solve([], effort)) === false) break;
  }
  return { symmetry, patterns, complete: !effort.stopped, completeBelow: Infinity };
}

/** A largest set without the property that contains one without it, in the order of like kinds. */
function* grow(
  { kinds, like }: Symmetry,
  counts: Counts,
  property: Property,
): Work<number[] | "unknown"> {
  const largest = [...counts];
  for (let kind = kinds.length - 1; kind >= 0; kind--) {
    let [without, withIt] = [largest[kind]!, kinds[kind]!.length + 1];
    // Often all of a kind can be added, or none more.
    for (let tried = kinds[kind]!.length; withIt - without > 1; tried = (without + withIt) >> 1) {
      const holds = yield* property(largest.with(kind, tried));
      if (holds === "unknown") return holds;
      if (holds) withIt = tried;
      else without = tried;
    }
    largest[kind] = without;
  }
  return inOrder(like, largest);
}

/** The counts with those of like kinds exchanged so that the earlier has no fewer. */
function inOrder(like: readonly number[], counts: readonly number[]): number[] {
  const ordered = [...counts];
  for (const first of new Set(like)) {
    const group = like.flatMap((each, kind) => each === first ? [kind] : []);
    const sorted = group.map((kind) => counts[kind]!).sort((a, b) => b - a);
    group.forEach((kind, i) => ordered[kind] = sorted[i]!);
  }
  return ordered;
}

function patternOf(symmetry: Symmetry, counts: Counts): Pattern {
  const { kinds, like } = symmetry;
  let sets = 1;
  kinds.forEach((members, kind) => sets *= binomial(members.length, counts[kind]!));
  for (const first of new Set(like)) {
    const group = counts.filter((_, kind) => like[kind] === first);
    let left = group.length;
    for (const count of new Set(group)) {
      const same = group.filter((each) => each === count).length;
      sets *= binomial(left, same);
      left -= same;
    }
  }
  return {
    counts,
    example: setOfCounts(symmetry, counts),
    size: counts.reduce((sum, count) => sum + count, 0),
    sets,
  };
}

/** A set with that many of each kind, those that come first. */
export function setOfCounts({ kinds }: Symmetry, counts: Counts): AcceptorSet {
  let set = 0n;
  kinds.forEach((members, kind) => {
    for (const index of members.slice(0, counts[kind]!)) set |= 1n << BigInt(index);
  });
  return set;
}

/** Who is in some set of a pattern, by the symmetry of its list. */
export function membersOfPattern({ kinds, like }: Symmetry, { counts }: Pattern): AcceptorSet {
  const used = new Set(like.filter((_, kind) => counts[kind]! > 0));
  let set = 0n;
  kinds.forEach((members, kind) => {
    if (!used.has(like[kind]!)) return;
    for (const index of members) set |= 1n << BigInt(index);
  });
  return set;
}

/** How many minimal sets were found, all patterns together. */
export function countSets({ patterns }: MinimalSets): number {
  return patterns.reduce((sum, { sets }) => sum + sets, 0);
}
