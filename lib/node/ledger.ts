/**
 * What a process knows, in front of its journal: everything is kept there, little in memory. What
 * has been added counts at once, and is kept at the next {@linkcode Ledger.flush}.
 *
 * @module
 */

import { fromBinary } from "@bufbuild/protobuf";
import { isRejection } from "../core/rejection.ts";
import type { MessageId, ValueHash } from "../core/types.ts";
import type {
  Journal,
  JournalDecision,
  JournalEvidence,
  JournalLogBatch,
  JournalMessage,
  JournalProgress,
  JournalValue,
} from "../store/journal.ts";
import { decodeMessage, encodeMessage, type WireMessage } from "../wire/codec.ts";
import {
  type ConsensusMessage,
  ConsensusMessageSchema,
} from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { messageBytes } from "../wire/message_bytes.ts";
import { BoundedCache } from "./bounded_cache.ts";
import type { Named } from "./envelopes.ts";
import { broken } from "./invariant.ts";
import { type LedgerRecord, makeRecord, type Vote } from "./ledger_record.ts";
import { RecentDecisions } from "./recent_decisions.ts";

export type { LedgerRecord } from "./ledger_record.ts";

/**
 * Messages that stay in memory, and values, by number and by bytes. What stays much longer than all
 * around it keeps V8 from reusing the memory in between: so neither outlives the other by far.
 */
const RECORDS_MAX = 8_192;
const VALUES_MAX = 1_024;
const ENCODED_MAX = 256;
const VALUE_BYTES_MAX = 16 * 1024 * 1024;

/** Bounds that do not apply to what was accepted once. */
export const NO_LIMITS = {
  valueBytesMax: Number.MAX_SAFE_INTEGER,
  refsMax: Number.MAX_SAFE_INTEGER,
};

interface Pending {
  readonly messages: JournalMessage[];
  readonly values: Map<ValueHash, Uint8Array>;
  readonly decisions: JournalDecision[];
  readonly evidence: JournalEvidence[];
  readonly progress: Map<string, JournalProgress>;
}

/** Every message, value, decision and proof that one process knows. */
export class Ledger {
  /** What is in front of. */
  readonly journal: Journal;
  readonly #records: BoundedCache<MessageId, LedgerRecord> = new BoundedCache(RECORDS_MAX);
  readonly #values: BoundedCache<ValueHash, Uint8Array> = new BoundedCache(VALUE_BYTES_MAX);
  /** Not kept yet: these must not leave memory. */
  readonly #unkept: Map<MessageId, LedgerRecord> = new Map();
  /** What goes to one peer mostly goes to all. */
  readonly #encoded: BoundedCache<MessageId, ConsensusMessage> = new BoundedCache(ENCODED_MAX);
  readonly #timed: (commit: () => void) => void;
  readonly #decisions: RecentDecisions;
  #pending: Pending = nothing();
  /** Something pending was signed here. */
  #mustLast = false;

  /** Whether messages are forgotten, and values with them. */
  readonly #forgets: boolean;

  /**
   * Everything that the journal keeps, and nothing else yet.
   *
   * @param timed Runs each commit of the journal, and may take the time.
   * @param forgets Whether {@linkcode Ledger.forget} will be called.
   */
  constructor(
    journal: Journal,
    timed: (commit: () => void) => void = (commit) => commit(),
    forgets = false,
  ) {
    this.journal = journal;
    this.#forgets = forgets;
    this.#timed = timed;
    this.#decisions = new RecentDecisions(journal.decisionCount);
  }

  /** How many messages there are. */
  get length(): number {
    return this.journal.length + this.#pending.messages.length;
  }

  /** Adds a message that is not there yet, after all it refers to. */
  append(id: MessageId, wire: WireMessage, own: boolean, vote?: Vote): LedgerRecord {
    const record = makeRecord(this.length, id, wire, own, vote);
    this.#pending.messages.push({
      position: record.position,
      id,
      instance: record.instance,
      own,
      bytes: messageBytes(record.wire),
      ...this.#forgets && { valueHash: record.valueHash },
    });
    // What another instance has it by may be forgotten before this is kept.
    const value = this.#forgets && record.valueHash !== undefined
      ? this.value(record.valueHash)
      : undefined;
    if (value !== undefined) this.#pending.values.set(record.valueHash!, value);
    this.#unkept.set(id, record);
    this.#mustLast ||= own && wire.kind === "acceptor";
    return record;
  }

  /** Whether a message may be sent: no crash of this process takes it back. */
  isKept({ position }: LedgerRecord): boolean {
    return position < this.journal.length;
  }

  /** A message for sending, a 1a without its value. Whoever gets it leaves it as it is. */
  encoded(record: LedgerRecord): ConsensusMessage {
    const known = this.#encoded.get(record.id);
    if (known !== undefined) return known;
    const encoded = encodeMessage(record.wire);
    this.#encoded.set(record.id, encoded, 1);
    return encoded;
  }

  /** Refuses to let a message be sent that a crash could take back. @throws NodeInvariantError */
  assertKept(record: LedgerRecord): void {
    if (!this.isKept(record)) broken("kept-before-sent", `${record.id} is not`);
  }

  /** Whether there is this message. */
  has({ instance, id }: Named): boolean {
    return this.get(instance, id) !== undefined;
  }

  /** The message with this id if it is in memory: to look costs next to nothing. */
  recent(id: MessageId): LedgerRecord | undefined {
    return this.#unkept.get(id) ?? this.#records.get(id);
  }

  /** The message of this instance with this id, read from the journal if need be. */
  get(instance: bigint, id: MessageId): LedgerRecord | undefined {
    const recent = this.recent(id);
    if (recent !== undefined) return recent;
    const kept = this.journal.message(instance, id);
    return kept === undefined ? undefined : this.#read(kept);
  }

  /**
   * Where to go on for a peer that has taken in the ledger of this epoch up to a position: where that
   * ledger and this one part, if the journal is an old copy.
   */
  resumeAt(epoch: string, position: bigint): number {
    const count = Math.min(Number(position), Number.MAX_SAFE_INTEGER);
    return this.journal.commonLength(epoch, count);
  }

  /** Up to `count` messages from a position on, in order; only what has been kept. */
  from(position: number, count: number): LedgerRecord[] {
    return this.journal.messagesFrom(position, count).map((kept) => this.#read(kept));
  }

  /** All messages of an instance, in order, those included that wait to be kept. */
  ofInstance(instance: bigint): LedgerRecord[] {
    const records = this.journal.messagesOf(instance).map((kept) => this.#read(kept));
    for (const record of this.#unkept.values()) {
      if (record.instance === instance) records.push(record);
    }
    return records;
  }

  /** Keeps a value. One that has left memory is handed to the journal again, which passes it over. */
  putValue(hash: ValueHash, value: Uint8Array): void {
    if (this.#values.get(hash) === undefined) this.#pending.values.set(hash, value);
  }

  /** The value with this hash. */
  value(hash: ValueHash): Uint8Array | undefined {
    const recent = this.#pending.values.get(hash) ?? this.#values.get(hash);
    if (recent !== undefined) return recent;
    const kept = this.journal.value(hash);
    if (kept !== undefined) this.#cacheValue(hash, kept);
    return kept;
  }

  /** Keeps a decision. */
  decide(decision: JournalDecision): void {
    this.#pending.decisions.push(decision);
  }

  /** Up to `count` kept decisions from the `from`th on, in their order; the newest from memory. */
  decisionsFrom(from: number, count: number): readonly JournalDecision[] {
    return this.#decisions.from(from, count) ?? this.journal.decisionsFrom(from, count);
  }

  /** Keeps the proof of an equivocation. */
  addEvidence(evidence: JournalEvidence): void {
    this.#pending.evidence.push(evidence);
  }

  /** Keeps how much of a peer's ledger has been taken in. */
  setProgress(progress: JournalProgress): void {
    this.#pending.progress.set(progress.peer, progress);
  }

  /** Whether anything has been added since the last flush. */
  get hasPending(): boolean {
    const { messages, values, decisions, evidence, progress } = this.#pending;
    return messages.length + values.size + decisions.length + evidence.length + progress.size > 0;
  }

  /**
   * Lets go of messages of instances below one, `count` at most, and of what belongs to them.
   *
   * @returns Whether there may be more.
   * @throws JournalError if the journal cannot be written.
   */
  forget(below: bigint, count: number): boolean {
    return this.journal.forget(below, count);
  }

  /**
   * Hands everything added to the journal.
   *
   * @param log What is to be kept of the log, and the values that came with it.
   * @throws JournalError if it cannot be kept.
   */
  flush(
    durable: boolean,
    log?: {
      readonly batch?: JournalLogBatch | undefined;
      readonly values: readonly JournalValue[];
    },
  ): void {
    const { messages, values, decisions, evidence, progress } = this.#pending;
    if (!this.hasPending && log?.batch === undefined) return;
    for (const { hash, bytes } of log?.values ?? []) values.set(hash, bytes);
    if (this.#mustLast && !durable) broken("own-kept-durably", "it was to be kept for now");
    const [first] = messages;
    if (first !== undefined && first.position !== this.journal.length) {
      broken("log-without-gaps", `message ${first.position} follows ${this.journal.length}`);
    }
    const batch = {
      messages,
      values: [...values].map(([hash, bytes]) => ({ hash, bytes })),
      decisions,
      evidence,
      progress: [...progress.values()],
      ...log?.batch && { log: log.batch },
    };
    this.#timed(() => this.journal.commit(batch, durable));
    if (decisions.length > 0) this.#decisions.kept(decisions, this.journal.decisionCount);
    for (const [id, record] of this.#unkept) this.#records.set(id, record, 1);
    for (const [hash, value] of values) this.#cacheValue(hash, value);
    this.#unkept.clear();
    this.#mustLast = false;
    this.#pending = nothing();
  }

  #cacheValue(hash: ValueHash, value: Uint8Array): void {
    this.#values.set(hash, value, Math.max(value.length, VALUE_BYTES_MAX / VALUES_MAX));
  }

  #read({ position, id, own, bytes }: JournalMessage): LedgerRecord {
    const cached = this.#records.get(id);
    if (cached !== undefined) return cached;
    const wire = decodeMessage(fromBinary(ConsensusMessageSchema, bytes), NO_LIMITS);
    if (isRejection(wire)) throw new Error(`message ${id} in the journal: ${wire.detail}`);
    const record = makeRecord(position, id, wire, own);
    this.#records.set(id, record, 1);
    return record;
  }
}

function nothing(): Pending {
  return {
    messages: [],
    values: new Map(),
    decisions: [],
    evidence: [],
    progress: new Map(),
  };
}
