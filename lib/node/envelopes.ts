/**
 * Parts of envelopes.
 *
 * @module
 */

import { create } from "@bufbuild/protobuf";
import { isRejection } from "../core/rejection.ts";
import type { MessageId } from "../core/types.ts";
import { decodeId, encodeMessage } from "../wire/codec.ts";
import {
  type ConsensusMessage,
  type MessageIds,
  MessageIdsSchema,
} from "../wire/gen/hetpaxos/v1/consensus_pb.ts";
import { fromHex } from "../wire/hex.ts";
import type { LedgerRecord } from "./ledger.ts";

/** A message by name. */
export interface Named {
  /** 0 to 2^64 - 1. */
  readonly instance: bigint;
  /** Unique among all instances, since it covers the instance. */
  readonly id: MessageId;
}

/** Ids grouped by instance, in order of first appearance. */
export function encodeIds(named: readonly Named[]): MessageIds[] {
  const byInstance = new Map<bigint, Uint8Array<ArrayBuffer>[]>();
  for (const { instance, id } of named) {
    const ids = byInstance.get(instance);
    if (ids === undefined) byInstance.set(instance, [fromHex(id)]);
    else ids.push(fromHex(id));
  }
  return [...byInstance].map(([instance, ids]) => create(MessageIdsSchema, { instance, ids }));
}

/** Ids of one kind in one envelope, at most. */
export const IDS_MAX = 4_096;

/**
 * The well-formed ids of lists. Others can name nothing, so they are passed over.
 *
 * @param countMax How many ids are looked at; what comes after them is not.
 */
export function decodeNamed(lists: readonly MessageIds[], countMax = IDS_MAX): Named[] {
  const named: Named[] = [];
  let left = countMax;
  for (const { instance, ids } of lists) {
    for (const bytes of ids) {
      if (left-- <= 0) return named;
      const id = decodeId(bytes);
      if (!isRejection(id)) named.push({ instance, id });
    }
  }
  return named;
}

/** A logged message for sending; a 1a with its value, if one is given. */
export function encodeRecord(
  { wire }: LedgerRecord,
  value: Uint8Array | undefined,
): ConsensusMessage {
  return encodeMessage(wire.kind === "1a" ? { ...wire, value } : wire);
}
