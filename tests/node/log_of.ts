/**
 * Logs with made-up messages, for parts that look at ids and refs alone.
 *
 * @module
 */

import type { MessageId, ValueHash } from "../../lib/core/types.ts";
import type { Named } from "../../lib/node/envelopes.ts";
import { Ledger, type LedgerRecord } from "../../lib/node/ledger.ts";
import { openMemoryJournal } from "../../lib/store/memory_journal.ts";
import type { WireMessage } from "../../lib/wire/codec.ts";
import { inventedId } from "./harness.ts";

/** A log to which messages of instance 1 are added by nicknames, and kept at once. */
export class TestLog {
  readonly ledger: Ledger;

  constructor(ledger: Ledger = new Ledger(openMemoryJournal())) {
    this.ledger = ledger;
  }

  /** The id of the message with this nickname. */
  id(nickname: string): MessageId {
    return inventedId(nickname);
  }

  /** The name of the message with this nickname. */
  named(nickname: string): Named {
    return { instance: 1n, id: this.id(nickname) };
  }

  /** Adds a 1a with a value of its own. */
  proposal(nickname: string, { own = false, value = nickname } = {}): LedgerRecord {
    const valueHash = inventedId(`value ${value}`) as string as ValueHash;
    const ballot = { seconds: 1, nanos: 0, valueHash, proposer: 0 };
    return this.#append(nickname, {
      kind: "1a",
      instance: 1n,
      ballot,
      value: undefined,
      signature: new Uint8Array(64),
    }, own);
  }

  /** Adds an acceptor message that refers to others, or else to one that nobody knows. */
  message(nickname: string, refs: readonly string[] = [], own = false): LedgerRecord {
    const ids = refs.length === 0 ? [inventedId("nothing")] : refs.map((ref) => this.id(ref));
    const content = { signer: 0, prev: undefined, refs: ids.toSorted() };
    const signature = new Uint8Array(64);
    return this.#append(nickname, { kind: "acceptor", instance: 1n, content, signature }, own);
  }

  /** Adds messages m0 … each of which refers to the one before. */
  chain(count: number, own = false): LedgerRecord[] {
    return Array.from(
      { length: count },
      (_, i) => this.message(`m${i}`, i === 0 ? [] : [`m${i - 1}`], own),
    );
  }

  #append(nickname: string, wire: WireMessage, own: boolean): LedgerRecord {
    const record = this.ledger.append(this.id(nickname), wire, own);
    this.ledger.flush(own);
    return record;
  }
}
