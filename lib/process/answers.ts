/**
 * Answers of the service, bounded where they are made: whoever may ask can read them.
 *
 * @module
 */

import { create, toBinary } from "@bufbuild/protobuf";
import type { DecisionRecord } from "../node/decision_book.ts";
import { encodeBallot } from "../wire/codec.ts";
import { type Decision, DecisionSchema } from "../wire/gen/hetpaxos/v1/service_pb.ts";

/** Bytes of a field's header and length, at most. */
const FIELD_BYTES = 16;

/** A decision for the wire, with its value if it is known by now. */
export function encodeDecision({ learner, instance, ballot, signers, value }: DecisionRecord) {
  return create(DecisionSchema, {
    learner,
    instance,
    ballot: encodeBallot(ballot),
    value: value === undefined ? undefined : new Uint8Array(value),
    signers: [...signers],
  });
}

/**
 * The newest decisions that `bytesMax` have room for; of their values, each at least once as long as
 * there is room, then again with every decision. The ballot has the hash of a value that is left out.
 *
 * @param records Oldest first, and so is the answer.
 * @param needed How many of the newest lose nothing but values; all, if not given.
 */
export function decisionsWithin(
  records: readonly DecisionRecord[],
  bytesMax: number,
  needed: number = records.length,
): Decision[] {
  let room = bytesMax;
  const newest: Decision[] = [];
  for (const record of records.toReversed()) {
    const decision = encodeDecision({ ...record, value: undefined });
    room -= toBinary(DecisionSchema, decision).length + FIELD_BYTES;
    if (room < 0 && newest.length >= needed) break;
    newest.push(decision);
  }
  const known = records.toReversed().slice(0, newest.length).map(({ value, ballot }, i) => ({
    value,
    hash: ballot.valueHash,
    decision: newest[i]!,
  }));
  const given = new Set<string>();
  const give = ({ value, hash, decision }: typeof known[number]) => {
    if (value === undefined || value.length + FIELD_BYTES > room) return;
    room -= value.length + FIELD_BYTES;
    decision.value = new Uint8Array(value);
    given.add(hash);
  };
  for (const one of known) if (!given.has(one.hash)) give(one);
  for (const one of known) if (one.decision.value === undefined) give(one);
  return newest.reverse();
}
