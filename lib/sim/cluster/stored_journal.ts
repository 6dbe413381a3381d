/**
 * A journal in memory that is like a file: it outlives its process, and of what was not made durable
 * a crash of the machine may take some.
 *
 * @module
 */

import { type Journal, type JournalBatch, JournalError } from "../../store/journal.ts";
import { openMemoryJournal } from "../../store/memory_journal.ts";
import { commonLength, type JournalRun } from "../../store/runs.ts";

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

  get firstPosition(): number {
    return this.inner.firstPosition;
  }

  get firstDecision(): number {
    return this.inner.firstDecision;
  }

  get decisionCount(): number {
    return this.inner.decisionCount;
  }

  get evidenceCount(): number {
    return this.inner.evidenceCount;
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

  evidence(from?: number): ReturnType<Journal["evidence"]> {
    return this.inner.evidence(from);
  }

  logRecords(): Uint8Array[] {
    return this.inner.logRecords();
  }

  logEntries(): ReturnType<Journal["logEntries"]> {
    return this.inner.logEntries();
  }

  forget(...args: Parameters<Journal["forget"]>): boolean {
    return this.inner.forget(...args);
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
  readonly #makeEpoch: (() => string) | undefined;
  readonly #epoch: string;
  #runs: readonly JournalRun[];
  #durableLength = 0;

  /** @param makeEpoch Gives 32 hex digits, others each time; random ones if absent. */
  constructor(makeEpoch?: () => string) {
    super(openMemoryJournal());
    this.#makeEpoch = makeEpoch;
    this.#epoch = makeEpoch?.() ?? this.inner.epoch;
    this.#runs = [{ epoch: this.#epoch, start: 0 }];
  }

  /** As it was made. */
  override get epoch(): string {
    return this.#epoch;
  }

  /** By its own runs: a copy has those of what it was copied from. */
  override commonLength(epoch: string, position: number): number {
    return commonLength({ runs: this.#runs, length: this.length }, epoch, position);
  }

  /** Keeps the batch, and that it was kept. */
  override commit(batch: JournalBatch, durable: boolean): void {
    super.commit(batch, durable);
    this.batches.push(batch);
    this.waits.push(durable);
    if (durable) this.#durableLength = this.length;
  }

  /** How many batches are sure to survive a crash of the machine. */
  get durable(): number {
    return this.waits.lastIndexOf(true) + 1;
  }

  /** How many messages are sure to. */
  get durableLength(): number {
    return this.#durableLength;
  }

  /** What it was when it had `count` batches: all of them if absent. */
  copy(count = this.batches.length): StoredJournal {
    const copy = new StoredJournal(this.#makeEpoch);
    for (const batch of this.batches.slice(0, count)) copy.commit(batch, true);
    const { epoch, length } = copy;
    copy.#runs = [...this.#runs.filter(({ start }) => start <= length), { epoch, start: length }];
    return copy;
  }
}

/** Before anything of a batch is kept, and when all of it is. */
export type CommitMoment = "unkept" | "kept";

/** Fails to keep a batch, or to say that it has; from then on for good. */
class BreakingJournal extends WrappedJournal {
  readonly #breaks: (moment: CommitMoment) => boolean;
  readonly #synced: () => void;
  #isBroken = false;

  constructor(inner: Journal, breaks: (moment: CommitMoment) => boolean, synced: () => void) {
    super(inner);
    this.#breaks = breaks;
    this.#synced = synced;
  }

  override commit(batch: JournalBatch, durable: boolean): void {
    this.#check("unkept");
    super.commit(batch, durable);
    this.#check("kept");
    if (durable) this.#synced();
  }

  #check(moment: CommitMoment): void {
    this.#isBroken ||= this.#breaks(moment);
    if (this.#isBroken) throw new JournalError("the disk is full");
  }
}

/**
 * A journal that breaks, for good, as soon as `breaks` says so.
 *
 * @param synced Told when a durable commit is kept.
 */
export function breakingJournal(
  inner: Journal,
  breaks: (moment: CommitMoment) => boolean,
  synced: () => void = () => {},
): Journal {
  return new BreakingJournal(inner, breaks, synced);
}
