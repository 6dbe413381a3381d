/** Values that several instances have, one of which is forgotten. */
import { assertEquals } from "@std/assert";
import type { ValueHash } from "../../lib/core/types.ts";
import { hashValue } from "../../lib/crypto/hash.ts";
import { Ledger } from "../../lib/node/ledger.ts";
import { openMemoryJournal } from "../../lib/store/memory_journal.ts";
import { inventedId } from "./harness.ts";

Deno.test("a value stays as long as an instance has it, whatever is forgotten before that is kept", () => {
  const journal = openMemoryJournal();
  const ledger = new Ledger(journal, undefined, true);
  const value = new TextEncoder().encode("in both");
  const valueHash = hashValue(value) as ValueHash;
  const offer = (instance: bigint) => {
    const ballot = { seconds: 1, nanos: 0, valueHash, proposer: 0 };
    const wire = {
      ...{ kind: "1a" as const, instance, ballot, value: undefined },
      signature: new Uint8Array(64),
    };
    ledger.append(inventedId(`1a of ${instance}`), wire, false);
  };
  ledger.putValue(valueHash, value);
  offer(1n);
  ledger.flush(false);
  offer(2n);
  ledger.forget(2n, 10);
  ledger.flush(false);
  assertEquals([journal.hasInstance(1n), journal.hasInstance(2n)], [false, true]);
  assertEquals(journal.value(valueHash), value);
  ledger.forget(3n, 10);
  assertEquals(journal.value(valueHash), undefined);
});
