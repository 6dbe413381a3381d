/**
 * From what was kept back to the log, and what need not be kept any more.
 *
 * @module
 */

import { membersOf } from "../core/acceptor_set.ts";
import { applySnapshot } from "./catching_up.ts";
import { raiseFloor } from "./forgetting.ts";
import { type Kept, type LogEffect, type LogMember, type LogState, newLogState } from "./state.ts";
import { noteStated } from "./stating.ts";

/**
 * The log after all of this was kept, in this order; and what is to be done once more: entries from
 * the floor on are delivered again, for the process may have stopped before anybody read them.
 */
export function restoreLog(
  { context }: LogMember,
  kept: Iterable<Kept>,
): { readonly state: LogState; readonly effects: readonly LogEffect[] } {
  const state = newLogState(context);
  const again: LogEffect[] = [];
  for (const record of kept) restore(state, record, again);
  // The process may have stopped before it deleted what it had decided to forget.
  const effects: LogEffect[] = state.floor > 0 ? [{ kind: "forget", below: state.floor }] : [];
  // Or before anybody here had read what it had kept.
  for (const effect of again) {
    if (effect.kind === "deliver" && effect.delivery.position >= state.floor) effects.push(effect);
  }
  // Or before anybody had heard that it stops in an instance.
  for (const made of state.closings.values()) {
    for (const signed of made.values()) effects.push({ kind: "send closing", signed });
  }
  return { state, effects };
}

function restore(state: LogState, record: Kept, effects: LogEffect[]): void {
  switch (record.kind) {
    case "outcome": {
      const log = state.learners[record.learner]!;
      if (log.has(record.position)) return;
      for (const delivery of log.learn(record.position, record.entry)) {
        effects.push({ kind: "deliver", delivery });
      }
      return;
    }
    case "checkpoint": {
      const { statement } = record.signed;
      if (statement.position <= state.floor) return;
      noteStated(state, statement);
      state.book.add(record.signed, state.floor, statement.position);
      return;
    }
    case "closing": {
      const { instance, learner } = record.signed.statement;
      if (instance < state.floor) return;
      const made = state.closings.get(instance) ?? new Map();
      state.closings.set(instance, made.set(learner, record.signed));
      return;
    }
    case "floor":
      return raiseFloor(state, record.position, record.certificates, effects);
    case "snapshot":
      return applySnapshot(state, record.snapshot, effects);
    case "abandon":
      state.abandoned |= 1n << BigInt(record.learner);
      return;
    case "inaccurate":
      state.inaccurate |= 1n << BigInt(record.learner);
      return;
    case "base":
      state.floor = record.floor;
      record.learners.forEach((base, a) => state.learners[a]!.restore(record.floor, base));
      return;
  }
}

/** What stands for all that was kept before: as much as the log holds, however old it is. */
export function compacted(state: LogState, self: number | undefined): Kept[] {
  const { floor, learners, book, closings, abandoned, inaccurate } = state;
  const kept: Kept[] = [
    ...membersOf(abandoned).map((learner): Kept => ({ kind: "abandon", learner })),
    ...membersOf(inaccurate).map((learner): Kept => ({ kind: "inaccurate", learner })),
    { kind: "base", floor, learners: learners.map((log) => log.baseAt(floor)) },
  ];
  learners.forEach((log, learner) => {
    const above = [...log.entries.keys()].filter((at) => at >= floor).sort((a, b) => a - b);
    for (const position of above) {
      kept.push({ kind: "outcome", learner, position, entry: log.entries.get(position)! });
    }
  });
  for (const signed of book.all()) {
    if (signed.statement.signer === self) kept.push({ kind: "checkpoint", signed });
  }
  for (const made of closings.values()) {
    for (const signed of made.values()) kept.push({ kind: "closing", signed });
  }
  return kept;
}
