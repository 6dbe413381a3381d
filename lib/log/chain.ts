/**
 * The chain: a hash over all outcomes of a learner's log up to a position (PROTOCOL section 8).
 *
 * ```text
 * h_a(0):     "hetpaxos/v2/log/genesis\0" configDigest length:u32 learner
 * h_a(i + 1): "hetpaxos/v2/log/entry\0" h_a(i) i:u64 kind:u8 [valueHash]     kind: 0 closed, 1 decided
 * ```
 *
 * @module
 */

import type { LearnerIndex } from "../core/types.ts";
import { ByteWriter } from "../wire/byte_writer.ts";
import { tag } from "../wire/canonical.ts";
import type { LogContext, LogHash, Outcome, Position } from "./types.ts";

const GENESIS_TAG = tag("hetpaxos/v2/log/genesis");
const ENTRY_TAG = tag("hetpaxos/v2/log/entry");

/** h_a(0). */
export function genesis(
  { graph, configDigest, hash }: Pick<LogContext, "graph" | "configDigest" | "hash">,
  learner: LearnerIndex,
): LogHash {
  const name = graph.spec.learners[learner]!;
  return hash(new ByteWriter().raw(GENESIS_TAG).raw(configDigest).text(name).finish()) as LogHash;
}

/** h_a(i + 1), from h_a(i) and the outcome at i. */
export function extendChain(
  { hash }: Pick<LogContext, "hash">,
  head: LogHash,
  position: Position,
  outcome: Outcome,
): LogHash {
  const writer = new ByteWriter(ENTRY_TAG.length + 73)
    .raw(ENTRY_TAG)
    .hex(head)
    .u64(BigInt(position))
    .u8(outcome.kind === "closed" ? 0 : 1);
  if (outcome.kind === "decided") writer.hex(outcome.valueHash);
  return hash(writer.finish()) as LogHash;
}

/** The head after these outcomes, the first of which stands at `from`. Linear. */
export function chainOver(
  context: Pick<LogContext, "hash">,
  start: LogHash,
  from: Position,
  outcomes: readonly Outcome[],
): LogHash {
  return outcomes.reduce(
    (head, outcome, i) => extendChain(context, head, from + i, outcome),
    start,
  );
}
