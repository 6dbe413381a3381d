/**
 * What acceptors sign about the log: checkpoints and closings. Each is signed under a domain of its
 * own and can stand for nothing else:
 *
 * ```text
 * checkpoint: "hetpaxos/v2/log/checkpoint\0" configDigest position:u64 signer:u32
 *             count:u32 (learner:u32 chain sessions)…                        learners ascending
 * closing:    "hetpaxos/v2/log/closing\0" configDigest instance:u64 signer:u32 learner:u32
 *             lastFlag:u8 [last]
 * ```
 *
 * @module
 */

import type { AcceptorIndex, LearnerIndex, MessageId } from "../core/types.ts";
import { ByteWriter } from "../wire/byte_writer.ts";
import { HASH_BYTES, tag } from "../wire/canonical.ts";
import type { LogContext, LogHash, Position } from "./types.ts";

const CHECKPOINT_TAG = tag("hetpaxos/v2/log/checkpoint");
const CLOSING_TAG = tag("hetpaxos/v2/log/closing");

/** Where a learner's log stands at some position. */
export interface Head {
  /** Over all outcomes before it. */
  readonly chain: LogHash;
  /** The hash of the sessions' canonical bytes. */
  readonly sessions: LogHash;
}

/** A head, and whose. */
export interface LearnerHead extends Head {
  /** Whose log. */
  readonly learner: LearnerIndex;
}

/**
 * What an acceptor says of all learners whose prefix has reached a position.
 *
 * Differs from PROTOCOL section 8 by the sessions: without their hash whoever starts from a
 * certificate could not know what is a repetition (ADR 0048).
 */
export interface Checkpoint {
  /** Who says so. */
  readonly signer: AcceptorIndex;
  /** A multiple of `checkpointEvery`, above 0. */
  readonly position: Position;
  /** Learners ascending; at least one. */
  readonly heads: readonly LearnerHead[];
}

/** What an acceptor says when it stops in an instance, so that the instance can be closed. */
export interface Closing {
  /** Who says so. It signs nothing more in the instance. */
  readonly signer: AcceptorIndex;
  /** Where. */
  readonly instance: Position;
  /** For whom. */
  readonly learner: LearnerIndex;
  /** Its latest message there; undefined if it has sent none. */
  readonly last: MessageId | undefined;
}

/** A statement with its signer's signature. */
export interface Signed<T> {
  /** What is said. */
  readonly statement: T;
  /** 64 bytes. */
  readonly signature: Uint8Array;
}

/** What the signature of a checkpoint signs. Linear in the learners. */
export function canonicalCheckpoint(
  configDigest: Uint8Array,
  { signer, position, heads }: Checkpoint,
): Uint8Array<ArrayBuffer> {
  const size = CHECKPOINT_TAG.length + 48 + heads.length * (4 + 2 * HASH_BYTES);
  const writer = new ByteWriter(size)
    .raw(CHECKPOINT_TAG)
    .raw(configDigest)
    .u64(BigInt(position))
    .u32(signer)
    .u32(heads.length);
  for (const { learner, chain, sessions } of heads) writer.u32(learner).hex(chain).hex(sessions);
  return writer.finish();
}

/** What the signature of a closing signs. */
export function canonicalClosing(
  configDigest: Uint8Array,
  { signer, instance, learner, last }: Closing,
): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(CLOSING_TAG.length + 81)
    .raw(CLOSING_TAG)
    .raw(configDigest)
    .u64(BigInt(instance))
    .u32(signer)
    .u32(learner)
    .u8(last === undefined ? 0 : 1);
  if (last !== undefined) writer.hex(last);
  return writer.finish();
}

const HASH = /^[0-9a-f]{64}$/;

/** Why a checkpoint says nothing, or undefined. Its signature is verified last. */
export function checkpointFlaw(
  context: LogContext,
  { statement, signature }: Signed<Checkpoint>,
): "MALFORMED" | "POSITION" | "SIGNATURE" | undefined {
  const { graph, settings, configDigest } = context;
  const { signer, position, heads } = statement;
  if (!isIndex(signer, graph.acceptorCount)) return "MALFORMED";
  if (heads.length === 0 || heads.length > graph.learnerCount) return "MALFORMED";
  const isSorted = heads.every(({ learner }, i) => i === 0 || heads[i - 1]!.learner < learner);
  const isFit = ({ learner, chain, sessions }: LearnerHead) =>
    isIndex(learner, graph.learnerCount) && HASH.test(chain) && HASH.test(sessions);
  if (!isSorted || !heads.every(isFit)) return "MALFORMED";
  if (!Number.isSafeInteger(position) || position <= 0) return "POSITION";
  if (position % settings.checkpointEvery !== 0) return "POSITION";
  const bytes = canonicalCheckpoint(configDigest, statement);
  return context.verify(signer, bytes, signature) ? undefined : "SIGNATURE";
}

/** Why a closing says nothing, or undefined. */
export function closingFlaw(
  context: LogContext,
  { statement, signature }: Signed<Closing>,
): "MALFORMED" | "SIGNATURE" | undefined {
  const { signer, instance, learner, last } = statement;
  const isFit = isIndex(signer, context.graph.acceptorCount) &&
    isIndex(learner, context.graph.learnerCount) && Number.isSafeInteger(instance) &&
    instance >= 0 && (last === undefined || HASH.test(last));
  if (!isFit) return "MALFORMED";
  const bytes = canonicalClosing(context.configDigest, statement);
  return context.verify(signer, bytes, signature) ? undefined : "SIGNATURE";
}

function isIndex(index: number, count: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < count;
}
