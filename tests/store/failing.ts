/**
 * Journals that fail to write, and what must be true of them then.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { type Journal, JournalError } from "../../lib/store/journal.ts";
import { batchOf, hashOf, messageAt, messagesAt } from "./fixture.ts";

/** Reads the first `count` messages, which must be all. */
export function assertHolds(journal: Journal, count: number): void {
  assertEquals(journal.length, count);
  assertEquals(journal.messagesFrom(0, count + 9), messagesAt(0, count));
  if (count > 0) {
    const { instance, id } = messageAt(count - 1);
    assertEquals(journal.message(instance, id)?.position, count - 1);
  }
}

/**
 * Commits batches of four messages and a value, durable and not, until one fails. Nothing of that
 * one may be seen, no other may be taken, and everything else must still be there to read.
 */
export function commitUntilFailure(
  journal: Journal,
  batchesMax: number,
): { acknowledged: number; error: JournalError } {
  for (let i = 0; i < batchesMax; i++) {
    const acknowledged = journal.length;
    const value = { hash: hashOf(`${i}`), bytes: new Uint8Array(2_000) };
    const messages = messagesAt(acknowledged, 4);
    const commit = () => journal.commit(batchOf({ messages, values: [value] }), i % 2 === 0);
    try {
      commit();
    } catch (error) {
      assert(error instanceof JournalError, String(error));
      assertMatch(error.message, /journal\.sqlite: cannot be written: [^\n]+; [^\n]+$/);
      for (let again = 0; again < 2; again++) assertThrows(commit, JournalError, error.message);
      assertHolds(journal, acknowledged);
      assertEquals(journal.value(value.hash), undefined);
      return { acknowledged, error };
    }
  }
  throw new Error(`${batchesMax} batches, and none failed`);
}
