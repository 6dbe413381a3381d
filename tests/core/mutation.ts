/**
 * What a deliberate mistake in lib/core is.
 *
 * @module
 */

/** One exact replacement; `from` occurs exactly once in the file. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A mistake: what is wrong then, and the replacements that make it. */
export interface Mutation {
  readonly mistake: string;
  readonly edits: readonly Edit[];
}

/** A mistake made by one replacement. */
export function mutation(mistake: string, file: string, from: string, to: string): Mutation {
  return { mistake, edits: [{ file, from, to }] };
}
