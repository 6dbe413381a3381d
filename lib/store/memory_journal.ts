/**
 * A journal that lasts as long as its process: for those who may forget, and for tests.
 *
 * @module
 */

import type { MessageId, ValueHash } from "../core/types.ts";
import { checkBatch, checkCount } from "./checks.ts";
import type {
  Journal,
  JournalBatch,
  JournalDecision,
  JournalEvidence,
  JournalMessage,
  JournalProgress,
} from "./journal.ts";
import { commonLength, newRun } from "./runs.ts";

/**
 * Makes an empty journal in memory. It never fails to keep a batch, and nothing of it survives.
 *
 * @example
 * ```ts
 * import { openMemoryJournal } from "./memory_journal.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const journal = openMemoryJournal();
 * const progress = [{ peer: "bob", epoch: "00112233445566778899aabbccddeeff", position: 7 }];
 * journal.commit({ messages: [], values: [], decisions: [], evidence: [], progress }, true);
 * assertEquals(journal.progress("bob")?.position, 7);
 * journal.close();
 * ```
 */
export function openMemoryJournal(): Journal {
  return new MemoryJournal();
}

class MemoryJournal implements Journal {
  readonly #run = newRun(0);
  readonly #messages: JournalMessage[] = [];
  readonly #instances: Map<bigint, Map<MessageId, JournalMessage>> = new Map();
  readonly #values: Map<ValueHash, Uint8Array> = new Map();
  /** The keys of `#instances`, ascending. */
  readonly #ascending: bigint[] = [];
  readonly #decisions: JournalDecision[] = [];
  readonly #decisionsOf: Map<bigint, JournalDecision[]> = new Map();
  readonly #evidence: JournalEvidence[] = [];
  /** Of decisions and evidence that are kept. */
  readonly #keys: Set<string> = new Set();
  readonly #progress: Map<string, JournalProgress> = new Map();
  #closed = false;

  get epoch(): string {
    return this.#run.epoch;
  }

  get length(): number {
    return this.#messages.length;
  }

  get decisionCount(): number {
    return this.#decisions.length;
  }

  get evidenceCount(): number {
    return this.#evidence.length;
  }

  commonLength(epoch: string, position: number): number {
    this.#assertOpen();
    return commonLength({ runs: [this.#run], length: this.length }, epoch, position);
  }

  commit(batch: JournalBatch, _durable: boolean): void {
    this.#assertOpen();
    checkBatch(batch, this.length);
    const ids = new Set<string>();
    for (const { instance, id } of batch.messages) {
      const isKept = this.#instances.get(instance)?.has(id) ?? false;
      if (isKept || ids.has(`${instance} ${id}`)) throw new Error(`${id} is kept already`);
      ids.add(`${instance} ${id}`);
    }
    for (const message of batch.messages) this.#add(message);
    for (const { hash, bytes } of batch.values) {
      if (!this.#values.has(hash)) this.#values.set(hash, bytes.slice());
    }
    for (const decision of batch.decisions) {
      const { instance, learner, ballot, signers } = decision;
      if (!this.#isNew(["decision", String(instance), learner, ballot.valueHash])) continue;
      const kept = { ...decision, ballot: { ...ballot }, signers: [...signers] };
      this.#decisions.push(kept);
      const others = this.#decisionsOf.get(instance);
      if (others === undefined) this.#decisionsOf.set(instance, [kept]);
      else others.push(kept);
    }
    for (const evidence of batch.evidence) {
      const { instance, acceptor } = evidence;
      if (this.#isNew(["evidence", String(instance), acceptor])) {
        this.#evidence.push({ ...evidence });
      }
    }
    for (const progress of batch.progress) this.#progress.set(progress.peer, { ...progress });
  }

  /** Bytes are copied: they may be a small part of a large envelope, which must not be held. */
  #add(message: JournalMessage): void {
    const kept = { ...message, bytes: message.bytes.slice() };
    this.#messages.push(kept);
    const instance = this.#instances.get(message.instance);
    if (instance === undefined) {
      this.#instances.set(message.instance, new Map([[kept.id, kept]]));
      this.#ascending.splice(this.#countUpTo(message.instance), 0, message.instance);
    } else instance.set(kept.id, kept);
  }

  /** Whether this is the first of its key. */
  #isNew(key: readonly string[]): boolean {
    const before = this.#keys.size;
    return this.#keys.add(JSON.stringify(key)).size > before;
  }

  /** How many instances are not above this one. */
  #countUpTo(instance: bigint): number {
    let low = 0;
    let high = this.#ascending.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ascending[middle]! <= instance) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  message(instance: bigint, id: MessageId): JournalMessage | undefined {
    this.#assertOpen();
    return this.#instances.get(instance)?.get(id);
  }

  messagesFrom(position: number, count: number): JournalMessage[] {
    this.#assertOpen();
    checkCount(position);
    checkCount(count);
    return this.#messages.slice(position, position + count);
  }

  messagesOf(instance: bigint): JournalMessage[] {
    this.#assertOpen();
    return [...this.#instances.get(instance)?.values() ?? []];
  }

  hasInstance(instance: bigint): boolean {
    this.#assertOpen();
    return this.#instances.has(instance);
  }

  instancesAfter(after: bigint | undefined, count: number): bigint[] {
    this.#assertOpen();
    checkCount(count);
    const first = after === undefined ? 0 : this.#countUpTo(after);
    return this.#ascending.slice(first, first + count);
  }

  value(hash: ValueHash): Uint8Array | undefined {
    this.#assertOpen();
    return this.#values.get(hash);
  }

  decisionsFrom(from: number, count: number): JournalDecision[] {
    this.#assertOpen();
    checkCount(from);
    checkCount(count);
    return this.#decisions.slice(from, from + count);
  }

  decisionsOf(instance: bigint): JournalDecision[] {
    this.#assertOpen();
    return [...this.#decisionsOf.get(instance) ?? []];
  }

  evidence(from = 0): JournalEvidence[] {
    this.#assertOpen();
    checkCount(from);
    return this.#evidence.slice(from);
  }

  progress(peer: string): JournalProgress | undefined {
    this.#assertOpen();
    return this.#progress.get(peer);
  }

  close(): void {
    this.#closed = true;
    for (const list of [this.#messages, this.#ascending, this.#decisions, this.#evidence]) {
      list.length = 0;
    }
    this.#decisionsOf.clear();
    for (const map of [this.#instances, this.#values, this.#keys, this.#progress]) map.clear();
  }

  #assertOpen(): void {
    if (this.#closed) throw new Error("the journal is closed");
  }
}
