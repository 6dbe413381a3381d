/**
 * The log as a step function: what a process makes of what it sees and is told (PROTOCOL section 8).
 *
 * @module
 */

import { hasMember } from "../core/acceptor_set.ts";
import type { LearnerIndex } from "../core/types.ts";
import { isClosed } from "./closing.ts";
import { adopt } from "./catching_up.ts";
import { moveFloor, noteContradictions } from "./forgetting.ts";
import type { Entry } from "./learner_log.ts";
import { canonicalClosing, type Checkpoint, type Closing, type Signed } from "./statement.ts";
import {
  type LogEffect,
  type LogInput,
  type LogMember,
  type LogState,
  prefixesOf,
} from "./state.ts";
import { makeStatements, noteStated } from "./stating.ts";
import { type Position, sameOutcome } from "./types.ts";
import { mayOpen, windowEnd } from "./window.ts";

/**
 * Takes one input: changes the state in place, and returns what is to be done, in order. A process
 * that stops anywhere in between goes on from what was kept.
 */
export function stepLog(member: LogMember, state: LogState, input: LogInput): LogEffect[] {
  const effects: LogEffect[] = [];
  if (!take(member, state, input, effects)) return effects;
  makeStatements(member, state, effects);
  noteContradictions(state, effects);
  moveFloor(state, effects);
  return effects;
}

/** Whether anything follows from it. */
function take(
  member: LogMember,
  state: LogState,
  input: LogInput,
  effects: LogEffect[],
): boolean {
  const { context } = member;
  switch (input.kind) {
    case "decided": {
      const { learner, instance, value } = input;
      const outcome = { kind: "decided", valueHash: context.hashValue(value) } as const;
      return observe(member, state, learner, instance, { outcome, value }, effects);
    }
    case "shown": {
      const { learner, instance, shown } = input;
      if (state.learners[learner]!.has(instance)) return false;
      if (!isClosed(context.graph, learner, shown)) return false;
      const entry: Entry = { outcome: { kind: "closed" }, value: undefined };
      return observe(member, state, learner, instance, entry, effects);
    }
    case "starved":
      close(member, state, input, effects);
      return false;
    case "own closing":
      keepClosing(member, state, input.signed, effects);
      return false;
    case "statement": {
      return hear(member, state, input.signed, effects);
    }
    case "snapshot":
      return adopt(member, state, input.snapshot, effects);
    case "abandon": {
      const { learner } = input;
      if (hasMember(state.abandoned, learner)) return false;
      state.abandoned |= 1n << BigInt(learner);
      effects.push({ kind: "keep", record: { kind: "abandon", learner } });
      return true;
    }
  }
}

/** Notes what somebody states; a statement of this acceptor's own, lost with its disk, is adopted. */
function hear(
  { context: { settings }, signer }: LogMember,
  state: LogState,
  signed: Signed<Checkpoint>,
  effects: LogEffect[],
): boolean {
  const end = windowEnd(settings, prefixesOf(state), state.floor);
  const entered = state.book.add(signed, state.floor, end);
  if (entered.kind === "refused") return false;
  if (entered.lie !== undefined) {
    effects.push({ kind: "report", report: { kind: "lie", lie: entered.lie } });
  } else if (signed.statement.signer === signer?.index) {
    noteStated(state, signed.statement);
    effects.push({ kind: "keep", record: { kind: "checkpoint", signed } });
  }
  return true;
}

/** Notes an outcome that this process has seen itself. The first one stands. */
function observe(
  { context: { settings } }: LogMember,
  state: LogState,
  learner: LearnerIndex,
  position: Position,
  entry: Entry,
  effects: LogEffect[],
): boolean {
  const log = state.learners[learner]!;
  if (!mayOpen(settings, prefixesOf(state), state.floor, position)) return false;
  const known = log.outcome(position);
  if (known !== undefined) {
    if (sameOutcome(known, entry.outcome)) return false;
    const report = { learner, position, first: known, second: entry.outcome };
    effects.push({ kind: "report", report: { kind: "disagreement", ...report } });
    return false;
  }
  if (log.has(position)) return false;
  effects.push({ kind: "keep", record: { kind: "outcome", learner, position, entry } });
  for (const delivery of log.learn(position, entry)) effects.push({ kind: "deliver", delivery });
  return true;
}

/** Says that this acceptor stops in an instance, unless it has said so or knows an outcome. */
function close(
  { context, signer }: LogMember,
  state: LogState,
  { learner, instance, last }: Extract<LogInput, { kind: "starved" }>,
  effects: LogEffect[],
): void {
  if (signer === undefined || signer.isRecovering) return;
  if (state.learners[learner]!.has(instance)) return;
  if (!mayOpen(context.settings, prefixesOf(state), state.floor, instance)) return;
  if (state.closings.get(instance)?.has(learner)) return;
  const statement: Closing = { signer: signer.index, instance, learner, last };
  const signature = signer.sign(canonicalClosing(context.configDigest, statement));
  const signed = { statement, signature };
  keepClosing({ context, signer }, state, signed, effects);
  effects.push({ kind: "send closing", signed });
}

/** Stops in an instance, as this acceptor says now or has said before its disk was lost. */
function keepClosing(
  { context: { settings }, signer }: LogMember,
  state: LogState,
  signed: Signed<Closing>,
  effects: LogEffect[],
): void {
  const { signer: by, instance, learner } = signed.statement;
  if (by !== signer?.index) return;
  if (!mayOpen(settings, prefixesOf(state), state.floor, instance)) return;
  const made = state.closings.get(instance) ?? new Map();
  if (made.has(learner)) return;
  state.closings.set(instance, made.set(learner, signed));
  effects.push({ kind: "keep", record: { kind: "closing", signed } });
}

/** Whether this process takes part in an instance: it keeps its messages, and delivers them. */
export function takesPart(
  { context: { settings } }: LogMember,
  state: LogState,
  instance: Position,
): boolean {
  return mayOpen(settings, prefixesOf(state), state.floor, instance);
}

/** Whether this acceptor may sign in an instance: it takes part, and has not closed it. */
export function maySign(member: LogMember, state: LogState, instance: Position): boolean {
  return takesPart(member, state, instance) && !state.closings.has(instance);
}

/**
 * Whether every learner that anybody waits for has an outcome. New 1as are refused then; messages of
 * old ballots are still given to those who lack them.
 */
export function isSettled({ learners, abandoned }: LogState, instance: Position): boolean {
  return learners.every((log, a) => log.has(instance) || hasMember(abandoned, a));
}

/** Whether a new 1a is taken in. */
export function admits1a(member: LogMember, state: LogState, instance: Position): boolean {
  return takesPart(member, state, instance) && !isSettled(state, instance);
}
