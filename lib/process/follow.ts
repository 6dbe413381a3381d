/**
 * Following decisions: those that are kept, and those to come.
 *
 * @module
 */

import type { DecisionBook, DecisionRecord } from "../node/decision_book.ts";

/** Decisions read from the journal at a time: then everybody else has a turn. */
const BATCH = 64;

/**
 * Decisions but for the first `skipped`, and all to come until `signal` aborts. However many there
 * are and however fast they are taken, the process goes on with its work meanwhile.
 */
export async function* followDecisions(
  book: DecisionBook,
  signal: AbortSignal,
  skipped = 0,
): AsyncGenerator<DecisionRecord> {
  let next = skipped;
  let wake = () => {};
  const follower = () => wake();
  const leave = book.onKept(follower);
  signal.addEventListener("abort", follower);
  try {
    while (!signal.aborted) {
      const from = next = Math.max(next, book.first);
      for (const decision of book.after(from, BATCH)) {
        next++;
        yield decision;
        if (signal.aborted) return;
      }
      if (next === from + BATCH) await nextTurn();
      if (next === from) {
        const woken = new Promise<void>((resolve) => wake = resolve);
        if (next === book.count && !signal.aborted) await woken;
        // What has been decided is sent first: a follower may take its time, with a long value to print.
        await nextTurn();
      }
    }
  } finally {
    leave();
    signal.removeEventListener("abort", follower);
  }
}

/**
 * The decisions in some instances, and all to come there until `signal` aborts. What is kept of
 * other instances costs nothing.
 *
 * @param onlyNew Leaves out those that are kept already.
 */
export async function* followDecisionsIn(
  book: DecisionBook,
  instances: readonly bigint[],
  signal: AbortSignal,
  onlyNew = false,
): AsyncGenerator<DecisionRecord> {
  const wanted = new Set(instances);
  // Found by instance, those that come meanwhile included; they are met again below.
  const found = new Set<string>();
  const keyOf = ({ learner, instance, ballot }: DecisionRecord) =>
    `${instance} ${learner} ${ballot.valueHash}`;
  const known = book.count;
  let looked = 0;
  for (const instance of onlyNew ? [] : wanted) {
    if (++looked % BATCH === 0) await nextTurn();
    for (const decision of book.of(instance)) {
      if (signal.aborted) return;
      found.add(keyOf(decision));
      yield decision;
    }
  }
  for await (const decision of followDecisions(book, signal, known)) {
    if (wanted.has(decision.instance) && !found.has(keyOf(decision))) yield decision;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
