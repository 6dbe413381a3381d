/**
 * What travels in the world of one log. What happens within an instance is made simple there: each
 * acceptor votes once, for all learners, and a learner decides by a quorum of votes. Everything that
 * the log is promised of instances holds, and nothing more.
 *
 * @module
 */

import type { AcceptorIndex, MessageId, ValueHash } from "../../core/types.ts";
import type { LogRecord } from "../../log/record.ts";
import type { Checkpoint, Closing, Signed } from "../../log/statement.ts";
import type { Snapshot } from "../../log/snapshot.ts";
import type { LogContext, Position } from "../../log/types.ts";

/** A vote of an acceptor in an instance: stands for all its messages there. Only it can make one. */
export interface Vote {
  readonly id: MessageId;
  readonly signer: AcceptorIndex;
  readonly instance: Position;
  /** By learner: for what; undefined for nothing. */
  readonly values: readonly (Uint8Array | undefined)[];
  /** By learner. */
  readonly hashes: readonly (ValueHash | undefined)[];
}

/** What one process sends to another. */
export type Packet =
  | { readonly kind: "proposal"; readonly instance: Position; readonly value: Uint8Array }
  | { readonly kind: "vote"; readonly vote: Vote }
  | { readonly kind: "checkpoint"; readonly signed: Signed<Checkpoint> }
  /** With what the signer knows of the instance. */
  | { readonly kind: "closing"; readonly signed: Signed<Closing>; readonly past: readonly Vote[] }
  | { readonly kind: "snapshot"; readonly snapshot: Snapshot }
  | { readonly kind: "hand over"; readonly record: LogRecord }
  /** Says how far the sender is, and asks for what it lacks. */
  | {
    readonly kind: "ask";
    readonly floor: Position;
    /** The lowest of its prefixes. */
    readonly lowest: Position;
    /** The end of its window. */
    readonly end: Position;
  }
  /** An answer is complete. */
  | { readonly kind: "answered"; readonly floor: Position };

/** A vote with its name. */
export function makeVote(
  context: LogContext,
  signer: AcceptorIndex,
  instance: Position,
  values: readonly (Uint8Array | undefined)[],
): Vote {
  const hashes = values.map((value) => value === undefined ? undefined : context.hashValue(value));
  const name = `${signer} ${instance} ${hashes.join(" ")}`;
  const id = context.hash(new TextEncoder().encode(name)) as MessageId;
  return { id, signer, instance, values, hashes };
}
