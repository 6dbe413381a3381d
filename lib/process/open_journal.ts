/**
 * The journal of a process.
 *
 * @module
 */

import { type Journal, JournalError } from "../store/journal.ts";
import { openSqliteJournal } from "../store/sqlite_journal.ts";
import { toHex } from "../wire/hex.ts";
import { EXIT, OperatorError } from "../wire/operator_error.ts";
import type { Configuration } from "../config/configuration.ts";

/**
 * Opens the journal in a folder, or makes one.
 *
 * @throws OperatorError if it cannot be used: in use, another's, damaged, not writable.
 */
export function openJournal({ self, digest }: Configuration, dataDir: string): Journal {
  try {
    const owner = { name: self.name, configDigest: toHex(digest.whole) };
    return openSqliteJournal({ dataDir, owner });
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    throw new OperatorError(EXIT.resource, error.message);
  }
}
