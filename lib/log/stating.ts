/**
 * When an acceptor makes a checkpoint.
 *
 * @module
 */

import { hasMember } from "../core/acceptor_set.ts";
import { canonicalCheckpoint, type Checkpoint, type LearnerHead } from "./statement.ts";
import type { LogEffect, LogMember, LogState } from "./state.ts";
import type { Position } from "./types.ts";

/**
 * Makes the statements that are due: at each checkpoint above the floor that some learner's prefix
 * has reached since the last one there, about all whose prefix has. Kept, then sent.
 *
 * Only of what this acceptor has seen itself: what lies before a certificate that it started from is
 * that certificate's word. What it has seen since then rests on it, and may be stated: were even
 * that forbidden, no cluster would certify anything once each of its acceptors had lost its disk
 * (ADR 0048). By induction over positions, certificates for accurate learners stay true.
 */
export function makeStatements(member: LogMember, state: LogState, effects: LogEffect[]): void {
  const { context, signer } = member;
  if (signer === undefined || signer.isRecovering) return;
  for (const position of duePositions(state)) {
    const heads = headsAt(state, position);
    const said = state.stated.get(position) ?? 0n;
    if (heads.every(({ learner }) => hasMember(said, learner))) continue;
    const statement: Checkpoint = { signer: signer.index, position, heads };
    const signature = signer.sign(canonicalCheckpoint(context.configDigest, statement));
    const signed = { statement, signature };
    noteStated(state, statement);
    state.book.add(signed, state.floor, position);
    effects.push({ kind: "keep", record: { kind: "checkpoint", signed } });
    effects.push({ kind: "send checkpoint", signed });
  }
}

/** Notes a statement of this acceptor. */
export function noteStated(state: LogState, { position, heads }: Checkpoint): void {
  const about = heads.reduce((set, { learner }) => set | 1n << BigInt(learner), 0n);
  state.stated.set(position, (state.stated.get(position) ?? 0n) | about);
}

function duePositions({ learners, floor }: LogState): Position[] {
  const due = new Set<Position>();
  for (const { stands, base } of learners) {
    for (const position of stands.keys()) {
      if (position > floor && position > base) due.add(position);
    }
  }
  return [...due].sort((a, b) => a - b);
}

function headsAt({ learners }: LogState, position: Position): LearnerHead[] {
  return learners.flatMap(({ stands, base }, learner) => {
    const stand = stands.get(position);
    if (stand?.chain === undefined || position <= base) return [];
    return [{ learner, chain: stand.chain, sessions: stand.sessions }];
  });
}
