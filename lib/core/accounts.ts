/**
 * What waits in the instances of a process, by peer.
 *
 * @module
 */

import { type Account, newAccount } from "./account.ts";
import type { FutureAccounts } from "./future.ts";

/** What waits in the instances of a process on account of each peer. Changed in place by steps. */
export interface Accounts extends FutureAccounts {
  /** Messages and refs, together. */
  readonly inbox: Account;
}

/** Accounts in which nothing waits. */
export function newAccounts(): Accounts {
  return { inbox: newAccount(), future: newAccount(), futureBytes: newAccount() };
}
