/**
 * What the solver is told.
 *
 * @module
 */

/** Twice the number of a variable; one more for its negation. */
export type Literal = number;

/** The negation of a literal. */
export function not(literal: Literal): Literal {
  return literal ^ 1;
}

/** At least one of them; the first two are watched. */
export type Clause = Literal[];

/** If the guard holds (or there is none), at least `need` of `of`. */
export interface Threshold {
  /** How many. */
  readonly need: number;
  /** Each once. */
  readonly of: readonly Literal[];
  /** Undefined if there is none. */
  readonly guard: Literal | undefined;
  /** How many of `of` are false. */
  failed: number;
}

/** What implied a literal; undefined for one that was tried. */
export type Reason = Clause | Threshold | undefined;

/** Luby's sequence from 1: 1, 1, 2, 1, 1, 2, 4, … */
export function luby(index: number): number {
  let size = 1;
  while (size < index + 1) size *= 2;
  return size === index + 1 ? size / 2 : luby(index - size / 2 + 1);
}
