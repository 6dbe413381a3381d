/**
 * Bytes that other programs exchange: messages as protocol buffers, what a signature covers, ids as
 * text.
 *
 * @example What is signed does not depend on how a message is encoded
 * ```ts
 * import { canonicalValue, fromHex, toHex } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = canonicalValue(new TextEncoder().encode("x"));
 * assertEquals(fromHex(toHex(bytes)), bytes);
 * ```
 *
 * @module
 */

export type {
  AcceptorContent,
  AcceptorIndex,
  Ballot,
  LearnerIndex,
  MessageId,
  Timestamp,
  ValueHash,
} from "../core/types.ts";
export type { Rejection, RejectionCode } from "../core/rejection.ts";
export * from "./canonical.ts";
export * from "./codec.ts";
export * from "./hex.ts";
export * from "./protocol_version.ts";
export type { Ballot as BallotMessage, ConsensusMessage } from "./gen/hetpaxos/v1/consensus_pb.ts";
export type { LimitName, Limits, NetworkSettingName, ProposerSettingName } from "./limits.ts";
