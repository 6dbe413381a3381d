/**
 * What a peer has shown that it knows, and so need not be sent.
 *
 * @module
 */

import type { MessageId, ValueHash } from "../core/types.ts";
import { BoundedSet } from "../node/bounded_set.ts";
import type { Named } from "../node/envelopes.ts";
import type { Ledger, LedgerRecord } from "../node/ledger.ts";

/** Ids (of either kind) remembered; the oldest are forgotten: at worst they are resent. */
const IDS_MAX = 8_192;

/**
 * Likewise, ids that the peer has not shown: for each instance one or two that it never will. More
 * than can be on their way, and no more, so that they are not kept for much longer than the others.
 */
const SENT_MAX = 2_048;

/** Likewise hashes: as many as belong to the ids, for the same reason. */
const VALUES_MAX = 1_024;

/** Messages walked over for one that the peer has shown. */
const WALK_MAX = 4_096;

/** What one peer is known to have, as far as that is remembered. */
export class PeerKnowledge {
  readonly #ledger: Ledger;
  readonly #mayRead: () => boolean;
  /** What it has, with all that this refers to. */
  readonly #ids: BoundedSet<MessageId> = new BoundedSet(IDS_MAX);
  /** What it has been sent or offered, perhaps without something that this refers to. */
  readonly #sent: BoundedSet<MessageId> = new BoundedSet(SENT_MAX);
  readonly #values: BoundedSet<ValueHash> = new BoundedSet(VALUES_MAX);

  /**
   * Of a peer that has shown nothing yet.
   *
   * @param mayRead Whether one more message may be read from the journal because of what it shows;
   *   counts it if so. Without, what it refers to is not looked at: at worst it is resent.
   */
  constructor(ledger: Ledger, mayRead: () => boolean = () => true) {
    this.#ledger = ledger;
    this.#mayRead = mayRead;
  }

  /** Whether the peer has this message. */
  has(id: MessageId): boolean {
    return this.#ids.has(id) || this.#sent.has(id);
  }

  /** Whether the peer has the value with this hash. */
  hasValue(hash: ValueHash): boolean {
    return this.#values.has(hash);
  }

  /** Notes that a message, with its value if it is a 1a, is on its way to the peer. */
  markSent({ id, valueHash }: LedgerRecord): void {
    this.#sent.add(id);
    if (valueHash !== undefined) this.#values.add(valueHash);
  }

  /**
   * Notes that a message is offered to the peer, which asks for it if it neither has it nor is
   * fetching it from others: what refers to it is sent without it.
   */
  markOffered(id: MessageId): void {
    this.#sent.add(id);
  }

  /** What it has only been sent or offered, it may have refused. */
  forgetSent(): void {
    this.#sent.clear();
  }

  /**
   * Notes that the peer has a message, and so all that this refers to. Each message is walked over
   * once. One that we do not have yet is remembered too.
   */
  mark({ instance, id }: Named): void {
    const stack = [id];
    let walked = 0;
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (this.#ids.has(next) || ++walked > WALK_MAX) continue;
      this.#ids.add(next);
      this.#sent.delete(next);
      const record = this.#ledger.recent(next) ??
        (this.#mayRead() ? this.#ledger.get(instance, next) : undefined);
      if (record !== undefined) this.#walk(record, stack);
    }
  }

  /** A message has been added to the ledger: if the peer has it, it has what this refers to. */
  appended(record: LedgerRecord): void {
    if (!this.#ids.has(record.id)) return;
    const stack: MessageId[] = [];
    this.#walk(record, stack);
    for (const id of stack) this.mark({ instance: record.instance, id });
  }

  #walk(record: LedgerRecord, stack: MessageId[]): void {
    stack.push(...record.refs);
    if (record.valueHash !== undefined) this.#values.add(record.valueHash);
  }
}
