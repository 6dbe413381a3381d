/**
 * Journals in memory that fail, or forget, when a test says so.
 *
 * @module
 */

import { type Journal, type JournalBatch, JournalError } from "../../lib/store/journal.ts";
import { openMemoryJournal } from "../../lib/store/memory_journal.ts";
import { commonLength, type JournalRun } from "../../lib/store/runs.ts";

/** Passes everything on. */
class WrappedJournal implements Journal {
  protected readonly inner: Journal;

  constructor(inner: Journal) {
    this.inner = inner;
  }

  get epoch(): string {
    return this.inner.epoch;
  }

  get length(): number {
    return this.inner.length;
  }

  get decisionCount(): number {
    return this.inner.decisionCount;
  }

  commonLength(...args: Parameters<Journal["commonLength"]>): number {
    return this.inner.commonLength(...args);
  }

  commit(batch: JournalBatch, durable: boolean): void {
    this.inner.commit(batch, durable);
  }

  message(...args: Parameters<Journal["message"]>): ReturnType<Journal["message"]> {
    return this.inner.message(...args);
  }

  messagesFrom(...args: Parameters<Journal["messagesFrom"]>): ReturnType<Journal["messagesFrom"]> {
    return this.inner.messagesFrom(...args);
  }

  messagesOf(...args: Parameters<Journal["messagesOf"]>): ReturnType<Journal["messagesOf"]> {
    return this.inner.messagesOf(...args);
  }

  hasInstance(instance: bigint): boolean {
    return this.inner.hasInstance(instance);
  }

  instancesAfter(
    ...args: Parameters<Journal["instancesAfter"]>
  ): ReturnType<Journal["instancesAfter"]> {
    return this.inner.instancesAfter(...args);
  }

  value(...args: Parameters<Journal["value"]>): ReturnType<Journal["value"]> {
    return this.inner.value(...args);
  }

  decisionsOf(instance: bigint): ReturnType<Journal["decisionsOf"]> {
    return this.inner.decisionsOf(instance);
  }
  decisionsFrom(
    ...args: Parameters<Journal["decisionsFrom"]>
  ): ReturnType<Journal["decisionsFrom"]> {
    return this.inner.decisionsFrom(...args);
  }

  evidence(): ReturnType<Journal["evidence"]> {
    return this.inner.evidence();
  }

  progress(peer: string): ReturnType<Journal["progress"]> {
    return this.inner.progress(peer);
  }

  close(): void {
    this.inner.close();
  }
}

/** Like a file: copies of it can be made, also of what it was before. To make one is to open it. */
export class StoredJournal extends WrappedJournal {
  /** All that has been kept, in order. */
  readonly batches: JournalBatch[] = [];
  /** By batch: whether it had to wait for the disk. */
  readonly waits: boolean[] = [];
  #runs: readonly JournalRun[] = [{ epoch: this.epoch, start: 0 }];

  constructor() {
    super(openMemoryJournal());
  }

  override commonLength(epoch: string, position: number): number {
    return commonLength({ runs: this.#runs, length: this.length }, epoch, position);
  }

  override commit(batch: JournalBatch, durable: boolean): void {
    super.commit(batch, durable);
    this.batches.push(batch);
    this.waits.push(durable);
  }

  /** What it was when it had so many batches: all of them if absent. */
  copy(count = this.batches.length): StoredJournal {
    const copy = new StoredJournal();
    for (const batch of this.batches.slice(0, count)) copy.commit(batch, true);
    const { epoch, length } = copy;
    copy.#runs = [...this.#runs.filter(({ start }) => start <= length), { epoch, start: length }];
    return copy;
  }
}

/** Before anything of a batch is kept, and when all of it is. */
export type CommitMoment = "unkept" | "kept";

/** Fails to keep a batch, or to say that it has, when `breaks` says so; from then on for good. */
export class FragileJournal extends WrappedJournal {
  readonly #breaks: (moment: CommitMoment) => boolean;
  #broken = false;

  constructor(inner: Journal, breaks: (moment: CommitMoment) => boolean) {
    super(inner);
    this.#breaks = breaks;
  }

  override commit(batch: JournalBatch, durable: boolean): void {
    this.#check("unkept");
    super.commit(batch, durable);
    this.#check("kept");
  }

  #check(moment: CommitMoment): void {
    this.#broken ||= this.#breaks(moment);
    if (this.#broken) throw new JournalError("the disk is full");
  }
}
