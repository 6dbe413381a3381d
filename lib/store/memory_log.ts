/**
 * What a journal in memory keeps of the log.
 *
 * @module
 */

import type { ValueHash } from "../core/types.ts";
import type { JournalLogBatch, JournalLogEntry } from "./journal.ts";

/** Records and entries; see {@linkcode JournalLogBatch}. */
export class MemoryLog {
  /** Opaque, in order. */
  records: Uint8Array[] = [];
  readonly #byLearner: Map<number, Map<number, JournalLogEntry>> = new Map();
  /** How many entries name a value. */
  readonly #named: Map<ValueHash, number> = new Map();

  /** Keeps a batch. Returns the values that entries have named and are let go of. */
  commit({ records, replaces, entries, retained }: JournalLogBatch): ValueHash[] {
    if (replaces) this.records = [];
    this.records.push(...records.map((bytes) => bytes.slice()));
    for (const entry of entries) this.#put(entry);
    const dropped: ValueHash[] = [];
    for (const { learner, from } of retained) {
      const known = this.#byLearner.get(learner) ?? new Map<number, JournalLogEntry>();
      for (const [position, { valueHash }] of known) {
        if (position >= from) continue;
        known.delete(position);
        if (valueHash === undefined) continue;
        this.#count(valueHash, -1);
        dropped.push(valueHash);
      }
    }
    return dropped;
  }

  /** Whether an entry names a value. */
  names(hash: ValueHash): boolean {
    return this.#named.has(hash);
  }

  /** By learner and position. */
  entries(): JournalLogEntry[] {
    return [...this.#byLearner.keys()].sort((a, b) => a - b).flatMap((learner) =>
      [...this.#byLearner.get(learner)!.values()].sort((a, b) => a.position - b.position)
    );
  }

  #put(entry: JournalLogEntry): void {
    const known = this.#byLearner.get(entry.learner) ?? new Map();
    this.#byLearner.set(entry.learner, known);
    const before = known.get(entry.position)?.valueHash;
    if (before !== undefined) this.#count(before, -1);
    known.set(entry.position, entry);
    if (entry.valueHash !== undefined) this.#count(entry.valueHash, 1);
  }

  #count(hash: ValueHash, by: number): void {
    const count = (this.#named.get(hash) ?? 0) + by;
    if (count > 0) this.#named.set(hash, count);
    else this.#named.delete(hash);
  }
}
