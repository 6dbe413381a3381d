/**
 * Every message delivered or sent by this process, in that order, which is a causal one. Links read
 * it like a file: each has a place up to which it has read.
 *
 * @module
 */

import type { MessageId, ValueHash } from "../core/types.ts";
import type { WireMessage } from "../wire/codec.ts";

/** A delivered message. */
export interface LogRecord {
  /** Position in the log. */
  readonly position: number;
  /** Occurs once in the log. */
  readonly id: MessageId;
  /** 0 to 2^64 - 1. */
  readonly instance: bigint;
  /** Without a 1a's value: see `valueHash`. */
  readonly wire: WireMessage;
  /** What it refers to, ascending; empty for a 1a. */
  readonly refs: readonly MessageId[];
  /** The value that travels with a 1a; undefined for another message. */
  readonly valueHash: ValueHash | undefined;
  /** Made by this process, so that nobody else can have it yet. */
  readonly own: boolean;
}

/** The log of one process; grows at its end only. */
export class MessageLog {
  readonly #records: LogRecord[] = [];
  readonly #byId: Map<MessageId, LogRecord> = new Map();

  /** How many records there are. */
  get length(): number {
    return this.#records.length;
  }

  /** Adds a message that is not in the log yet, after all it refers to. */
  append(id: MessageId, wire: WireMessage, own: boolean): LogRecord {
    const record: LogRecord = {
      position: this.#records.length,
      id,
      instance: wire.instance,
      wire: wire.kind === "1a" ? { ...wire, value: undefined } : wire,
      refs: wire.kind === "1a" ? [] : wire.content.refs,
      valueHash: wire.kind === "1a" ? wire.ballot.valueHash : undefined,
      own,
    };
    this.#records.push(record);
    this.#byId.set(id, record);
    return record;
  }

  /** The record at a position; undefined beyond the end. */
  at(position: number): LogRecord | undefined {
    return this.#records[position];
  }

  /** The record of a message; undefined if it has not been delivered. */
  get(id: MessageId): LogRecord | undefined {
    return this.#byId.get(id);
  }
}
