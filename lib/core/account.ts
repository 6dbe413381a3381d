/**
 * How much each source has waiting. One account may be shared by many instances: then a source's
 * limit holds over all of them, and not in each.
 *
 * @module
 */

import { violated } from "./invariant.ts";

/** Who handed us a message: the name of a peer. Only for accounting. */
export type Source = string;

/** By source, in whatever is counted; absent if nothing. Changed in place by the functions below. */
export type Account = Map<Source, number>;

/** An account in which nobody has anything. */
export function newAccount(): Account {
  return new Map();
}

/** Charges a source with so much more. */
export function debit(account: Account, source: Source, size: number): void {
  if (size > 0) account.set(source, (account.get(source) ?? 0) + size);
}

/** Gives back to a source what it was charged with. @throws InvariantError if it was less. */
export function credit(account: Account, source: Source, size: number): void {
  const used = (account.get(source) ?? 0) - size;
  if (used < 0) violated("accounts-not-negative", `${source} has ${used}`);
  if (used === 0) account.delete(source);
  else account.set(source, used);
}
