/**
 * How faults are made.
 *
 * @module
 */

import { type Edit, MUTATIONS } from "../../tests/core/mutations.ts";

/** A mistake in lib/core that the comparison with the oracle must notice, too. */
export function core(mistake: string): Edit[] {
  const found = MUTATIONS.find((mutation) => mutation.mistake === mistake);
  if (found === undefined) throw new Error(`tests/core/mutations.ts has no: ${mistake}`);
  return found.edits.map((edit) => ({ ...edit, file: `lib/core/${edit.file}` }));
}

/** One replacement in a file of lib. Short, or it stops fitting with every change nearby. */
export function edit(file: string, from: string, to: string): Edit {
  return { file: `lib/${file}`, from, to };
}
