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
  JournalLogEntry,
  JournalMessage,
  JournalProgress,
} from "./journal.ts";
import { MemoryLog } from "./memory_log.ts";
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
  /** By position; what was forgotten is not there. */
  readonly #messages: Map<number, JournalMessage> = new Map();
  readonly #instances: Map<bigint, Map<MessageId, JournalMessage>> = new Map();
  readonly #values: Map<ValueHash, Uint8Array> = new Map();
  /** The keys of `#instances`, ascending. */
  readonly #ascending: bigint[] = [];
  readonly #decisions: Map<number, JournalDecision> = new Map();
  readonly #decisionsOf: Map<bigint, JournalDecision[]> = new Map();
  readonly #evidence: Map<number, JournalEvidence> = new Map();
  /** Of decisions and evidence that are kept. */
  readonly #keys: Set<string> = new Set();
  readonly #progress: Map<string, JournalProgress> = new Map();
  readonly #counts = { messages: 0, decisions: 0, evidence: 0 };
  readonly #log = new MemoryLog();
  #closed = false;

  get epoch(): string {
    return this.#run.epoch;
  }

  get length(): number {
    return this.#counts.messages;
  }

  get firstPosition(): number {
    const [first] = this.#messages.keys();
    return first ?? this.length;
  }

  get firstDecision(): number {
    const [first] = this.#decisions.keys();
    return first ?? this.decisionCount;
  }

  get decisionCount(): number {
    return this.#counts.decisions;
  }

  get evidenceCount(): number {
    return this.#counts.evidence;
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
      this.#decisions.set(this.#counts.decisions++, kept);
      const others = this.#decisionsOf.get(instance);
      if (others === undefined) this.#decisionsOf.set(instance, [kept]);
      else others.push(kept);
    }
    for (const evidence of batch.evidence) {
      const { instance, acceptor } = evidence;
      if (this.#isNew(["evidence", String(instance), acceptor])) {
        this.#evidence.set(this.#counts.evidence++, { ...evidence });
      }
    }
    for (const progress of batch.progress) this.#progress.set(progress.peer, { ...progress });
    if (batch.log !== undefined) this.#letGo(this.#log.commit(batch.log));
  }

  logRecords(): Uint8Array[] {
    this.#assertOpen();
    return [...this.#log.records];
  }

  logEntries(): JournalLogEntry[] {
    this.#assertOpen();
    return this.#log.entries();
  }

  forget(below: bigint, count: number): boolean {
    this.#assertOpen();
    checkCount(count);
    const messages = [...this.#messages.values()].filter(({ instance }) => instance < below);
    for (const { position, instance, id } of messages.slice(0, count)) {
      this.#messages.delete(position);
      const known = this.#instances.get(instance)!;
      known.delete(id);
      if (known.size > 0) continue;
      this.#instances.delete(instance);
      this.#ascending.splice(this.#countUpTo(instance) - 1, 1);
    }
    const isBelow = ({ instance }: { readonly instance: bigint }) => instance < below;
    for (const [position, decision] of this.#decisions) {
      if (!isBelow(decision)) break;
      this.#decisions.delete(position);
      this.#decisionsOf.delete(decision.instance);
      const { instance, learner, ballot } = decision;
      this.#keys.delete(keyOf(["decision", String(instance), learner, ballot.valueHash]));
    }
    for (const [position, evidence] of this.#evidence) {
      if (!isBelow(evidence)) break;
      this.#evidence.delete(position);
      this.#keys.delete(keyOf(["evidence", String(evidence.instance), evidence.acceptor]));
    }
    this.#letGo(messages.slice(0, count).flatMap(({ valueHash }) => valueHash ?? []));
    return messages.length > count;
  }

  /** Lets go of those of these values that nothing names. */
  #letGo(hashes: Iterable<ValueHash>): void {
    const candidates = new Set(hashes);
    if (candidates.size === 0) return;
    for (const { valueHash } of this.#messages.values()) {
      if (valueHash !== undefined) candidates.delete(valueHash);
    }
    for (const hash of candidates) if (!this.#log.names(hash)) this.#values.delete(hash);
  }

  /** Bytes are copied: they may be a small part of a large envelope, which must not be held. */
  #add(message: JournalMessage): void {
    const kept = { ...message, bytes: message.bytes.slice() };
    this.#messages.set(kept.position, kept);
    this.#counts.messages++;
    const instance = this.#instances.get(message.instance);
    if (instance === undefined) {
      this.#instances.set(message.instance, new Map([[kept.id, kept]]));
      this.#ascending.splice(this.#countUpTo(message.instance), 0, message.instance);
    } else instance.set(kept.id, kept);
  }

  /** Whether this is the first of its key. */
  #isNew(key: readonly string[]): boolean {
    const before = this.#keys.size;
    return this.#keys.add(keyOf(key)).size > before;
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
    return slice(this.#messages, position, count, this.length);
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
    return slice(this.#decisions, from, count, this.decisionCount);
  }

  decisionsOf(instance: bigint): JournalDecision[] {
    this.#assertOpen();
    return [...this.#decisionsOf.get(instance) ?? []];
  }

  evidence(from = 0): JournalEvidence[] {
    this.#assertOpen();
    checkCount(from);
    return slice(this.#evidence, from, this.evidenceCount, this.evidenceCount);
  }

  progress(peer: string): JournalProgress | undefined {
    this.#assertOpen();
    return this.#progress.get(peer);
  }

  close(): void {
    this.#closed = true;
    this.#ascending.length = 0;
    for (const map of [this.#messages, this.#decisions, this.#evidence]) map.clear();
    this.#decisionsOf.clear();
    for (const map of [this.#instances, this.#values, this.#keys, this.#progress]) map.clear();
  }

  #assertOpen(): void {
    if (this.#closed) throw new Error("the journal is closed");
  }
}

function keyOf(parts: readonly string[]): string {
  return JSON.stringify(parts);
}

/** Up to `count` of those from a position on that are there. */
function slice<T>(
  kept: ReadonlyMap<number, T>,
  from: number,
  count: number,
  end: number,
): T[] {
  const found: T[] = [];
  for (let at = from; at < end && found.length < count; at++) {
    const one = kept.get(at);
    if (one !== undefined) found.push(one);
  }
  return found;
}
