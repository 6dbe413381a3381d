/**
 * Messages as a ledger has them.
 *
 * @module
 */

import type { MessageId, ValueHash } from "../core/types.ts";
import type { WireMessage } from "../wire/codec.ts";

/** A vote of which it is known who waits for it. */
export interface Vote {
  /** Its kind. */
  readonly kind: "1b" | "2a";
  /** Name of the proposer whose ballot it is. */
  readonly proposer: string;
}

/** A delivered message. */
export interface LedgerRecord {
  /** Position in the ledger. */
  readonly position: number;
  /** Of the message. */
  readonly id: MessageId;
  /** 0 to 2^64 - 1. */
  readonly instance: bigint;
  /** Without a 1a's value: see `valueHash`. */
  readonly wire: WireMessage;
  /** What it refers to. */
  readonly refs: readonly MessageId[];
  /** The value that travels with a 1a. */
  readonly valueHash: ValueHash | undefined;
  /** Made by this process, so that nobody else can have it yet. */
  readonly own: boolean;
  /** What is known of an own vote; undefined for one of which it is not known who waits for it. */
  readonly vote: Vote | undefined;
}

/** A message at a position of the ledger. */
export function makeRecord(
  position: number,
  id: MessageId,
  wire: WireMessage,
  own: boolean,
  vote?: Vote,
): LedgerRecord {
  return {
    position,
    id,
    instance: wire.instance,
    wire: wire.kind === "1a" ? { ...wire, value: undefined } : wire,
    refs: wire.kind === "1a" ? [] : wire.content.refs,
    valueHash: wire.kind === "1a" ? wire.ballot.valueHash : undefined,
    own,
    vote,
  };
}
